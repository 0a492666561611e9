"""Hugging Face's daily feed, kept up to date: the days that still fill, and those that were missed."""

import logging
import time
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from feed import mirror
from papers import sources
from papers.arxiv import legible
from papers.arxiv.record import Refusal, SourceError
from papers.huggingface.daily_paper import DailyPaper
from papers.ingest import Report, ingest
from papers.meter import Meter
from papers.models import Run, Source
from papers.runs import run
from papers.web.unavailable import Busy, Unavailable

logger = logging.getLogger(__name__)

# Hugging Face's days are of UTC. Votes go on after midnight, and rows come late: the last days are asked for again.
FILLING_DAYS = 3
# A run ends well before its time limit; the timetable rings again.
ENOUGH = timedelta(minutes=5)
# Answers in vain after which a day is given up: a month of bells.
GIVEN_UP = 48 * 30
# For so many counts that a working day has no papers, as each has had some: it is believed after three days of bells.
EMPTY = 10
SATURDAY = 5
# So many days in a row out of reach mean that Hugging Face is, and not the days.
UNREACHED = 2


def mirror_days() -> None:
    """Take in the last days' rows, then what an outage has left out, each day on its own.

    The position of the source is the first `day` that may still be missing, with the days before it that are `open`: how
    often each was asked in vain, as its answer was no good, or empty on a working day.
    """
    with run(Source.Name.HUGGINGFACE) as current:
        if current:
            _Round(current).go()


class _Round:
    def __init__(self, current: Run) -> None:
        self.current = current
        self.today = datetime.now(UTC).date()
        self.filling = self.today - timedelta(FILLING_DAYS - 1)
        self.client = sources.huggingface()
        self.meter = Meter(self.client)
        self.source, _ = Source.objects.get_or_create(name=Source.Name.HUGGINGFACE)
        self.day = date.fromisoformat(self.source.position.get("day", self.filling.isoformat()))
        self.open = {date.fromisoformat(day): count for day, count in self.source.position.get("open", {}).items()}

    def go(self) -> None:
        """Raises SourceError when Hugging Face is out of reach, or has no good answer for any day."""
        deadline = time.monotonic() + ENOUGH.total_seconds()
        asked, refused, unreached = 0, [], 0
        for day in self._days():
            if time.monotonic() > deadline:
                break
            asked += 1
            try:
                self._take(day)
                unreached = 0
            except SourceError as error:
                refused.append(Refusal(day.isoformat(), str(error)))
                # One day alone may be out of reach for ever; several in a row mean that all are.
                unreached += isinstance(error, Unavailable)
                if isinstance(error, Busy) or unreached == UNREACHED:
                    break
                self._leave(day)
        self.current.note(Report(refused=refused), **self.meter.read())
        if refused and len(refused) == asked:
            raise SourceError(f"{refused[0].name}: {refused[0].reason}")

    def _days(self) -> list[date]:
        """What a reader looks at comes first, and last what was asked in vain most often."""
        missed = _between(self.day, self.filling - timedelta(1))
        return [*_between(self.filling, self.today), *missed, *sorted(self.open, key=lambda day: (self.open[day], day))]

    def _take(self, day: date) -> None:
        rows = self.client.daily_papers(day)
        if unread := _unread(rows):
            raise SourceError(unread)
        with transaction.atomic():
            report = ingest(rows, then=mirror.enter)
            if rows or day.weekday() >= SATURDAY:
                self._pass(day)
            else:
                self._leave(day, EMPTY)
            self.current.note(report, **self.meter.read())

    def _pass(self, day: date) -> None:
        self.open.pop(day, None)
        self._save(day)

    def _leave(self, day: date, count: int = 1) -> None:
        """Leave a day open, so that no other waits for it; for good after so many answers in vain."""
        # One that still fills is asked for again, whatever came of it.
        if day < self.filling:
            self.open[day] = self.open.get(day, 0) + count
            if self.open[day] >= GIVEN_UP:
                del self.open[day]
                logger.warning("Hugging Face's %s is given up: for too long, nothing came of it", day)
        self._save(day)

    def _save(self, day: date) -> None:
        """Keep the position behind this day; a day that still fills moves nothing."""
        if day < self.filling:
            self.day = max(self.day, day + timedelta(1))
        counts = {day.isoformat(): count for day, count in self.open.items()}
        self.source.position = {"day": self.day.isoformat(), "open": counts}
        self.source.save(update_fields=["position"])


def _unread(rows: list[DailyPaper | Refusal]) -> str:
    """Why a day is not to be passed, as that would be to lose it: it was cut off, or too much of it can't be read."""
    cut = next((row for row in rows if isinstance(row, Refusal) and row.name == "the file"), None)
    return cut.reason if cut else legible.unread(rows)


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(number) for number in range((last - first).days + 1)]
