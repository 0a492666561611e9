"""Plain text in columns: `{% load mail %}`, then `{{ words|columns }}`, or `{{ words|columns:4 }}` four spaces in."""

import textwrap

from django import template

register = template.Library()

# What a mail program shows without breaking lines itself, quoted twice too.
WIDTH = 72


@register.filter
def columns(text: str, indent: int = 0) -> str:
    """The text in lines of at most 72 characters, each `indent` spaces in. An address stands alone, not in here."""
    margin = " " * indent
    return textwrap.fill(text, WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


@register.filter
def numbered(text: str, number: int) -> str:
    """The same, four spaces in, the first line behind its number."""
    return f"{number:>2}. {columns(text, 4)[4:]}"


@register.filter
def underline(text: str) -> str:
    """A line of the text's length, no longer than the columns."""
    return "=" * min(len(text), WIDTH)
