"""An image of others becomes one of ours."""

import io

import pytest
from PIL import Image, ImageCms

from papers.pictures import still
from papers.pictures.still import Unusable
from tests.papers.pictures.samples import animation, drawing, gif, picture, png


def made(data: bytes, use: str = "media") -> Image.Image:
    return still.read(io.BytesIO(data), use)


def near(pixel, colour, *, by: int = 12) -> bool:
    expected = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
    return all(abs(one - other) <= by for one, other in zip(pixel, expected, strict=True))


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        *[("JPEG", mode) for mode in ("RGB", "L", "CMYK")],
        *[("PNG", mode) for mode in ("RGB", "RGBA", "P", "L", "LA", "1")],
        ("GIF", "P"),
        ("WEBP", "RGBA"),
        ("AVIF", "RGB"),
    ],
)
def test_every_kind_of_image_is_read(format, mode):
    image = made(picture(format, mode=mode))
    assert (image.mode, image.size) == ("RGB", (800, 450))
    assert near(image.getpixel((790, 440)), "white")
    if mode not in ("L", "LA", "1"):
        assert near(image.getpixel((100, 100)), "darkorange", by=40)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 2000), (1280, 640)),
        ((1280, 720), (1280, 720)),
        ((300, 200), (300, 200)),
        ((1000, 10000), (256, 2560)),
        ((2000, 3000), (1280, 1920)),
        ((6000, 300), (1280, 64)),
    ],
)
def test_a_picture_fits_the_page_and_is_never_enlarged(size, expected):
    assert made(picture("JPEG", size)).size == expected


@pytest.mark.parametrize(("size", "side"), [((500, 500), 128), ((90, 60), 60), ((1000, 200), 128), ((200, 3000), 128)])
def test_an_avatar_is_a_square(size, side):
    assert made(picture("PNG", size), "avatar").size == (side, side)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_whichever_way_the_camera_was_held(orientation):
    upright = drawing((2000, 1000))
    held = upright.transpose(still.UPRIGHT[orientation]) if orientation > 1 else upright
    # Turned back: a quarter one way undoes a quarter the other, all else undoes itself.
    if orientation in (6, 8):
        held = upright.transpose(still.UPRIGHT[14 - orientation])
    exif = Image.Exif()
    exif[still.ORIENTATION] = orientation
    file = io.BytesIO()
    held.save(file, "JPEG", exif=exif)
    image = made(file.getvalue())
    assert image.size == (1280, 640)
    assert near(image.getpixel((20, 20)), "darkorange")


def test_nothing_that_the_file_said_beside_its_pixels_goes_further(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "52.5 north, 13.4 east"
    data = picture("JPEG", exif=exif, comment=b"taken at home")
    assert b"taken at home" in data
    small, large = still.write(made(data), "media", tmp_path)
    for path in (small, large):
        content = path.read_bytes()
        assert b"52.5" not in content
        assert b"home" not in content
        with Image.open(path) as image:
            assert image.format == "WEBP"
            assert not {"exif", "icc_profile", "xmp"} & set(image.info)


def test_what_is_transparent_is_white():
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 50, 100))
    file = io.BytesIO()
    image.save(file, "PNG")
    read = made(file.getvalue())
    assert near(read.getpixel((80, 50)), "white")
    assert near(read.getpixel((20, 50)), (200, 0, 0))


def test_sixteen_bits_of_grey_are_not_cut_off():
    file = io.BytesIO()
    Image.new("I;16", (100, 100), 40000).save(file, "PNG")
    assert near(made(file.getvalue()).getpixel((50, 50)), (156, 156, 156))


def test_colours_are_those_of_screens_and_a_broken_profile_does_no_harm():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for given_profile in (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), profile, b"nonsense"):
        assert near(made(picture("PNG", icc_profile=given_profile)).getpixel((100, 100)), "darkorange")


def test_an_animation_is_shown_by_its_first_frame_that_is_not_blank():
    blank = Image.new("RGB", (200, 100), "black")
    for format in ("GIF", "WEBP", "PNG"):
        image = made(animation([blank, blank, drawing((200, 100))], format))
        assert near(image.getpixel((20, 20)), "darkorange", by=40)
        assert near(made(animation([blank, Image.new("RGB", (200, 100), "white")], format)).getpixel((5, 5)), "black")


def test_of_an_animation_with_ten_thousand_frames_only_the_first_few_are_read():
    data = gif(10_000)
    with Image.open(io.BytesIO(data)) as image:
        assert image.n_frames == 10_000
    assert made(data).size == (16, 16)


@pytest.mark.parametrize("size", [(50_000, 50_000), (8000, 6251), (1_000_000, 51)])
def test_a_decompression_bomb_is_refused_by_its_claim(size):
    with pytest.raises((Unusable, Image.DecompressionBombError), match="pixels"):
        made(png(*size))


@pytest.mark.parametrize("size", [(1, 1), (15, 400)])
def test_what_counts_visitors_is_no_picture(size):
    with pytest.raises(Unusable, match="fewer than 16 on a side"):
        made(png(*size))


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "AVIF", "GIF"])
def test_a_truncated_file_is_refused(format):
    data = picture(format, (400, 300))
    with pytest.raises((Unusable, OSError, SyntaxError, EOFError, ValueError)):
        made(data[: len(data) // 2])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><title>Sign in</title>",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(/etc/passwd) run",
        b"II*\x00" + bytes(100),
        b"BM" + bytes(100),
    ],
    ids=["nothing", "HTML", "SVG", "PostScript", "TIFF", "bitmap"],
)
def test_what_is_no_picture_of_a_known_kind_is_refused(data):
    with pytest.raises(Unusable, match="no picture of a kind that we know"):
        made(data)


def test_a_narrow_picture_is_written_once_and_a_wide_one_twice(tmp_path):
    small, large = still.write(made(picture("PNG", (600, 300))), "media", tmp_path)
    assert small == large
    small, large = still.write(made(picture("PNG", (1600, 900))), "media", tmp_path)
    with Image.open(small) as narrow, Image.open(large) as wide:
        assert (narrow.size, wide.size) == ((640, 360), (1280, 720))
