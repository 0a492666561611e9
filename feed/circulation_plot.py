"""Circulation drawn: lanes above one another that share their days, a line for subscribers and bars for the rest.

As in papers/plot.py, across everything is a share of the width, up and down it is in pixels.
"""

from collections.abc import Sequence
from itertools import pairwise

from feed.circulation import Day
from papers.plot import FILLED, Bar, DayByDay, Lane, percent, steps

# What is counted a day, what its lane is called, and how high that is in pixels.
BARS = (("sent", "Mails sent", 90), ("bounced", "Came back", 52), ("left", "Unsubscribed", 52))
LINE_HEIGHT, GAP, BELOW = 110, 44, 30


class Plot(DayByDay[Day]):
    """Circulation, drawn."""

    def __init__(self, days: Sequence[Day]) -> None:
        super().__init__(days)
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

    @staticmethod
    def title(day: Day) -> str:
        return _title(day)

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
            Bar(name, self.x(at + (1 - FILLED) / 2), width, y, round(max(lane.bottom - y, 1), 2))
            for name, lane in self._bars
            for at, day in enumerate(self.days)
            if (count := getattr(day, name))
            for y in [min(lane.y(count), lane.bottom - 1)]
        ]


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
