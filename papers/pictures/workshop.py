"""Where bytes from strangers become pictures of ours: handed to a process of its own, which may fail as it likes."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .still import Unusable

ROOT = Path(__file__).resolve().parents[2]
# Seconds on the clock: the process has one of the processor's minutes, and other work may hold it up.
PATIENCE = 180


class Interrupted(Exception):
    """The machine had no time or room for it, which says little of the picture: it may be tried again."""


@dataclass(frozen=True)
class Made:
    """Files in the folder that was given, and the size in pixels of the wide picture."""

    small: Path
    large: Path
    video: Path | None
    width: int
    height: int


def make(use: str, folder: Path) -> Made:
    """Make pictures of the file `original` in `folder`, beside it; `use` is "media" or "avatar".

    Raises Unusable with the reason, Interrupted when it took too long on the clock or was killed, OSError when the disk says no.
    """
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "papers.pictures.decode", use, str(folder)],
            cwd=folder,
            # No key and no password of ours: a decoder that is taken over finds nothing to take.
            env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        raise Interrupted(f"it was not decoded within {PATIENCE} seconds") from error
    if ended.returncode in (-signal.SIGKILL, -signal.SIGTERM):
        raise Interrupted("its decoder was killed: is the machine short of memory?")
    if ended.returncode == -signal.SIGXCPU:
        raise Unusable("decoding it takes too long")
    if ended.returncode:
        raise Unusable(f"its decoder broke down (exit code {ended.returncode})")
    answer = json.loads((folder / "answer.json").read_bytes())
    if "refused" in answer:
        raise Unusable(answer["refused"])
    video = answer["video"] and folder / answer["video"]
    return Made(folder / answer["small"], folder / answer["large"], video, answer["width"], answer["height"])
