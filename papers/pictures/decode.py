"""The program that opens strangers' files: a process of its own, with little memory and time and nothing to steal.

`python -m papers.pictures.decode USE FOLDER` reads `FOLDER/original` and writes WebPs and a video beside it, and
`answer.json`: their names and size, or the reason for a refusal.
"""

import json
import resource
import sys
from contextlib import suppress
from pathlib import Path

from av.error import FFmpegError

from papers.pictures import still, video
from papers.pictures.still import Unusable

# Bytes of address space: four times the pixels of the largest image, thrice over, and FFmpeg's libraries.
MEMORY = 3 * 4 * still.PIXELS + 600 * 2**20
# Seconds of the processor.
TIME = 60
# Bytes a written file may have: the video, and a little more for its index.
WRITTEN = video.KEPT + 2**20

Answer = dict[str, str | int | None]


def main(use: str, folder: Path) -> None:
    limit()
    (folder / "answer.json").write_text(json.dumps(answer(use, folder)))


def limit() -> None:
    """Hold this process to what one picture may need."""
    limits = {"AS": MEMORY, "CPU": TIME, "FSIZE": WRITTEN, "CORE": 0}
    for name, most in limits.items():
        # macOS does not hold the address space to a limit, and says so.
        with suppress(ValueError):
            # The soft limit of time ends it by a signal of its own, the hard one as anybody's kill would.
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (most, most + 5))


def answer(use: str, folder: Path) -> Answer:
    """Decode `original` in the folder; `{"refused": reason}` for whatever is no picture."""
    try:
        return _decode(use, folder)
    except Unusable as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "it needs too much memory"}
    # At nonsense the decoders raise everything from SyntaxError to struct.error; all of it means the same.
    except Exception as error:
        return {"refused": f"it can't be read: {type(error).__name__}: {error}"}


def _decode(use: str, folder: Path) -> Answer:
    copy = None
    with (folder / "original").open("rb") as file:
        if use == "media" and video.is_video(file):
            image = still.fit(video.still(file), use)
            if (folder / "original").stat().st_size <= video.KEPT:
                # A video that can't be packed anew still has its still.
                with suppress(FFmpegError, ValueError, OSError):
                    copy = video.copy(file, folder)
        else:
            image = still.read(file, use)
    small, large = still.write(image, use, folder)
    return {
        "small": small.name,
        "large": large.name,
        "video": copy.name if copy else None,
        "width": image.width,
        "height": image.height,
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
