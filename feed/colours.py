"""The hue of a category as mail programs read it: few of them know oklch, in which the style sheets are written."""

import math
from functools import cache
from typing import NamedTuple


class Shade(NamedTuple):
    """Ground and words of a category's label, as `#rrggbb`, on light and on dark paper."""

    ground: str
    words: str
    dark_ground: str
    dark_words: str


@cache
def shade(hue: int) -> Shade:
    """The colours of `.category` in static/css/row.css for a hue in degrees."""
    return Shade(
        _rgb(0.955, 0.022, hue),
        _rgb(0.40, 0.07, hue),
        _rgb(0.27, 0.03, hue),
        _rgb(0.85, 0.05, hue),
    )


def _rgb(lightness: float, chroma: float, hue: int) -> str:
    """oklch as sRGB, by the matrices of CSS Color 4 (https://www.w3.org/TR/css-color-4/#color-conversion-code)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _encoded(max(0.0, min(1.0, value)))):02x}" for value in linear)


def _encoded(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
