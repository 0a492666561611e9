"""A host's circuit opens when it fails again and again: it is left alone for a while, then tried once."""

from typing import Protocol


class Circuit(Protocol):
    def check(self) -> None:
        """Raise Busy where the circuit is open."""

    def succeed(self) -> None:
        """The host has answered: all failures are forgotten."""

    def fail(self, reason: str) -> None:
        """The host has failed once more."""


class AlwaysClosed:
    """The circuit of what needs none: of many hosts, a broken one says nothing about the next."""

    def check(self) -> None:
        pass

    def succeed(self) -> None:
        pass

    def fail(self, reason: str) -> None:
        pass
