"""How much has been asked of a source, read between two lines of a run."""

from typing import TypedDict

from papers.web.client import Client


class Asked(TypedDict):
    requests: int
    bytes: int


class Meter:
    def __init__(self, client: Client) -> None:
        self._client = client
        self._read_before = (client.request_count, client.byte_count)

    def read(self) -> Asked:
        """`requests` and `bytes` since the last reading, as `Run.note` takes them."""
        now = (self._client.request_count, self._client.byte_count)
        (requests, bytes), self._read_before = self._read_before, now
        return {"requests": now[0] - requests, "bytes": now[1] - bytes}
