"""Topics over time drawn as lines: papers above, upvotes below, months or years across.

As in papers/plot.py, across everything is a share of the width, up and down it is in pixels. The lines lie in a box of
their own that is stretched across, for which a path knows no percentages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from papers.plot import Lane, percent, steps

# Of the box's width, to which paths refer.
BOX = 1000
# Names of years beyond these would run into each other on a phone.
MOST_NAMES = 9


@dataclass(frozen=True)
class Course:
    """What of one topic is drawn: its papers and upvotes moment by moment; `number` chooses colour and dashes, from 1."""

    label: str
    address: str
    number: int
    papers: list[int]
    upvotes: list[int]

    @property
    def paper_count(self) -> int:
        return sum(self.papers)

    @property
    def upvote_count(self) -> int:
        return sum(self.upvotes)


@dataclass(frozen=True)
class Line:
    """A course in one lane, as SVG path data: what is over, what is still filling, and the dots where they can be told."""

    number: int
    path: str
    open_path: str
    dots: str


@dataclass(frozen=True)
class Tick:
    """A line up and down at `x`, and what stands below it."""

    x: str
    name: str


@dataclass(frozen=True)
class Column:
    """A moment's place, and its numbers in words."""

    x: str
    title: str


class Curves:
    """Drawn from courses over the same moments, the first days of `unit`s ("month" or "year"), the last of which fills."""

    def __init__(self, courses: Sequence[Course], moments: Sequence[date], unit: str) -> None:
        self.courses, self.moments, self.unit = courses, moments, unit
        papers = max((max(it.papers, default=0) for it in courses), default=0)
        upvotes = max((max(it.upvotes, default=0) for it in courses), default=0)
        self.papers = Lane.holding(papers, steps(), f"Papers a {unit}", 30, 230)
        self.upvotes = Lane.holding(upvotes, steps(), "Upvotes of these papers", 274, 394)
        self.height = 418

    @property
    def lanes(self) -> list[Lane]:
        return [self.papers, self.upvotes]

    @property
    def depth(self) -> float:
        return self.upvotes.bottom - self.papers.top

    @property
    def width(self) -> str:
        """Of a moment, in percent."""
        return percent(1 / len(self.moments))

    @property
    def lines(self) -> list[Line]:
        # The first course comes last, above the others.
        return [
            self._line(it.number, values, lane)
            for it in reversed(self.courses)
            for lane, values in ((self.papers, it.papers), (self.upvotes, it.upvotes))
        ]

    @cached_property
    def columns(self) -> list[Column]:
        return [Column(percent(number / len(self.moments)), self._title(number)) for number in range(len(self.moments))]

    @property
    def ticks(self) -> list[Tick]:
        if self.unit == "year":
            every = -(-len(self.moments) // MOST_NAMES)
            named = {number: str(it.year) for number, it in enumerate(self.moments) if it.year % every == 0}
        else:
            named = {
                number: str(it.year) if it.month == 1 else f"{it:%b}"
                for number, it in enumerate(self.moments)
                if it.month in (1, 7)
            }
        return [Tick(percent((number + 0.5) / len(self.moments)), name) for number, name in named.items()]

    @property
    def rows(self) -> list[tuple[date, list[tuple[int, int]]]]:
        """The table: each moment, the newest first, with the papers and upvotes of each course."""
        numbers = [(it, [(of.papers[at], of.upvotes[at]) for of in self.courses]) for at, it in enumerate(self.moments)]
        return numbers[::-1]

    def _line(self, number: int, values: Sequence[int], lane: Lane) -> Line:
        width = BOX / len(self.moments)
        points = [f"{(at + 0.5) * width:.1f} {lane.y(value):g}" for at, value in enumerate(values)]
        *over, still = points
        return Line(
            number,
            f"M{'L'.join(over)}" if over else "",
            f"M{over[-1]}L{still}" if over else "",
            "".join(f"M{point}h0" for point, value in zip(points, values, strict=True) if value),
        )

    def _title(self, number: int) -> str:
        moment = self.moments[number]
        lines = [f"{moment:%B %Y}" if self.unit == "month" else str(moment.year)]
        for it in self.courses:
            papers, upvotes = it.papers[number], it.upvotes[number]
            lines.append(f"{it.label}: {papers:,} paper{'s'[: papers != 1]}, {upvotes:,} upvote{'s'[: upvotes != 1]}")
        return "\n".join(lines)
