"""What a server answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    """`url` is where it came from in the end; `headers` don't mind the case of names; `body` is inflated."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """A body that lies at `path`: `size` in bytes, `content_type` in small letters without its parameters."""

    url: str
    content_type: str
    path: Path
    size: int
