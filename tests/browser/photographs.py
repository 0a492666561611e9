"""Photographs of a mail, judged by their pixels; with SCREENSHOTS=folder they are kept, to be looked at."""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image

GROUNDS = {"light": (252, 250, 245), "dark": (22, 19, 16)}
# Of the page, that is not ground: less is an empty page, more is one whose colours have gone wrong.
LEAST_INK, MOST_INK = 0.01, 0.5
# Pixels at each side where nothing of ours stands: what is there has been cut off or sticks out.
MARGIN = 4


def is_well(page, name: str, width: int, theme: str) -> None:
    """Photograph what the page shows, whole, at a width and in a theme: its ground all around, something on it, nothing cut off."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=theme)
    taken = page.screenshot(full_page=True, scale="css")
    if folder := os.environ.get("SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}-{width}-{theme}.png").write_bytes(taken)
    picture = Image.open(BytesIO(taken)).convert("RGB")
    assert picture.width == width, name
    ground = GROUNDS[theme]
    for left in (0, width - MARGIN):
        side = picture.crop((left, 0, left + MARGIN, picture.height))
        assert {colour for _, colour in side.getcolors(1 << 24)} == {ground}, f"{name}: something at {left} px"
    plain = dict(_by_colour(picture)).get(ground, 0)
    inked = 1 - plain / (picture.width * picture.height)
    assert LEAST_INK < inked < MOST_INK, f"{name}: {inked:.3f} of it is not ground"


def _by_colour(picture: Image.Image) -> list[tuple[tuple[int, int, int], int]]:
    return [(colour, count) for count, colour in picture.getcolors(1 << 24)]
