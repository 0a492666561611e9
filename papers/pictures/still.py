"""An image as others send it becomes a WebP of ours: of modest size, upright, opaque, in sRGB, without metadata."""

import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps, ImageStat, UnidentifiedImageError

# What phones, cameras and plotting programs save. No SVG: it is a program.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
# A poster at 300 dpi has fewer. As four bytes a pixel that is 200 MB, which the decoder may hold more than once.
PIXELS = 50_000_000
# Anything smaller is a spacer, or counts visitors.
LEAST = 16
# CSS pixels of a card and of the paper's own page, and twice that for fine screens; avatars in lists and on top.
WIDTHS = {"media": (640, 1280), "avatar": (64, 128)}
# A figure may be a long column: up to this many times as high as wide, beyond that it is drawn narrower.
TALLEST = 2
# Of an animation that begins blank so many frames are looked at. A frame is blank when its grey values (0 to 255)
# deviate less than this: black with a codec's noise has about 1, a thin drawing of lines 10 and more.
FRAMES = 40
BLANK = 4.0
# Of 100; at 80 the lettering in figures stays clean.
QUALITY = 80
# How the camera was held, by EXIF's tag of that name, and what sets it right.
ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Unusable(ValueError):
    """These bytes are no picture for us; the message says why."""


def read(file: BinaryIO, use: str) -> Image.Image:
    """The image in `file`, as RGB and no larger than `use` (a key of WIDTHS) needs.

    Raises Unusable, and whatever a decoder raises at nonsense.
    """
    try:
        image: Image.Image = Image.open(file, formats=FORMATS)
    except UnidentifiedImageError as error:
        raise Unusable("it is no picture of a kind that we know") from error
    if image.width * image.height > PIXELS:
        raise Unusable(f"it has {image.width} × {image.height} pixels, more than {PIXELS:,} in all")
    return fit(_showing_something(image), use)


def fit(image: Image.Image, use: str) -> Image.Image:
    """This image upright, in sRGB, on white, within what `use` needs; never larger than it was."""
    if min(image.size) < LEAST:
        raise Unusable(f"it has {image.width} × {image.height} pixels, fewer than {LEAST} on a side")
    width = WIDTHS[use][-1]
    turn, profile = UPRIGHT.get(image.getexif().get(ORIENTATION, 1)), image.info.get("icc_profile")
    image = _scalable(image)
    # A square that holds the picture turned, too; of an avatar the shorter side counts, the rest is cut away. A JPEG is
    # not even read at its full size.
    side = TALLEST * width if use == "media" else math.ceil(width * max(image.size) / min(image.size))
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    image = _in_srgb(_on_white(image), profile)
    if turn is not None:
        image = image.transpose(turn)
    if use == "avatar":
        side = min(width, *image.size)
        image = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    image.thumbnail((width, TALLEST * width), Image.Resampling.LANCZOS)
    # The pixels alone: what the file said beside them goes no further.
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    return bare


def write(image: Image.Image, use: str, folder: Path) -> tuple[Path, Path]:
    """Write what `read` or `fit` gave as WebP; return the narrow and the wide file, which may be one and the same."""
    narrow, _ = WIDTHS[use]
    small, large = folder / "small.webp", folder / "large.webp"
    image.save(large, quality=QUALITY)
    if image.width <= narrow:
        return large, large
    height = max(1, round(image.height * narrow / image.width))
    image.resize((narrow, height), Image.Resampling.LANCZOS).save(small, quality=QUALITY)
    return small, large


def is_blank(image: Image.Image) -> bool:
    """Whether one would see nothing on it."""
    return ImageStat.Stat(_on_white(image).convert("L").resize((64, 64))).stddev[0] < BLANK


def _showing_something(image: Image.Image) -> Image.Image:
    """An animation's first frame that is not blank, or its very first; an image that stands still as it is."""
    if not getattr(image, "is_animated", False):
        return image
    first: Image.Image | None = None
    for frame in _frames(image):
        if not is_blank(frame):
            return frame
        first = first or frame
    return first or image


def _frames(image: Image.Image) -> Iterator[Image.Image]:
    for number in range(FRAMES):
        try:
            image.seek(number)
        except EOFError:
            return
        yield image.convert("RGBA")


def _scalable(image: Image.Image) -> Image.Image:
    """The image in a mode whose pixels can be mixed."""
    if image.mode.startswith("I;16"):
        # Sixteen bits of grey; Pillow alone would cut off what does not fit into eight.
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "L", "CMYK") else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    """The image without transparency: figures are drawn for white paper, and their lines are black."""
    if not image.has_transparency_data:
        return image
    image = image.convert("RGBA")
    ground = Image.new("RGBA", image.size, "white")
    ground.alpha_composite(image)
    return ground.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image in the colours of screens; one whose own profile is broken is taken as it comes."""
    if profile:
        try:
            given, screens = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, given, screens, outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert("RGB")
