"""Strangers' files are opened in a process of its own, which ends with a picture or one refusal."""

import signal
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from papers.pictures import decode
from papers.pictures.still import Unusable
from papers.pictures.workshop import Made, make
from tests.conftest import IS_LONG
from tests.papers.pictures import samples


@pytest.fixture
def work(tmp_path):
    """Make pictures of these bytes, in a folder of its own."""

    def work(data: bytes, use: str = "media") -> Made:
        (tmp_path / "original").write_bytes(data)
        return make(use, tmp_path)

    return work


def test_a_picture_is_made(work):
    made = work(samples.picture("PNG", (1600, 900)))
    assert (made.width, made.height, made.video) == (1280, 720, None)
    with Image.open(made.small) as image:
        assert (image.format, image.size) == ("WEBP", (640, 360))


def test_an_avatar_is_made(work):
    made = work(samples.picture("JPEG", (400, 300)), "avatar")
    assert (made.width, made.height) == (128, 128)
    with Image.open(made.small) as image:
        assert image.size == (64, 64)


def test_a_video_is_made(work):
    made = work(samples.video(sound="aac"))
    assert (made.width, made.height) == (320, 180)
    assert made.video.name == "video.mp4"


def test_a_video_is_no_avatar(work):
    with pytest.raises(Unusable, match="no picture of a kind that we know"):
        work(samples.video(), "avatar")


def test_of_a_video_beyond_the_limit_there_is_a_still_only(work):
    # Room that players skip, at the end.
    size = decode.video.KEPT + 1
    made = work(samples.video() + size.to_bytes(4) + b"free" + bytes(size - 8))
    assert made.video is None
    assert made.width == 320


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (samples.png(50_000, 50_000), "pixels"),
        (samples.picture("JPEG")[:5000], "truncated"),
        (b"<!doctype html><title>Sign in</title>", "no picture of a kind that we know"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "no picture of a kind"),
        (samples.video()[:4000], "it has no frame|can't be read"),
        (b"", "no picture of a kind that we know"),
    ],
    ids=["a bomb", "a truncated JPEG", "HTML", "SVG", "a truncated video", "nothing"],
)
def test_what_is_no_picture_is_refused_with_the_reason(work, data, reason):
    with pytest.raises(Unusable, match=reason):
        work(data)


def test_the_largest_image_that_is_taken_fits_into_the_memory_that_is_given(work):
    made = work(samples.png(10_000, 5_000))
    assert (made.width, made.height) == (1280, 640)


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not hold the address space to a limit")
@pytest.mark.parametrize(("greed", "end"), [("bytes(4 * 2**30)", 1), ("[0 for _ in iter(int, 1)]", -signal.SIGXCPU)])
def test_the_process_ends_when_it_wants_too_much(greed, end, tmp_path):
    # The limits themselves, a minute less patient.
    program = f"from papers.pictures import decode; decode.TIME = 1; decode.limit(); {greed}"
    ended = subprocess.run([sys.executable, "-c", program], stderr=subprocess.DEVNULL, timeout=30)
    assert ended.returncode == end


def test_a_decoder_that_breaks_down_is_a_refusal(tmp_path):
    # A folder in the file's place: it can't even be opened, and the answer is one all the same.
    (tmp_path / "original").mkdir()
    with pytest.raises(Unusable, match="can't be read"):
        make("media", tmp_path)
    # And no folder at all, so that not even the answer can be written.
    with pytest.raises((Unusable, OSError)):
        make("media", tmp_path / "nowhere")


GOOD = [
    samples.picture("PNG", (40, 30)),
    samples.picture("JPEG", (40, 30)),
    samples.picture("GIF", (40, 30)),
    samples.picture("WEBP", (40, 30)),
    samples.picture("AVIF", (40, 30)),
    samples.animation([samples.drawing((40, 30)), samples.drawing((40, 30)).rotate(90)]),
    samples.video(size=(64, 48), seconds=1, sound="aac"),
    samples.video("webm", "libvpx-vp9", size=(64, 48), seconds=1),
]


@st.composite
def damaged(draw) -> bytes:
    """A good file with some bytes changed, some of it left out, or cut off."""
    data = bytearray(draw(st.sampled_from(GOOD)))
    for _ in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(data) - 1))
        data[place : place + draw(st.integers(0, 4))] = draw(st.binary(max_size=4))
        if not data:
            break
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@settings(
    max_examples=2000 if IS_LONG else 150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(data=st.one_of(st.binary(max_size=200), damaged()), use=st.sampled_from(["media", "avatar"]))
def test_any_bytes_are_a_picture_or_one_refusal(data, use, tmp_path):
    (tmp_path / "original").write_bytes(data)
    answer = decode.answer(use, tmp_path)
    if "refused" in answer:
        assert isinstance(answer["refused"], str)
    else:
        for name in (answer["small"], answer["large"]):
            with Image.open(tmp_path / name) as image:
                assert image.format == "WEBP"
        assert 0 < answer["width"] <= 1280
        assert 0 < answer["height"] <= 2560
