"""The last months of ingestion drawn: lanes above one another that share their days.

Across, everything is a percentage, up and down it is in pixels: so the drawing fills a desk and a phone, and what is
written in it stays as large as text is.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import count, pairwise
from math import ceil
from typing import Generic, Protocol, Self, TypeVar

from papers.ledger import BRINGERS, Day
from papers.models import Source

STACKED = tuple(name for name in BRINGERS if name != Source.Name.BACKFILL)
# Of a day's width; the rest parts the columns.
FILLED = 0.78
# Hours. What is later than two days is marked at the upper edge: one outage must not flatten everything else.
MOST_HOURS = 48
HOURS = (1, 2, 3, 6, 12)


@dataclass(frozen=True)
class Lane:
    """A band of the drawing, from `top` down to `bottom`; its scale has a line every `step`, from 0 to `most`."""

    title: str
    top: float
    bottom: float
    step: float
    most: float
    unit: str = ""

    @classmethod
    def holding(
        cls, most: float, steps: Iterable[float], title: str, top: float, bottom: float, unit: str = ""
    ) -> Self:
        """With the first of the steps of which at most four reach up to `most`."""
        step = next(step for step in steps if step * 4 >= most)
        return cls(title, top, bottom, step, step * max(ceil(most / step), 1), unit)

    def y(self, value: float) -> float:
        return round(self.bottom - min(value / self.most, 1) * (self.bottom - self.top), 2)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """Where lines of the scale are, and what stands at them."""
        values = [self.step * number for number in range(round(self.most / self.step) + 1)]
        return [(self.y(value), f"{value:,.0f}{self.unit}") for value in values]


@dataclass(frozen=True)
class Bar:
    """What is counted of a `kind` on a day: `x` and `width` in percent, `y` and `height` in pixels."""

    kind: str
    x: str
    width: str
    y: float
    height: float


class Dated(Protocol):
    @property
    def day(self) -> date: ...


Of = TypeVar("Of", bound=Dated)


@dataclass(frozen=True)
class Column(Generic[Of]):
    """A day's place: from `x`, its `middle`, and what is known of it in words."""

    day: Of
    x: str
    middle: str
    title: str


class DayByDay(ABC, Generic[Of]):
    """A drawing of days that follow each other: each has a column, of one width."""

    def __init__(self, days: Sequence[Of]) -> None:
        self.days = days

    @staticmethod
    @abstractmethod
    def title(day: Of) -> str:
        """A day in words, a line each."""

    @property
    def width(self) -> str:
        """Of a day, in percent."""
        return percent(1 / len(self.days))

    @cached_property
    def columns(self) -> list[Column[Of]]:
        return [Column(day, self.x(at), self.x(at + 0.5), self.title(day)) for at, day in enumerate(self.days)]

    @property
    def newest_first(self) -> Sequence[Of]:
        return self.days[::-1]

    @property
    def mondays(self) -> list[Column[Of]]:
        return [column for column in self.columns if column.day.day.weekday() == 0]

    @property
    def months(self) -> list[Column[Of]]:
        """The first days of months, but for one at the right edge, where no name fits."""
        return [column for column in self.columns[:-5] if column.day.day.day == 1]

    def x(self, number: float) -> str:
        return percent(number / len(self.days))


class Plot(DayByDay[Day]):
    """Ingestion, drawn. The template holds marks to what is computed here."""

    def __init__(self, days: Sequence[Day]) -> None:
        super().__init__(days)
        self.has_archive = any(day.new.get(Source.Name.BACKFILL) for day in days)
        papers = max((sum(day.new.get(name, 0) for name in STACKED) for day in days), default=0)
        archive = max((day.new.get(Source.Name.BACKFILL, 0) for day in days), default=0)
        hours = max((day.hours or 0 for day in days), default=0)
        self.papers = Lane.holding(papers, steps(), "New papers", 30, 200)
        self.archive = Lane.holding(archive, steps(), "From the archive", 240, 300)
        top = 340 if self.has_archive else 240
        self.failures = Lane("Runs that failed", top, top + 14, 1, 1)
        self.delay = Lane.holding(min(hours, MOST_HOURS), HOURS, "Behind arXiv", top + 54, top + 154, " h")
        self.height = top + 184

    @staticmethod
    def title(day: Day) -> str:
        return _title(day)

    @property
    def lanes(self) -> list[Lane]:
        """Those with a scale."""
        return [self.papers, *([self.archive] if self.has_archive else []), self.delay]

    @property
    def depth(self) -> float:
        """From the first lane's top to the last one's bottom."""
        return self.delay.bottom - self.papers.top

    @property
    def bars(self) -> list[Bar]:
        return [bar for number, day in enumerate(self.days) for bar in self._stack(number, day)]

    @property
    def failed(self) -> list[Column]:
        return [column for column in self.columns if column.day.failed or column.day.interrupted]

    @property
    def lacking(self) -> list[Column]:
        return [column for column in self.columns if column.day.missing]

    @property
    def delays(self) -> list[tuple[Column, float, bool]]:
        """Where each delay stands, at what height, and whether it is beyond the scale."""
        late = [(column, column.day.hours) for column in self.columns if column.day.hours is not None]
        return [(column, self.delay.y(max(hours, 0)), hours > self.delay.most) for column, hours in late]

    @property
    def segments(self) -> list[tuple[str, float, str, float]]:
        """The line through the delays."""
        points = [(column.middle, y) for column, y, _ in self.delays]
        return [(*one, *other) for one, other in pairwise(points)]

    def _stack(self, number: int, day: Day) -> list[Bar]:
        x, width = self.x(number + (1 - FILLED) / 2), percent(FILLED / len(self.days))
        bars, below = [], 0
        for name in STACKED:
            if count := day.new.get(name, 0):
                y, base = self.papers.y(below + count), self.papers.y(below)
                bars.append(Bar(name, x, width, y, round(max(base - y, 1), 2)))
                below += count
        if count := day.new.get(Source.Name.BACKFILL, 0):
            y = self.archive.y(count)
            bars.append(Bar(Source.Name.BACKFILL, x, width, y, round(max(self.archive.bottom - y, 1), 2)))
        return bars


def _title(day: Day) -> str:
    """A day in words, a line each."""
    lines = [f"{day.day:%A, %B} {day.day.day}"]
    lines += [f"{name.label}: {day.new[name]:,} new" for name in BRINGERS if day.new.get(name)]
    if day.failed:
        lines.append(f"{day.failed} failed run{'s' if day.failed > 1 else ''}")
    if day.interrupted:
        lines.append(f"{day.interrupted} interrupted run{'s' if day.interrupted > 1 else ''}")
    if day.hours is not None:
        lines.append(f"{day.hours:.1f} hours behind arXiv")
    if day.missing:
        lines.append(f"missing: {', '.join(day.missing)}")
    return "\n".join(lines)


def percent(part: float) -> str:
    """A share of the width, from 0 to 1, as SVG has it."""
    return f"{100 * part:.3f}%"


def steps() -> Iterator[int]:
    """1, 2, 5, 10, 20, 50 and so on."""
    for power in count():
        yield from (10**power, 2 * 10**power, 5 * 10**power)
