"""A video of others becomes a still and a copy that browsers play."""

import io
import struct

import av
import pytest
from av.error import FFmpegError
from PIL import Image

from papers.pictures import video
from papers.pictures.still import Unusable, is_blank
from tests.papers.pictures import samples


def a_file(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)


def an_avif_image() -> io.BytesIO:
    return a_file(samples.picture("AVIF"))


@pytest.mark.parametrize(
    ("format", "codec", "sound", "name"),
    [
        ("mp4", "libx264", "", "video.mp4"),
        ("mp4", "libx264", "aac", "video.mp4"),
        ("mov", "libx264", "aac", "video.mp4"),
        ("webm", "libvpx-vp9", "libopus", "video.webm"),
    ],
)
def test_what_browsers_play_is_packed_anew_frame_by_frame(tmp_path, format, codec, sound, name):
    path = video.copy(a_file(samples.video(format, codec, sound=sound)), tmp_path)
    assert path == tmp_path / name
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ["video", *(["audio"] if sound else [])]
        assert sum(1 for _ in container.decode(video=0)) == 30


def test_a_copy_begins_with_its_index_so_that_it_plays_while_it_loads(tmp_path):
    content = video.copy(a_file(samples.video()), tmp_path).read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize(("format", "codec"), [("mp4", "libx264"), ("mov", "libx264"), ("webm", "libvpx-vp9")])
def test_a_copy_has_no_title_place_or_comment(tmp_path, format, codec):
    said = {"title": "Secret title", "comment": "Secret comment", "location": "+52.5+13.4/"}
    data = samples.video(format, codec, **said)
    assert b"Secret title" in data
    content = video.copy(a_file(data), tmp_path).read_bytes()
    assert b"Secret" not in content
    assert b"52.5" not in content


@pytest.mark.parametrize(
    ("format", "codec", "colours"),
    [("mov", "prores", "yuv422p10le"), ("mp4", "mpeg4", "yuv420p"), ("mp4", "libx264", "yuv444p")],
)
def test_of_what_some_browsers_do_not_play_there_is_a_still_only(tmp_path, format, codec, colours):
    data = samples.video(format, codec, colours=colours)
    assert video.copy(a_file(data), tmp_path) is None
    assert not is_blank(video.still(a_file(data)))


@pytest.mark.parametrize("dark_until", [0.0, 0.5, 1.9])
def test_a_still_shows_something(dark_until):
    image = video.still(a_file(samples.video(dark_until=dark_until)))
    assert image.size == (320, 180)
    assert not is_blank(image)


def test_the_still_of_a_video_that_is_dark_throughout_is_dark():
    assert is_blank(video.still(a_file(samples.video(dark_until=3))))


def test_a_video_of_one_moment_has_a_still():
    assert not is_blank(video.still(a_file(samples.video(seconds=0.1, dark_until=0))))


def test_a_video_is_known_by_how_it_begins():
    assert video.is_video(a_file(samples.video()))
    assert video.is_video(a_file(samples.video("webm", "libvpx-vp9")))
    for data in (b"", b"<!doctype html>", samples.picture("PNG"), samples.picture("AVIF"), samples.picture("WEBP")):
        assert not video.is_video(a_file(data))


@pytest.mark.parametrize(
    "data",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"RIFF\x00\x00\x00\x00AVI LIST",
        b"",
    ],
    ids=["a playlist", "a script", "another container", "nothing"],
)
def test_what_could_name_other_files_is_not_even_opened(data):
    with pytest.raises(Unusable, match="no video that we know"):
        video.still(a_file(data))


def test_a_playlist_in_a_videos_clothes_is_not_read_as_one():
    with pytest.raises((Unusable, FFmpegError)):
        video.still(a_file(b"\x00\x00\x00\x18ftypmp42" + b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n" * 9))


def test_sound_alone_is_no_video():
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        track = container.add_stream("aac", rate=48000)
        container.mux(track.encode(samples._silence(0)))
        container.mux(track.encode())
    with pytest.raises(Unusable, match="holds no video"):
        video.still(file)


def test_a_truncated_video_is_refused_or_shown_as_far_as_it_goes():
    data = samples.video()
    # Its index stands at the end.
    with pytest.raises((Unusable, FFmpegError)):
        video.still(a_file(data[: len(data) // 2]))
    assert isinstance(video.still(a_file(data[:-1])), Image.Image)


def test_a_video_stands_upright_whichever_way_the_phone_was_held(tmp_path):
    lying = samples.video(dark_until=0)
    # The track's matrix, 44 bytes after the name of its header (ISO/IEC 14496-12, 8.3.2): a quarter turn.
    start = lying.index(b"tkhd") + 44
    turn = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 180 << 16, 0, 1 << 30)
    held = lying[:start] + turn + lying[start + len(turn) :]
    for file in (a_file(held), a_file(video.copy(a_file(held), tmp_path).read_bytes())):
        image = video.still(file)
        assert image.size == (180, 320)
        # What was its upper left corner is now its upper right one.
        red, _, blue = image.getpixel((170, 10))
        assert (red > 200, blue < 90) == (True, True)
        assert min(image.getpixel((10, 310))) > 200
