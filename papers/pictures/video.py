"""A video as others send it: a still of it, and a copy that browsers play, its frames as they are, its metadata gone."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from PIL import Image

from .still import PIXELS, Unusable, is_blank

# By what a file begins with. The format is never guessed further: FFmpeg knows playlists and scripts too, which name
# other files, and would open those.
QUICKTIME = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
MATROSKA = b"\x1a\x45\xdf\xa3"
# Bytes: a minute at 4 Mbit/s, plain for a screen of 1280 × 720. Of a longer one there is a still only.
KEPT = 30 * 2**20
# What every current browser plays, each with the container and the sound it plays it in; QuickTime's own container
# (.mov, .qt) holds the same and becomes an .mp4.
CONTAINERS = {"h264": "mp4", "av1": "mp4", "vp8": "webm", "vp9": "webm"}
SOUNDS = {"mp4": ("aac", "mp3", "opus"), "webm": ("opus", "vorbis")}
# Four bits of colour for sixteen of light, eight bits each: professionals' formats play in some browsers only.
PLAYED = ("yuv420p", "yuvj420p")
# The still is taken here, in seconds: by then titles have faded in. Where nothing is to be seen, a second later.
START, STEP, LATEST = 1.0, 1.0, 10.0
# Frames decoded for it at most: the ten seconds at 60 a second.
FRAMES = 600


def is_video(file: BinaryIO) -> bool:
    """Whether this is an MP4, QuickTime or WebM file, by how it begins; an AVIF image is none."""
    return _format(file) is not None


def still(file: BinaryIO) -> Image.Image:
    """A frame of about the first second, upright, but none that is black or white all over if there is another.

    Raises Unusable, and FFmpeg's errors at nonsense.
    """
    first: Image.Image | None = None
    with _open(file) as container:
        for frame in _samples(container):
            if frame.width * frame.height > PIXELS:
                raise Unusable(f"its frames have {frame.width} × {frame.height} pixels, more than {PIXELS:,} in all")
            image = frame.to_image().rotate(frame.rotation, expand=True)
            if not is_blank(image):
                return image
            first = first or image
    if first is None:
        raise Unusable("it has no frame")
    return first


def copy(file: BinaryIO, folder: Path) -> Path | None:
    """Pack the same frames and sound anew, without titles, places and dates; None where no browser would play them.

    Raises FFmpeg's errors where they can't be packed.
    """
    with _open(file) as container:
        source = container.streams.video[0]
        kind = CONTAINERS.get(source.codec_context.name)
        if kind is None or source.codec_context.pix_fmt not in PLAYED:
            return None
        path = folder / f"video.{kind}"
        sounds = [it for it in container.streams.audio if it.codec_context.name in SOUNDS[kind]]
        # Bit-exact says nothing of program and hour; the index comes first, so that it plays while it still loads.
        options = {"fflags": "+bitexact", "movflags": "+faststart"} if kind == "mp4" else {"fflags": "+bitexact"}
        with av.open(str(path), "w", format=kind, options=options) as made:
            copies = {it: made.add_stream_from_template(it) for it in [source, *sounds[:1]]}
            for stream in copies.values():
                stream.metadata.clear()
            for packet in container.demux(*copies):
                # The last one of each stream is empty.
                if packet.dts is not None:
                    packet.stream = copies[packet.stream]
                    made.mux(packet)
    return path


def _open(file: BinaryIO) -> InputContainer:
    name = _format(file)
    if name is None:
        raise Unusable("it is no video that we know")
    container = av.open(file, "r", format=name, metadata_errors="ignore")
    if not container.streams.video:
        container.close()
        raise Unusable("it holds no video")
    # One thread: the limit on the processor's time counts all of them.
    container.streams.video[0].thread_type = "NONE"
    return container


def _format(file: BinaryIO) -> str | None:
    """FFmpeg's name for the container; the file is at its beginning afterwards."""
    file.seek(0)
    beginning = file.read(12)
    file.seek(0)
    if beginning.startswith(MATROSKA):
        return "matroska"
    is_image = beginning[8:12] in (b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1")
    return "mov" if beginning[4:8] in QUICKTIME and not is_image else None


def _samples(container: InputContainer) -> Iterator[VideoFrame]:
    """Frames at START and then every STEP seconds; before them, for want of others, the very first comes last."""
    earliest, due = None, START
    for number, frame in enumerate(container.decode(video=0)):
        if earliest is None:
            earliest, begin = frame, frame.time or 0.0
        elapsed = (frame.time or 0.0) - begin
        if elapsed >= due:
            yield frame
            due = elapsed + STEP
        if number >= FRAMES or elapsed > LATEST:
            break
    if earliest is not None:
        yield earliest
