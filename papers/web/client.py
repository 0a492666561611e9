"""What every client of a source is: a fetcher with the questions of that source."""

from papers.web.fetch import Fetcher


class Client:
    """Asks by its `fetcher`; `request_count` and `byte_count` (on the wire) tell how much so far."""

    def __init__(self, fetcher: Fetcher) -> None:
        self.fetcher = fetcher

    @property
    def request_count(self) -> int:
        return self.fetcher.request_count

    @property
    def byte_count(self) -> int:
        return self.fetcher.byte_count
