"""Hugging Face's daily feed, kept up to date: the days that still fill, and those that were missed."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from feed import mirror
from papers import sources
from papers.arxiv.record import Refusal, SourceError
from papers.huggingface.daily_paper import DailyPaper
from papers.huggingface.records import parse
from papers.ingest import Report, ingest
from papers.meter import Meter
from papers.models import Run, Source
from papers.runs import run
from papers.web.unavailable import Busy, Unavailable

# Hugging Face's days are of UTC. Votes go on after midnight, and rows come late: the last days are asked for again.
FILLING_DAYS = 3
# A run ends well before its time limit; the timetable rings again.
ENOUGH = timedelta(minutes=5)
# A day that has given nothing good for so long is given up; by then nobody will miss it.
GIVEN_UP = timedelta(days=30)
# So many days in a row out of reach mean that Hugging Face is, and not the days.
UNREACHED = 2


def mirror_days() -> None:
    """Take in the last days' rows, then what an outage has left out, each day on its own.

    The position of the source is the first `day` that may still be missing, with the days `bad` before it whose answer
    was no good.
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
        self.bad = {date.fromisoformat(day) for day in self.source.position.get("bad", [])}

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
            except Busy:
                raise
            except SourceError as error:
                # One day alone may be out of reach for ever; several in a row mean that all are.
                unreached += isinstance(error, Unavailable)
                if unreached == UNREACHED:
                    raise
                refused.append(Refusal(day.isoformat(), str(error)))
                self._pass(day, is_bad=True)
        self.current.note(Report(refused=refused), **self.meter.read())
        if refused and len(refused) == asked:
            raise SourceError(f"{refused[0].name}: {refused[0].reason}")

    def _days(self) -> Iterator[date]:
        """What a reader looks at comes first."""
        yield from _between(self.filling, self.today)
        yield from sorted(day for day in self.bad if day < self.filling)
        yield from _between(self.day, self.filling - timedelta(1))

    def _take(self, day: date) -> None:
        rows = list(parse(self.client.daily_papers(day), day=day))
        _expect_good(rows)
        with transaction.atomic():
            report = ingest(rows, then=mirror.enter)
            self._pass(day, is_bad=False)
            self.current.note(report, **self.meter.read())

    def _pass(self, day: date, *, is_bad: bool) -> None:
        # A day that still fills is asked for again, whatever came of it.
        if day < self.filling:
            self.day = max(self.day, day + timedelta(1))
            self.bad.discard(day)
            if is_bad and day > self.today - GIVEN_UP:
                self.bad.add(day)
        self.source.position = {"day": self.day.isoformat(), "bad": sorted(it.isoformat() for it in self.bad)}
        self.source.save(update_fields=["position"])


def _expect_good(rows: list[DailyPaper | Refusal]) -> None:
    """Raises SourceError where a day was cut off, or nothing of it can be read: to pass it would be to lose it."""
    refused = [row for row in rows if isinstance(row, Refusal)]
    if cut := next((row for row in refused if row.name == "the file"), None):
        raise SourceError(cut.reason)
    if refused and len(refused) == len(rows):
        raise SourceError(f"none of its {len(rows)} rows can be read, the first as {refused[0].reason}")


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(number) for number in range((last - first).days + 1)]
