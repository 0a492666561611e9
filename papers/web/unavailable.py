"""A server that has nothing for us now, and may have it later."""

from datetime import datetime

from papers.arxiv.record import SourceError


class Unavailable(SourceError):
    """The server is out of reach, broken or too slow, also when asked again: worth another run."""


class Busy(Unavailable):
    """The server wants to be left alone until `until` (aware, UTC): longer than this run can wait."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until
