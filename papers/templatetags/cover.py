"""A paper's pattern and hue in a template: `{% load cover %}`, `{% cover paper.arxiv_id %}`, `{{ category|hue }}`."""

from django import template

from papers import cover

register = template.Library()

register.simple_tag(cover.draw, name="cover")


@register.filter
def hue(name: str) -> str:
    """The CSS class of a category's hue, `hue-255`; give the paper's id where there is no category."""
    return f"hue-{cover.hue(name)}"
