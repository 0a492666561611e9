"""Mail in the site's look: one template makes the subject, the text and the HTML of a message.

A mail's template begins with `{% extends layout %}` and says each thing once, in the pieces of `{% load mail %}`:

    {% extends layout %}{% load mail %}
    {% block subject %}A new password for {{ site_name }}{% endblock %}
    {% block peek %}The link works once.{% endblock %}
    {% block letter %}
    {% paragraph %}Set it here, {{ user }}.{% endparagraph %}
    {% button url %}Set a new password{% endbutton %}
    {% endblock %}

It is rendered three times, in the layouts of templates/mail: `subject.txt`, `letter.txt` and `letter.html`. Where the parts
must differ, blocks called `text` and `html` stand instead of `letter`. See docs/digest.md, "Other mail".
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from css_inline import CSSInliner
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

# Gmail cuts off what is larger than 102 kB and hides the rest behind a link, the one to unsubscribe with it.
LARGEST = 98_000

# They join letters and emoji to one sign; every other character without a look of its own could turn what follows it
# around, hide in it, or end a header.
JOINERS = frozenset("\u200c\u200d")
WITHOUT_A_LOOK = frozenset({"Cc", "Cf", "Cs", "Co"})

# Styles go onto each element, because some programs drop the sheet; those for dark mode stay in it.
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def compose(
    template: str, context: Mapping, *, to: Iterable[str], headers: Mapping[str, str] | None = None
) -> EmailMultiAlternatives:
    """The message that a mail's template makes of a context, as text and as HTML, ready for `send()`.

    The template gets `site_name`, `site_url` and `subject` besides. Whatever the context holds, the subject is one line that
    means what it says, and nothing in either part turns the direction of writing. Raises ValueError for an address that
    could be read as another one, or as a header.
    """
    to = list(to)
    for address in to:
        _refuse_ambiguous(address)
    context = {"site_name": settings.SITE_NAME, "site_url": settings.SITE_URL, **context}
    # Programs would decode what looks like an encoded word (RFC 2047); a space keeps it what it is.
    subject = " ".join(_rendered(template, "subject.txt", context).split()).replace("=?", "= ?")
    context["subject"] = subject
    text = re.sub(r"\n{3,}", "\n\n", _rendered(template, "letter.txt", context)).lstrip()
    # RFC 3834: no out-of-office answers it.
    message = EmailMultiAlternatives(
        subject, text, to=to, headers={"Auto-Submitted": "auto-generated", **(headers or {})}
    )
    message.attach_alternative(with_styles_inline(_rendered(template, "letter.html", context)), "text/html")
    return message


def one_click(link: str) -> dict[str, str]:
    """Headers for a button of the mail program's own that posts to `link` to end such mail, without a page (RFC 8058)."""
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def with_styles_inline(page: str) -> str:
    """A mail's HTML with its styles on each element."""
    return _INLINER.inline(page)


def visible(text: str) -> str:
    """The text without characters that have no look of their own; its lines stay."""
    return "".join(it for it in text if it == "\n" or it in JOINERS or unicodedata.category(it) not in WITHOUT_A_LOOK)


def validate_recipient(address: str) -> None:
    """For forms: addresses that pass for one and that mail libraries decode to another (RFC 2047) are none."""
    try:
        _refuse_ambiguous(address)
    except ValueError as error:
        raise ValidationError("This doesn't look like an email address.", code="invalid") from error


def _refuse_ambiguous(address: str) -> None:
    if "=?" in address or not address.isprintable():
        raise ValueError(f"No mail can go to {address!r}: it could be read as another address")


def _rendered(template: str, layout: str, context: dict) -> str:
    is_html = layout.endswith(".html")
    return visible(render_to_string(template, {**context, "layout": f"mail/{layout}", "is_html": is_html}))
