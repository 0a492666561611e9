"""How much has been asked of a source, read between two lines of a run."""

from typing import Protocol


class Counting(Protocol):
    """What counts its requests and the bytes that came: every client of ours."""

    request_count: int
    byte_count: int


class Meter:
    def __init__(self, counting: Counting) -> None:
        self._counting = counting
        self._read_before = (counting.request_count, counting.byte_count)

    def read(self) -> dict[str, int]:
        """`requests` and `bytes` since the last reading, as `Run.note` takes them."""
        now = (self._counting.request_count, self._counting.byte_count)
        (requests, bytes), self._read_before = self._read_before, now
        return {"requests": now[0] - requests, "bytes": now[1] - bytes}
