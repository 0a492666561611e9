"""Where a walk through OAI-PMH stands: days that are done, the window being walked, and the page to ask for next.

arXiv's datestamps are days, and a record carries only that of its last change: whoever has asked for each day since,
has everything. But a record that changes while its window is walked page by page leaves it, and those behind it move
up: one of them slips from the next page to the one that has been asked already. The server says nothing by which that
could be seen, as its tokens are offsets. Within one answer nothing can slip, so a window is made as short as it must be
to be one answer. A day that is still several pages is walked twice: what slipped the first time stands a page earlier
the second, unless as many records as a page has leave the day meanwhile.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

# Of the archive's early years a week is about a page, of the last ones a day.
LONGEST = 7
# arXiv's pages have 2,500 records or, in other years, some more or less: where so few came, twice the days fit too.
FEW = 1000


@dataclass(frozen=True, slots=True)
class Cursor:
    """All that is stamped before `day` is stored. With `last`, the window from `day` to `last` is being walked.

    Of it `token` names the next page ("" is the first); where it `is_again`, that is for the second time. The next
    window has `span` days.
    """

    day: date
    last: date | None = None
    token: str = ""
    span: int = LONGEST
    is_again: bool = False

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
            position.get("span", LONGEST),
            position.get("is_again", False),
        )

    def written(self) -> dict:
        """As JSON takes it."""
        words = asdict(self)
        return words | {"day": self.day.isoformat(), "last": self.last.isoformat() if self.last else None}

    def open(self, until: date) -> "Cursor":
        """In a window: the one being walked, or else the next, which ends on `until` at the latest."""
        if self.last:
            return self
        return replace(self, last=max(self.day, min(self.day + timedelta(self.span - 1), until)))

    def turn(self, *, token: str, count: int) -> "Cursor":
        """Behind a page of `count` records that names the next by `token`; behind the window where it names none."""
        assert self.last
        days = (self.last - self.day).days + 1
        if token and not self.token and days > 1:
            return Cursor(self.day, span=days // 2)
        if token:
            return replace(self, token=token)
        if self.token and not self.is_again:
            return replace(self.restart(), is_again=True)
        has_room = not self.token and count < FEW
        return Cursor(self.last + timedelta(1), span=min(2 * self.span, LONGEST) if has_room else self.span)

    def restart(self) -> "Cursor":
        """At the beginning of its window again."""
        return replace(self, token="")

    def back(self, days: int) -> "Cursor":
        """So many days earlier, outside a window."""
        return Cursor(self.day - timedelta(days), span=self.span)

    def __str__(self):
        return f"{self.day} to {self.last}" if self.last else f"from {self.day}"
