"""arXiv numbers papers in the order in which it announces them: where a day's ids begin and end tells an id's day.

The scheme: https://info.arxiv.org/help/arxiv_identifier.html. Later changes to a paper never change its id.
"""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date


def key(arxiv_id: str) -> tuple[int, int]:
    """A number that grows from one announcement to the next; ids of before April 2007 are all the same to it."""
    month, _, number = arxiv_id.partition(".")
    return (int(month), int(number)) if month.isdigit() and number.isdigit() else (0, 0)


class Boundaries:
    """The highest id known to be announced by the end of each of some days.

    What is known of any day can only be too low: the last papers of a day may not be ours, or not be known yet.
    """

    def __init__(self, highest: Mapping[date, str] | None = None) -> None:
        self._days: list[date] = []
        self._highest: list[tuple[int, int]] = []
        for day, arxiv_id in sorted((highest or {}).items()):
            self.raise_to(day, arxiv_id)

    def raise_to(self, day: date, arxiv_id: str) -> None:
        """Take note that a paper was announced on `day` or before."""
        number = key(arxiv_id)
        place = bisect_left(self._days, day)
        if place == len(self._days) or self._days[place] != day:
            before = self._highest[place - 1] if place else (0, 0)
            self._days.insert(place, day)
            self._highest.insert(place, before)
        for later in range(place, len(self._days)):
            if self._highest[later] >= number:
                break
            self._highest[later] = number

    def day(self, arxiv_id: str) -> date | None:
        """The first of the days by which the paper was announced; None when it came after all of them."""
        place = bisect_left(self._highest, key(arxiv_id))
        return self._days[place] if place < len(self._days) else None

    def until(self, day: date) -> tuple[int, int]:
        """The key of the highest id known to be announced by the end of `day`."""
        place = bisect_left(self._days, day)
        if place < len(self._days) and self._days[place] == day:
            return self._highest[place]
        return self._highest[place - 1] if place else (0, 0)
