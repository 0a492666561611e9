"""The folder of pictures: each file named by what is in it, so that it never changes and may be cached for ever."""

import hashlib
import os
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings

# A name under MEDIA_ROOT; there is no other way to a file there.
NAME = r"[0-9a-f]{2}/[0-9a-f]{32}\.(?:webp|mp4|webm)"
INCOMING = "incoming"
# Seconds. What nothing refers to may belong to a picture that is being stored at this moment.
FRESH = 24 * 60 * 60


@contextmanager
def workbench() -> Iterator[Path]:
    """A folder of one's own on the same disk, gone afterwards."""
    incoming = settings.MEDIA_ROOT / INCOMING
    incoming.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=incoming) as folder:
        yield Path(folder)


def keep(path: Path) -> str:
    """Move a file from the workbench into the store; return its name, the same for the same content."""
    with path.open("rb+") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:32]
        # Whole on the disk before it has its name, so that no crash leaves half a picture there.
        os.fsync(file.fileno())
    name = f"{digest[:2]}/{digest}{path.suffix}"
    target = settings.MEDIA_ROOT / name
    target.parent.mkdir(parents=True, exist_ok=True)
    # Also where it is there already: its new date keeps a sweep off it.
    path.replace(target)
    return name


def sweep(names: Collection[str]) -> int:
    """Remove what is none of these files, unless it is fresh; return how many there were."""
    count = 0
    latest = time.time() - FRESH
    for path in list(settings.MEDIA_ROOT.glob("*/*")) + list(settings.MEDIA_ROOT.glob(f"{INCOMING}/*/*")):
        if path.relative_to(settings.MEDIA_ROOT).as_posix() in names:
            continue
        # Another sweep may have been quicker; a folder that still holds something goes the next time.
        with suppress(OSError):
            if path.stat().st_mtime < latest:
                path.rmdir() if path.is_dir() else path.unlink()
                count += 1
    return count
