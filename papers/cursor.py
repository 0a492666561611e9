"""Where a walk through OAI-PMH stands: days that are done, the window being walked, and the page to ask for next.

arXiv's datestamps are days, and a record carries only that of its last change: whoever has asked for each day since,
has everything. A resumption token dies at midnight UTC; then its window is walked again from its beginning.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

# Windows of a week have some thousand records, a handful of pages: to walk one again costs little.
STEP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Cursor:
    """All that is stamped before `day` is stored. With `last`, the window from `day` to `last` is being walked.

    Of it `token` names the next page ("" is the first) and `seen` counts the records of the pages before. `size` is
    how many records the first page said that there are, None where it didn't. `shortfalls` counts how often the window
    ended with fewer.
    """

    day: date
    last: date | None = None
    token: str = ""
    seen: int = 0
    size: int | None = None
    shortfalls: int = 0

    @classmethod
    def read(cls, position: Mapping, *, start: date) -> "Cursor":
        """The cursor that `written` put down; one that begins on `start` where there is none yet."""
        if not position.get("day"):
            return cls(start)
        last = position.get("last")
        return cls(
            date.fromisoformat(position["day"]),
            date.fromisoformat(last) if last else None,
            position.get("token", ""),
            position.get("seen", 0),
            position.get("size"),
            position.get("shortfalls", 0),
        )

    def written(self) -> dict:
        """As JSON takes it."""
        words = asdict(self)
        return words | {"day": self.day.isoformat(), "last": self.last.isoformat() if self.last else None}

    def open(self, until: date) -> "Cursor":
        """In a window: the one being walked, or else the next, which ends on `until` at the latest."""
        return self if self.last else Cursor(self.day, last=max(self.day, min(self.day + STEP - timedelta(1), until)))

    def turn(self, *, token: str, seen: int, size: int | None) -> "Cursor":
        """Behind a page of `seen` records that names the next by `token`; behind the window where it names none.

        A window that ends short is walked once more: a record that changes meanwhile leaves it, and shifts the others.
        """
        known = replace(self, size=size if self.size is None else self.size)
        if token:
            return replace(known, token=token, seen=self.seen + seen)
        if known.shortfall(seen) and not self.shortfalls:
            return replace(self.restart(), shortfalls=1)
        assert self.last
        return Cursor(self.last + timedelta(1))

    def shortfall(self, seen: int) -> int:
        """How many records of the window are still to come behind a page of `seen`."""
        return max(0, (self.size or 0) - self.seen - seen)

    @property
    def has_seen_all(self) -> bool:
        """Whether as many records came as the first page said that there are; False where it didn't say."""
        return self.size is not None and self.seen >= self.size

    def restart(self) -> "Cursor":
        """At the beginning of its window again."""
        return Cursor(self.day, self.last, shortfalls=self.shortfalls)

    def back(self, days: int) -> "Cursor":
        """So many days earlier, outside a window."""
        return Cursor(self.day - timedelta(days))

    def __str__(self):
        return f"{self.day} to {self.last}" if self.last else f"from {self.day}"
