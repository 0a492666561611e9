"""Pictures and videos made for a test, the good ones; what is bad about the others stands in the test itself."""

import io
import struct
import zlib
from fractions import Fraction
from functools import cache

import av
from PIL import Image, ImageDraw


def drawing(size=(800, 450), *, mode: str = "RGB") -> Image.Image:
    """Something to see: an orange box in the upper left quarter, a teal disc in the middle, on white."""
    image = Image.new("RGB", size, "white")
    draw, (width, height) = ImageDraw.Draw(image), size
    draw.rectangle((0, 0, width // 2, height // 2), fill="darkorange")
    draw.ellipse((width // 3, height // 3, 2 * width // 3, 2 * height // 3), fill="teal")
    return image.convert(mode)


def picture(format: str = "PNG", size=(800, 450), *, mode: str = "RGB", **more) -> bytes:
    file = io.BytesIO()
    drawing(size, mode=mode).save(file, format, **more)
    return file.getvalue()


def animation(frames: list[Image.Image], format: str = "GIF") -> bytes:
    file = io.BytesIO()
    frames[0].save(file, format, save_all=True, append_images=frames[1:], duration=40)
    return file.getvalue()


@cache
def png(width: int, height: int) -> bytes:
    """A PNG of this size, all black at one bit a pixel: a bomb, when it is large enough."""
    packer, size = zlib.compressobj(1), (1 + (width + 7) // 8) * height
    nothing = bytes(2**20)
    pixels = [packer.compress(nothing[: min(2**20, size - start)]) for start in range(0, size, 2**20)]
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    content = b"".join([*pixels, packer.flush()])
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def gif(frames: int) -> bytes:
    """So many black frames: the last of a pair, from its graphic control extension to the end, over and over."""
    pair = animation([Image.new("L", (16, 16), shade) for shade in (1, 0)])
    start = pair.rindex(b"\x21\xf9\x04")
    return pair[:start] + (frames - 1) * pair[start:-1] + pair[-1:]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def video(
    format: str = "mp4",
    codec: str = "libx264",
    *,
    size=(320, 180),
    seconds: float = 3,
    rate: int = 10,
    colours: str = "yuv420p",
    sound: str = "",
    dark_until: float = 0.5,
    **metadata: str,
) -> bytes:
    """`drawing` after some seconds of black; `sound` is the codec of a silent track."""
    file = io.BytesIO()
    with av.open(file, "w", format=format) as container:
        container.metadata.update(metadata)
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, colours
        track = container.add_stream(sound, rate=48000) if sound else None
        frames = drawing(size), Image.new("RGB", size, "black")
        for number in range(int(seconds * rate)):
            container.mux(stream.encode(av.VideoFrame.from_image(frames[number < dark_until * rate])))
        container.mux(stream.encode())
        if track:
            for number in range(int(seconds * 48000 / 1024)):
                container.mux(track.encode(_silence(number * 1024)))
            container.mux(track.encode())
    return file.getvalue()


def _silence(start: int) -> av.AudioFrame:
    frame = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
    return frame
