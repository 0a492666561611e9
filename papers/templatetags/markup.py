"""Other people's text in a template: `{% load markup %}`, then `{{ paper.title|inline }}`."""

from django import template

from papers import markup

register = template.Library()

register.filter("inline", markup.inline)
register.filter("prose", markup.prose)
register.filter("inline_marked", markup.inline_marked)
register.filter("prose_marked", markup.prose_marked)
register.filter("plain", markup.plain)
register.filter("first_sentence", markup.first_sentence)


@register.filter
def kilobytes(size: int) -> str:
    """A size given in kilobytes, as arXiv reckons it: 12 kB, 2.4 MB."""
    return f"{size:,} kB" if size < 1000 else f"{size / 1000:,.1f} MB"


@register.filter
def compact(count: int) -> str:
    """A count of upvotes or stars, short: 999, 14.2k, 1M. Cut and not rounded, so that it never promises more."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if count >= size:
            return f"{count * 10 // size / 10:g}{letter}"
    return str(count)
