"""arXiv by OAI-PMH: every night what has changed, and by and by the whole archive; resumable at every page.

The whole of arXiv is asked for rather than the followed categories' sets: a record of several sets comes once, the
three days of a harvest are a handful of pages, and a set that arXiv has renamed would look like one without changes.
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from papers import freshness, sources
from papers.arxiv import legible, oai, taxonomy
from papers.arxiv.calendar import NEW_YORK
from papers.arxiv.client import Client
from papers.arxiv.record import Deletion, Record, Refusal, SourceError
from papers.cursor import Cursor
from papers.ingest import ingest
from papers.meter import Meter
from papers.models import Batch, Paper, Run, Source
from papers.runs import run
from papers.web.unavailable import Unavailable

# The earliest datestamp that arXiv's Identify names.
ARCHIVE_BEGINS = date(2005, 9, 16)
# Datestamps are days, and of which zone isn't said: a record stamped with yesterday's date may come after midnight UTC.
# So much is asked for again each night, and of the past at the first.
OVERLAP = 2
# How often a page that is no good is asked for before the run gives up, and a window begun anew.
ATTEMPTS = 3
# Well below a task's time limit; the timetable rings again.
HARVEST_SLICE = timedelta(minutes=10)
# Short, as a worker is busy with it: what else waits for one, waits no longer than this.
BACKFILL_SLICE = timedelta(minutes=4)
# The backfill leaves arXiv to the day's listing for so long after an announcement, also where a category is late.
LISTING_TIME = timedelta(hours=6)
# Above the hard limit of any task.
LONGEST_RUN = timedelta(hours=1)


Keep = Callable[[list[oai.Row]], list[oai.Row]]


def harvest() -> None:
    """Once a night, after 22:30 in New York, take in all that has changed since the last harvest.

    A paper that nobody here knows is passed over when it is in no followed category, unless the site holds the archive.
    """
    now = timezone.now()
    source, _ = Source.objects.get_or_create(name=Source.Name.HARVEST)
    if source.position.get("done_at", "") >= _due_at(now).isoformat():
        return
    with run(Source.Name.HARVEST) as current:
        if current:
            keep = everything if settings.ARXIV_BACKFILL else followed
            walk = Walk(current, start=now.date() - timedelta(OVERLAP), keep=keep, overlap=OVERLAP)
            walk.go(now, enough=HARVEST_SLICE)


def backfill() -> None:
    """Take in a slice of the whole archive, by the days of its last changes; it gives way to the day's listing."""
    now = timezone.now()
    source, _ = Source.objects.get_or_create(name=Source.Name.BACKFILL)
    if source.position.get("done_at") or is_listing_time():
        return
    with run(Source.Name.BACKFILL) as current:
        if current:
            walk = Walk(current, start=ARCHIVE_BEGINS, keep=everything)
            walk.go(now, enough=BACKFILL_SLICE, gives_way=is_listing_time)


def is_listing_time() -> bool:
    """Whether the day's listing goes first: it or the harvest runs, or a category still lacks the newest day.

    A category that is late for hours is left to the timetable, or a single one could hold up the backfill for days.
    """
    now, calendar = timezone.now(), freshness.calendar()
    others = Run.objects.running().filter(source__in=[Source.Name.LISTING, Source.Name.HARVEST])
    # One that began long ago was killed and is closed by the next of its source, which may be days away.
    if others.filter(started_at__gt=now - LONGEST_RUN).exists():
        return True
    newest = calendar.newest(now)
    if now > calendar.announced_at(newest) + LISTING_TIME:
        return False
    return any(Batch.objects.missing(settings.ARXIV_CATEGORIES, [newest]).values())


def everything(rows: list[oai.Row]) -> list[oai.Row]:
    return rows


def followed(rows: list[oai.Row]) -> list[oai.Row]:
    """Those in a category that the site follows, and those of papers that are here already."""
    categories = {name for wanted in settings.ARXIV_CATEGORIES for name in (wanted, taxonomy.canonical(wanted))}
    strangers = {
        row.arxiv_id for row in rows if isinstance(row, Deletion | Record) and not categories & set(_subjects(row))
    }
    strangers -= set(Paper.objects.filter(arxiv_id__in=strangers).values_list("arxiv_id", flat=True))
    return [row for row in rows if isinstance(row, Refusal) or row.arxiv_id not in strangers]


def _subjects(row: Record | Deletion) -> Iterator[str]:
    """The names under which a site may follow a paper: its categories, their modern names, their archives."""
    for name in row.categories if isinstance(row, Record) else ():
        category = taxonomy.find(name)
        yield from (name, category.canonical, category.archive) if category else (name,)


