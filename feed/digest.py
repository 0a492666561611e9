"""A digest as a mail: its subject, its text and its HTML, the same for all who get it but for their own links."""

import html
from typing import NamedTuple

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.mail import LARGEST, with_styles_inline
from feed.colours import shade
from feed.excerpt import line
from feed.models import Digest, Subscription
from papers.cover import hue

# Of a subject some 60 characters are seen at a desk; the date must not drown in a title.
LONGEST_TITLE = 80


class Links(NamedTuple):
    """What is a reader's own in a mail: absolute addresses."""

    manage: str
    unsubscribe: str

    @classmethod
    def of(cls, subscription: Subscription) -> "Links":
        return cls(subscription.manage_link, subscription.unsubscribe_link)


# They stand in a mail where a reader's own links will. U+E000 is private use: `excerpt.line` drops it, so that nobody's
# title can hold one of these.
PLACES = Links(*(f"\ue000{name}\ue000" for name in Links._fields))


class Mail(NamedTuple):
    """What is sent to many: `text` and `html` hold PLACES. `for_reader` fills them; `feed.letter` does so in bytes."""

    subject: str
    text: str
    html: str

    def as_message(self, subject: str, recipient: str) -> EmailMultiAlternatives:
        """For one reader, as Django sends it."""
        message = EmailMultiAlternatives(subject, self.text, to=[recipient])
        message.attach_alternative(self.html, "text/html")
        return message

    def for_reader(self, links: Links) -> "Mail":
        text, page = self.text, self.html
        for place, link in zip(PLACES, links, strict=True):
            text, page = text.replace(place, link), page.replace(place, html.escape(link))
        return Mail(self.subject, text, page)


def render(digest: Digest, papers: list[dict] | None = None) -> Mail | None:
    """The mail as it may be sent at this moment: what was composed, without what has been hidden since. One query.

    None where nothing is left of it. A sender asks once for each batch of its readers, not for each reader, and where it
    knows the `papers` to send (`digest.papers_to_send()`), it gives them: that saves the query.
    """
    papers = digest.papers_to_send() if papers is None else papers
    gone = len(digest.papers) - len(papers)
    for shown in range(len(papers), 0, -1):
        mail = _render(digest, papers[:shown], digest.paper_count - gone)
        # So large are only the strangest titles: with a paper less it fits.
        if len(mail.html.encode()) <= LARGEST:
            return mail
    return None


def _render(digest: Digest, papers: list[dict], count: int) -> Mail:
    period = digest.period
    papers = [
        {**paper, "url": _address("papers:paper", paper["arxiv_id"]), "hue": hue(paper["category"])} for paper in papers
    ]
    context = {
        "subject": _subject(digest, papers[0]["title"], count),
        "period": period,
        "papers": papers,
        "others": papers[1:],
        "shades": {paper["hue"]: shade(paper["hue"]) for paper in papers},
        "count": count,
        "left_out": count - len(papers),
        "is_narrowed": bool(digest.key),
        "page": settings.SITE_URL + period.get_absolute_url(),
        "rhythm": "daily" if digest.kind == Digest.Kind.DAY else "weekly",
        "links": PLACES,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
    return Mail(
        context["subject"],
        render_to_string("feed/mail/digest.txt", context),
        with_styles_inline(render_to_string("feed/mail/digest.html", context)),
    )


def _subject(digest: Digest, title: str, count: int) -> str:
    more = f" and {count - 1} more" if count > 1 else ""
    return f"{line(title, LONGEST_TITLE)}{more} · {digest.period.mail_title}"


def _address(name: str, *arguments) -> str:
    return settings.SITE_URL + reverse(name, args=arguments)
