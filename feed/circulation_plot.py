"""Circulation drawn: lanes above one another that share their days, a line for subscribers and bars for the rest.

As in papers/plot.py, across everything is a share of the width, up and down it is in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from feed.circulation import Day
from papers.plot import Lane, percent, steps

# Of a day's width; the rest parts the columns.
FILLED = 0.78
# What is counted a day, what its lane is called, and how high that is in pixels.
BARS = (("sent", "Mails sent", 90), ("bounced", "Came back", 52), ("left", "Unsubscribed", 52))
LINE_HEIGHT, GAP, BELOW = 110, 44, 30


@dataclass(frozen=True)
class Bar:
    """`kind` names the colour; `x` and `width` in percent, `y` and `height` in pixels."""

    kind: str
    x: str
    width: str
    y: float
    height: float


@dataclass(frozen=True)
class Column:
    """A day's place: from `x`, its `middle`, and its numbers in words."""

    day: Day
    x: str
    middle: str
    title: str


class Plot:
    """Drawn from days that follow each other."""

    def __init__(self, days: Sequence[Day]) -> None:
        self.days = days
        top = 30
        most = max((day.subscribers for day in days), default=0)
        self.subscribers = Lane.holding(most, steps(), "Subscribers", top, top + LINE_HEIGHT)
        self.lanes = [self.subscribers]
        self._bars: list[tuple[str, Lane]] = []
        for name, title, height in BARS:
            top = round(self.lanes[-1].bottom + GAP)
            most = max((getattr(day, name) for day in days), default=0)
            self._bars.append((name, Lane.holding(most, steps(), title, top, top + height)))
            self.lanes.append(self._bars[-1][1])
        self.top, self.bottom = self.lanes[0].top, self.lanes[-1].bottom
        self.height = round(self.bottom) + BELOW

    @property
    def depth(self) -> float:
        """From the first lane's top to the last one's bottom."""
        return self.bottom - self.top

    @property
    def width(self) -> str:
        """Of a day, in percent."""
        return percent(1 / len(self.days))

    @cached_property
    def columns(self) -> list[Column]:
        return [Column(day, self._x(at), self._x(at + 0.5), _title(day)) for at, day in enumerate(self.days)]

    @property
    def newest_first(self) -> Sequence[Day]:
        return self.days[::-1]

    @property
    def mondays(self) -> list[Column]:
        return [column for column in self.columns if column.day.day.weekday() == 0]

    @property
    def months(self) -> list[Column]:
        """The first days of months, but for one at the right edge, where no name fits."""
        return [column for column in self.columns[:-5] if column.day.day.day == 1]

    @property
    def segments(self) -> list[tuple[str, float, str, float]]:
        """The line of the subscribers, day by day."""
        points = [(column.middle, self.subscribers.y(column.day.subscribers)) for column in self.columns]
        return [(*one, *other) for one, other in pairwise(points)]

    @property
    def bars(self) -> list[Bar]:
        width = percent(FILLED / len(self.days))
        return [
            # What happened at all is seen, however small beside the others.
            Bar(name, self._x(at + (1 - FILLED) / 2), width, y, round(max(lane.bottom - y, 1), 2))
            for name, lane in self._bars
            for at, day in enumerate(self.days)
            if (count := getattr(day, name))
            for y in [min(lane.y(count), lane.bottom - 1)]
        ]

    def _x(self, number: float) -> str:
        return percent(number / len(self.days))


def _title(day: Day) -> str:
    """A day in words, a line each."""
    lines = [f"{day.day:%A, %B} {day.day.day}", f"{day.subscribers:,} subscriber{'s'[: day.subscribers != 1]}"]
    counts = {"confirmed": day.confirmed, "unsubscribed": day.left, "stopped": day.stopped}
    lines += [f"{count:,} {what}" for what, count in counts.items() if count]
    if day.sent:
        lines.append(
            f"{day.sent:,} mail{'s'[: day.sent != 1]} sent" + (f", {day.bounced:,} came back" if day.bounced else "")
        )
    return "\n".join(lines)
