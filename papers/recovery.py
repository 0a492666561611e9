"""Days that no feed and no list shows any more, told by OAI-PMH: by the days of the last changes, corrected by ids.

A record is stamped with the day of its last change: that of its announcement, or a later one. So nobody's day is later
than that of any paper with a higher id, and whoever walks from the missing days to the present has seen all of them.
The whole of arXiv is asked for, as its ids lie closest: between the last of a day and the first of the next.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Min

from papers import filing
from papers.arxiv import oai, taxonomy
from papers.arxiv.calendar import NEW_YORK, Calendar
from papers.arxiv.client import Client
from papers.arxiv.record import Announcement, Record, Refusal
from papers.cursor import Cursor
from papers.harvest import Reader
from papers.id_order import key
from papers.ingest import Report, ingest
from papers.models import Batch

# What is submitted before is announced in the evening. https://info.arxiv.org/help/availability.html
CUT_OFF = time(14)


class Recovery:
    """A walk over the datestamps from before the first wanted day to today; `position` is where it stands, as JSON.

    `wanted` are the missing days of each category: it counts where a walk begins, not for one under way.
    """

    def __init__(
        self, client: Client, calendar: Calendar, position: Mapping, wanted: Mapping[str, list[date]], now: datetime
    ) -> None:
        self.client, self.calendar, self.now = client, calendar, now
        days = {name: list(map(date.fromisoformat, words)) for name, words in position.get("wanted", {}).items()}
        self.wanted = days or {name: sorted(some) for name, some in wanted.items() if some}
        first = min(min(some) for some in self.wanted.values())
        last = max(max(some) for some in self.wanted.values())
        # Where the first day's ids begin is told by the day before.
        before = self._last_before(first)
        self.stamp = date.fromisoformat(position["stamp"]) if days else before - timedelta(1)
        self.seen = date.fromisoformat(position["seen"]) if days else self.stamp - timedelta(1)
        self.boundaries = filing.boundaries(before, last)
        first_days = Batch.objects.filter(category__in=self.wanted).order_by().values_list("category")
        self._begun = dict(first_days.annotate(Min("day")))
        for day, arxiv_id in position.get("highest", {}).items():
            self.boundaries.raise_to(date.fromisoformat(day), arxiv_id)
        self._highest: dict[str, str] = dict(position.get("highest", {}))

    def go(self, *, note: Callable[[Report], None], save: Callable[[dict], None], enough: Callable[[], bool]) -> None:
        """Walk to the end, or until `enough`; `save` keeps the position in the transaction that stores its day.

        Raises SourceError; what was saved stays.
        """
        today = self.now.astimezone(NEW_YORK).date()
        while self.stamp <= today:
            if enough():
                return
            rows = self._changed_on(self.stamp)
            records = [row for row in rows if isinstance(row, Record)]
            self._learn(records)
            with transaction.atomic():
                note(ingest([*self._announced(records), *(row for row in rows if isinstance(row, Refusal))]))
                self.stamp += timedelta(1)
                save(self._position())
        # Where nothing was stamped in its evening or later, a day may still be to come.
        with transaction.atomic():
            for category, days in self.wanted.items():
                for day in days:
                    if day - timedelta(1) <= self.seen:
                        filing.close(category, day, Batch.Origin.HARVEST)
            save({})

    def _position(self) -> dict:
        wanted = {name: [day.isoformat() for day in days] for name, days in self.wanted.items()}
        stamps = {"stamp": self.stamp.isoformat(), "seen": self.seen.isoformat()}
        return stamps | {"wanted": wanted, "highest": self._highest}

    def _changed_on(self, stamp: date) -> list[oai.Row]:
        """All that was last changed on this day."""
        rows: list[oai.Row] = []
        reader, cursor = Reader(self.client), Cursor(stamp, last=stamp)
        while cursor.last:
            page, cursor = reader.read(cursor)
            rows += page
        return rows

    def _learn(self, records: list[Record]) -> None:
        """Take note of the highest id that was announced by the day of these records."""
        ids = [record.arxiv_id for record in records]
        if ids:
            day, highest = self._stated(self.stamp), max(ids, key=key)
            self.seen = self.stamp
            self.boundaries.raise_to(day, highest)
            known = self._highest.get(day.isoformat(), "")
            self._highest[day.isoformat()] = max(known, highest, key=key)

    def _announced(self, records: list[Record]) -> list[Record]:
        """Those that came into a category on one of its missing days, with their announcements."""
        announcements: dict[str, list[Announcement]] = {}
        for category, days in self.wanted.items():
            within = [record for record in records if any(_covers(category, name) for name in record.categories)]
            known = filing.arrivals(category, [record.arxiv_id for record in within])
            for record in within:
                day = self._day(record, category)
                if day in days and record.arxiv_id not in known:
                    kind = "new" if _covers(category, record.categories[0]) else "cross"
                    announcements.setdefault(record.arxiv_id, []).append(Announcement(day, category, kind))
        return [
            replace(record, announcements=tuple(announcements[record.arxiv_id]))
            for record in records
            if record.arxiv_id in announcements
        ]

    def _day(self, record: Record, category: str) -> date | None:
        """The day on which a paper came into a category, None when it was there before the missing days."""
        stated, first = self._stated(self.stamp), min(self.wanted[category])
        number = key(record.arxiv_id)
        if number <= self.boundaries.until(self._last_before(first)):
            # It may have been cross-listed since: so it was, where it would be known had it come with its id.
            is_cross = not _covers(category, record.categories[0])
            return stated if is_cross and self._would_be_known(record, category) else None
        latest = self.boundaries.day(record.arxiv_id)
        if latest is None or stated == latest:
            return stated
        # Changed later, so that its own stamp doesn't tell: between the last that is known of the day before and the
        # first of this one, it belongs to the day for which it was submitted.
        before = self._last_before(latest)
        submitted_for = self._submitted_for(record)
        return before if submitted_for and first <= before and submitted_for <= before else latest

    def _would_be_known(self, record: Record, category: str) -> bool:
        """Whether the paper was announced when the category's papers were filed here already."""
        begun, submitted_for = self._begun.get(category), self._submitted_for(record)
        return bool(begun and submitted_for and begun <= submitted_for)

    def _submitted_for(self, record: Record) -> date | None:
        """The first day on which the paper can have been announced."""
        if not record.versions or record.versions[0].number != 1:
            return None
        submitted = record.versions[0].submitted_at.astimezone(NEW_YORK)
        evening = submitted.date() + timedelta(submitted.time() >= CUT_OFF)
        return self._stated(evening)

    def _stated(self, evening: date) -> date:
        """The day under which arXiv announces in this evening, or in the next after it that has an announcement."""
        return self.calendar.days(evening + timedelta(1), evening + timedelta(10))[0]

    def _last_before(self, day: date) -> date:
        return self.calendar.days(day - timedelta(10), day - timedelta(1))[-1]


def _covers(category: str, name: str) -> bool:
    """Whether a paper in the category `name` is in `category`, which may be a whole archive."""
    return taxonomy.canonical(category) in {taxonomy.canonical(name), name.partition(".")[0]}
