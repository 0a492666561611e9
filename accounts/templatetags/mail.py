"""What mails are made of: `{% load mail %}`.

Pieces of a letter are written once and come out right in its HTML and in its text: `{% paragraph %}…{% endparagraph %}`, `small`,
`quote`, and with an address `{% button url %}…{% endbutton %}` and `link`. For plain text in columns there are filters:
`{{ words|columns }}`, or `{{ words|columns:4 }}` four spaces in.
"""

import textwrap

from django import template
from django.utils.html import format_html

register = template.Library()

# What a mail program shows without breaking lines itself, quoted twice too.
WIDTH = 72


@register.simple_block_tag(takes_context=True)
def paragraph(context, content: str) -> str:
    return format_html('<p class="words reading">{}</p>', content) if context["is_html"] else _lines(content)


@register.simple_block_tag(takes_context=True)
def small(context, content: str) -> str:
    """Small print."""
    return format_html('<p class="small">{}</p>', content) if context["is_html"] else _lines(content)


@register.simple_block_tag(takes_context=True)
def quote(context, content: str) -> str:
    """What somebody or something else said."""
    return format_html('<p class="quote reading">{}</p>', content) if context["is_html"] else _lines(content, 4)


@register.simple_block_tag(takes_context=True)
def button(context, content: str, url: str) -> str:
    """The one thing to do, with its address below for programs that show no button. `url` may be a path of the site."""
    url = _absolute(context, url)
    if not context["is_html"]:
        return _with_address(content, url)
    return format_html(
        '<p class="action"><a class="button" href="{0}">{1}</a></p><p class="small">Or go to '
        '<a class="address soft" href="{0}">{0}</a></p>',
        url,
        content,
    )


@register.simple_block_tag(takes_context=True)
def link(context, content: str, url: str) -> str:
    """Another thing to do, in small print. `url` may be a path of the site."""
    url = _absolute(context, url)
    if not context["is_html"]:
        return _with_address(content, url)
    return format_html('<p class="small"><a class="soft" href="{}">{}</a></p>', url, content)


@register.filter
def columns(text: str, indent: int = 0) -> str:
    """The text in lines of at most 72 characters, each `indent` spaces in. An address stands alone, not in here."""
    margin, text = " " * indent, " ".join(text.split())
    return textwrap.fill(text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


@register.filter
def numbered(text: str, number: int) -> str:
    """The same, four spaces in, the first line behind its number."""
    return f"{number:>2}. {columns(text, 4)[4:]}"


@register.filter
def underline(text: str) -> str:
    """A line of the text's length, no longer than the columns."""
    return "=" * min(len(text), WIDTH)


def _lines(content: str, indent: int = 0) -> str:
    return f"\n{columns(content, indent)}\n"


def _with_address(content: str, url: str) -> str:
    return f"\n{columns(content)}:\n{url}\n"


def _absolute(context, url: str) -> str:
    return context["site_url"] + url if url.startswith("/") else url
