"""One category's announcement: found in its feed, or else in arXiv's lists, and told by ids which day's it is.

A feed's dates are those of its making, and a stale one shows yesterday's papers under today's: so they are not read.
What is asked, in turn, until no day is missing: the feed, which is the missing day's when its papers are new to the
category and come right after those of the day before; the list of the newest day, which prints its day; the list of
the week, which prints five. Days that none of them tells are left to OAI-PMH.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Literal, TypeVar

from papers import filing
from papers.arxiv import legible, list_page, rss, taxonomy
from papers.arxiv.calendar import Calendar
from papers.arxiv.client import Client
from papers.arxiv.day_list import ListPage
from papers.arxiv.record import Record, Refusal, SourceError
from papers.filing import ARRIVALS, Row, kind
from papers.id_order import key
from papers.ingest import Report, ingest
from papers.models import Batch
from papers.web.unavailable import Busy

logger = logging.getLogger(__name__)

# A feed has 2,000 entries at most: one with as many may have been cut. https://info.arxiv.org/help/rss.html
FEED_LIMIT = 2_000
# The feed of a category that still shows the day before three hours after midnight may go on doing so all day.
LATE = timedelta(hours=3)
# The ids of the days before tell where a day's begin, also after the longest of arXiv's holidays.
BEFORE = timedelta(days=10)

Found = TypeVar("Found")


@dataclass
class Bulletin:
    """What is asked of arXiv for one category at the aware time `now`.

    `missing` are its missing days, in order; those that are filed leave it. `filed` is the newest day that was filed
    before, None at the very first. `is_desperate` tells that it was asked in vain for long: then every way is gone.
    `note` gets the report of each step, `failures` what went wrong on the way, and `beyond` the days that only OAI-PMH
    can tell.
    """

    client: Client
    calendar: Calendar
    category: str
    missing: list[date]
    filed: date | None
    now: datetime
    note: Callable[[Report], None]
    is_desperate: bool = False
    failures: list[str] = field(default_factory=list)
    beyond: list[date] = field(default_factory=list)

    def seek(self) -> None:
        """File what the feed and the lists tell of the missing days. Raises Busy where arXiv wants to be left alone."""
        newest = self.missing[-1]
        is_next = self.filed is not None and self.missing == [newest]
        rows = self._attempt(self._feed)
        if rows is not None:
            if is_next and self._is_next(rows, newest):
                return self._file(newest, rows, Batch.Origin.RSS)
            # Its day is not certain yet, but no paper shall be lost.
            self.note(ingest(filing.without_announcement(row) for row in rows if isinstance(row, Record)))
        is_late = self.now >= self.calendar.rendered_at(newest) + LATE
        if is_next and not is_late and not (rows and self._unseen(rows)):
            return None
        printed = self._attempt(lambda: self._read_newest(rows or []))
        if self.is_desperate if printed is None else any(day < printed for day in self.missing):
            self._attempt(self.read_week)
        if self.is_desperate:
            # The lists fail, or print later days and can't tell these from days on which nothing came: they go on late.
            told = [day for day in self.missing if self.failures or (printed and day < printed)]
            self.beyond = [day for day in told if self.calendar.harvestable_at(day) <= self.now]
        return None

    def read_week(self) -> date:
        """File what the list of the week prints, also of days that are filed: its word on them is the last.

        A day that it passes over had no announcement. Returns the newest day that it prints. Raises SourceError.
        """
        page = self._list("pastweek")
        printed = {day.day: day for day in page.days if day.is_whole and self._is_announced(day.day)}
        if not printed:
            raise SourceError(f"the week's list of {self.category} has no whole day: fetch it again")
        oldest, newest = min(printed), max(printed)
        span = [oldest + timedelta(offset) for offset in range((newest - oldest).days + 1)]
        begun = Batch.objects.filter(category=self.category).order_by("day").values_list("day", flat=True).first()
        seen: set[str] = set()
        for day in sorted(printed):
            # Of a paper that is printed twice, the first day counts.
            rows = [row for row in printed[day].rows if isinstance(row, Refusal) or row.arxiv_id not in seen]
            seen |= {row.arxiv_id for row in rows if isinstance(row, Record)}
            # Tonight's is left to its feed, which says more.
            if day >= (begun or newest) and (day in self.missing or self.calendar.rendered_at(day) <= self.now):
                self._file(day, rows, Batch.Origin.LIST, instead_of=span)
        # One that is printed, but not whole, is still to come.
        shown = {day.day for day in page.days}
        for day in [day for day in self.missing if day in span and day not in shown]:
            self._file(day, [], Batch.Origin.LIST)
        self.beyond = [day for day in self.missing if day < oldest]
        return newest

    def _feed(self) -> list[Row]:
        rows = list(rss.parse(self.client.announcements([self.category]), day=self.missing[-1]))
        if unread := legible.unread(rows):
            raise SourceError(f"the feed of {self.category} may have changed: {unread}")
        named = {it.category for row in rows if isinstance(row, Record) for it in row.announcements}
        others = {name for name in named if taxonomy.canonical(name) != taxonomy.canonical(self.category)}
        if others:
            raise SourceError(f"the feed of {self.category} is one of {', '.join(sorted(others))[:80]}: fetch it again")
        return rows

    def _is_next(self, rows: list[Row], newest: date) -> bool:
        """Whether a feed is certainly the whole of this day, where nothing of the days before is missing.

        Its arrivals are all unseen, with ids above those of the days before (but for old papers that are cross-listed
        now) and, where other categories have this day already, not above all of theirs.
        """
        if len(rows) >= FEED_LIMIT or any(isinstance(row, Refusal) for row in rows):
            return False
        arrivals = [row for row in rows if isinstance(row, Record) and kind(row) in ARRIVALS]
        if not arrivals or len(self._unseen(rows)) < len(arrivals):
            return False
        known = filing.boundaries(newest - BEFORE, newest)
        before, of_others = known.until(newest - timedelta(1)), known.until(newest)
        above = [key(row.arxiv_id) for row in arrivals if key(row.arxiv_id) > before]
        below = [row for row in arrivals if key(row.arxiv_id) <= before and kind(row) == "new"]
        return bool(above) and not below and (of_others == before or min(above) <= of_others)

    def _unseen(self, rows: Sequence[Row]) -> list[Record]:
        """The arrivals that the category has on no day yet."""
        arrivals = [row for row in rows if isinstance(row, Record) and kind(row) in ARRIVALS]
        seen = filing.arrivals(self.category, [row.arxiv_id for row in arrivals])
        return [row for row in arrivals if row.arxiv_id not in seen]

    def _read_newest(self, rows: Sequence[Row]) -> date:
        """File the list of the newest day where it is not filed yet; return the day that it prints.

        `rows` are the feed's, which say more of the same papers.
        """
        page = self._list("new")
        if not page.days or not page.days[0].is_whole:
            raise SourceError(f"the newest list of {self.category} is not whole: fetch it again")
        found = page.days[0]
        if not self._is_announced(found.day):
            raise SourceError(f"the newest list of {self.category} is of {found.day}, which is still to come")
        if found.day in self.missing or self.filed is None or found.day > self.filed:
            fuller = {row.arxiv_id: row for row in rows if isinstance(row, Record)}
            self._file(found.day, [_told(row, fuller) for row in found.rows], Batch.Origin.LIST)
            if self.filed is None:
                self.missing = []
        return found.day

    def _list(self, name: Literal["new", "pastweek"]) -> ListPage:
        return list_page.parse(self.client.listing(self.category, name), self.category)

    def _is_announced(self, day: date) -> bool:
        return self.calendar.announced_at(day) <= self.now

    def _file(self, day: date, rows: list[Row], origin: Batch.Origin, *, instead_of: Sequence[date] = ()) -> None:
        self.note(filing.file(self.category, day, rows, origin, instead_of=instead_of))
        self.missing = [other for other in self.missing if other != day]

    def _attempt(self, step: Callable[[], Found]) -> Found | None:
        """Take a step; where it fails, another may lead on."""
        try:
            return step()
        except Busy:
            raise
        except SourceError as error:
            self.failures.append(f"{self.category}: {error}")
            return None


def _told(row: Row, fuller: dict[str, Record]) -> Row:
    """What the feed says of a paper, announced as the list says."""
    if isinstance(row, Record) and row.arxiv_id in fuller:
        return replace(fuller[row.arxiv_id], announcements=row.announcements)
    return row
