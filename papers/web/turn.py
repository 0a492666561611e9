"""When a source may be asked: everybody who asks it takes a turn for each request."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Turn(Protocol):
    def take(self) -> AbstractContextManager[None]:
        """Wait until the source may be asked; within it nobody else asks. Raises SourceError."""

    def hold(self, seconds: float) -> None:
        """Let nobody ask the source for this long."""


class AnyTime:
    """The turn of what needs none, such as many hosts that are asked for one picture each."""

    def take(self) -> AbstractContextManager[None]:
        return nullcontext()

    def hold(self, seconds: float) -> None:
        pass
