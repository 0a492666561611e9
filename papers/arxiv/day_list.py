"""What arXiv's lists say of a day in a category: its papers, and how many there should be."""

from dataclasses import dataclass, replace
from datetime import date

from papers.arxiv import taxonomy
from papers.arxiv.record import Announcement, Record, Refusal


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a day's list: `shown` of its `total` entries are there.

    `kind` is "new", "cross" or "replace", or "" where the list doesn't part them.
    """

    kind: str
    shown: int
    total: int


@dataclass(frozen=True, slots=True)
class DayList:
    """What was announced on `day` in `category`, in the list's order; `total` entries in all, whatever is shown."""

    day: date
    category: str
    rows: tuple[Record | Refusal, ...]
    sections: tuple[Section, ...]
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the day stands on another page."""
        return sum(section.shown for section in self.sections) == self.total


@dataclass(frozen=True, slots=True)
class ListPage:
    """The days that a list shows, newest first, and its entries in all, on whatever page."""

    category: str
    days: tuple[DayList, ...]
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the list stands on another page."""
        return sum(section.shown for day in self.days for section in day.sections) == self.total


def told(announcement: Announcement, categories: tuple[str, ...]) -> Announcement:
    """Return what a list announces, with the kind made exact: it doesn't tell replacements of cross-lists apart.

    `categories` are the paper's, the primary one first.
    """
    if announcement.kind != "replace" or not categories:
        return announcement
    primary = categories[0]
    names = {primary, primary.partition(".")[0], taxonomy.canonical(primary)}
    if names & {announcement.category, taxonomy.canonical(announcement.category)}:
        return announcement
    return replace(announcement, kind="replace-cross")