class Walk:
    """A source's walk through OAI-PMH, from where its position says; `keep` chooses what of a page is stored.

    The position moves in the transaction that stores the page before it. It tells by `moved_at` when a window was last
    done, and by `done_at` when the walk came to the present; then the next begins `overlap` days earlier.
    """

    def __init__(self, current: Run, *, start: date, keep: Keep, overlap: int = 0) -> None:
        self.current, self.keep, self.overlap = current, keep, overlap
        self.source, _ = Source.objects.get_or_create(name=current.source)
        self.cursor = Cursor.read(self.source.position, start=start)
        self.began_on = self.cursor.day
        client = sources.arxiv()
        self.meter, self.reader = Meter(client), Reader(client)

    def go(self, now: datetime, *, enough: timedelta, gives_way: Callable[[], bool] = lambda: False) -> None:
        """Walk to the present, or until time is up or something else goes first; raises SourceError.

        Then the window is begun anew by the next run: a token that brings nothing now may never bring anything.
        """
        deadline = time.monotonic() + enough.total_seconds()
        try:
            while not self._step(now) and time.monotonic() < deadline and not gives_way():
                pass
        except SourceError:
            if self.cursor.token:
                self._put_down(self.cursor.restart())
            raise

    def _step(self, now: datetime) -> bool:
        """Store one page; tell whether that was all."""
        today = datetime.now(UTC).date()
        rows, cursor = self.reader.read(self.cursor.open(today))
        is_done = cursor.day > today
        times = {"moved_at": cursor.day > self.cursor.day, "done_at": is_done}
        with transaction.atomic():
            report = ingest(self.keep(rows))
            self._put_down(
                cursor.back(self.overlap) if is_done else cursor,
                **{name: now.isoformat() for name, is_now in times.items() if is_now},
            )
            self.cursor = cursor
            self.current.note(report, window=self._window(today), **self.meter.read())
        return is_done

    def _put_down(self, cursor: Cursor, **times: str) -> None:
        before = {name: at for name in ("moved_at", "done_at") if (at := self.source.position.get(name))}
        self.source.position = cursor.written() | before | times
        self.source.save(update_fields=["position"])

    def _window(self, today: date) -> str:
        return f"{self.began_on} to {min(self.cursor.day, today)}, {(today - self.cursor.day).days + 1} days to go"


class Reader:
    """Reads OAI-PMH page by page, each whole or not at all."""

    def __init__(self, client: Client, *, set_: str = "") -> None:
        self.client, self.set_ = client, set_
        self._restarts = 0

    def read(self, cursor: Cursor) -> tuple[list[oai.Row], Cursor]:
        """Return the rows of the page at the cursor, which is in a window, and the cursor behind it.

        A page that is cut off, another than was asked for or no OAI-PMH is asked for again, and so is an empty one. A
        window whose token is refused or leads to nothing is begun anew: what was to be on that page may have moved up.
        Raises SourceError when nothing good comes.
        """
        assert cursor.last
        reason = ""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                page = oai.read(self.client.page(cursor.day, cursor.last, set_=self.set_, token=cursor.token))
                rows = list(page)
            except Unavailable:
                raise
            except oai.ProtocolError as error:
                if error.code == "badResumptionToken" and self._may_restart(cursor):
                    return [], cursor.restart()
                raise
            except SourceError as error:
                reason = str(error)
                continue
            if not page.is_whole:
                reason = "it was cut off"
            elif not rows and (attempt < ATTEMPTS or cursor.token or not self._is_without_records(cursor)):
                reason = "it was empty"
                if attempt == ATTEMPTS and self._may_restart(cursor):
                    return [], cursor.restart()
            elif cursor.token and page.resumption_token == cursor.token:
                reason = "it names itself as the next"
            elif len(rows) >= legible.FEW and (unread := legible.unread(rows)):
                reason = unread
            elif page.request and page.request.get("resumptionToken", "") != cursor.token and attempt < ATTEMPTS:
                # Where the server insists, it writes tokens in another way than it reads them.
                reason = "it was another page"
            else:
                return rows, cursor.turn(token=page.resumption_token, count=len(rows))
        raise SourceError(f"no good page of {cursor} came in {ATTEMPTS} tries: {reason}")

    def _may_restart(self, cursor: Cursor) -> bool:
        if not cursor.token or self._restarts == ATTEMPTS:
            return False
        self._restarts += 1
        return True

    def _is_without_records(self, cursor: Cursor) -> bool:
        """Whether a window for which nothing came, again and again, has nothing.

        All of arXiv has changes on every evening with an announcement. That there are none is believed there only
        where all since its first day, in an answer that isn't empty, begins behind the window.
        """
        assert cursor.last
        now, calendar, day = timezone.now(), freshness.calendar(), timedelta(1)
        announced = calendar.days(cursor.day + day, cursor.last + day)
        if self.set_ or not any(calendar.harvestable_at(each) <= now for each in announced):
            return True
        rows = oai.read(self.client.page(cursor.day, now.astimezone(UTC).date()))
        stamps = [row.stated_on for row in rows if not isinstance(row, Refusal) and row.stated_on]
        return bool(stamps) and min(stamps) > cursor.last


def _due_at(now: datetime) -> datetime:
    """When the last harvest should have begun: the last 22:30 in New York."""
    calendar, day = freshness.calendar(), now.astimezone(NEW_YORK).date()
    tonight = calendar.harvestable_at(day + timedelta(1))
    return tonight if tonight <= now else calendar.harvestable_at(day)
