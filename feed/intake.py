"""Taking papers in by hand: what there is to be taken, step by step, over the network or from recorded answers."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from feed import mirror
from papers import filing, freshness, sources
from papers.arxiv import abs_text, atom, files, list_page, list_text, oai, rss
from papers.arxiv import client as arxiv
from papers.arxiv.calendar import NEW_YORK
from papers.arxiv.day_list import ListPage
from papers.arxiv.record import Refusal, SourceError
from papers.bulletin import Bulletin
from papers.cursor import Cursor
from papers.harvest import Reader
from papers.huggingface import client as huggingface
from papers.huggingface import records
from papers.huggingface.daily_paper import DailyPaper
from papers.ingest import Report, ingest
from papers.models import Batch, Source

# What a step is called on the progress bar and in the report; doing it raises SourceError.
Step = tuple[str, Callable[[], Report]]
# Whose turn it is while one of the commands asks.
TURNS = {
    "arxiv-rss": Source.Name.LISTING,
    "arxiv-list": Source.Name.LISTING,
    "arxiv-oai": Source.Name.HARVEST,
    "arxiv-ids": Source.Name.LOOKUP,
    "huggingface": Source.Name.HUGGINGFACE,
}


def recorded(source: str, paths: list[Path], *, categories: list[str], day: date | None) -> list[Step]:
    """A step for each file, whatever it is called; `day` is that of an announcement or of Hugging Face's rows."""
    read: dict[str, Callable[[Path], Report]] = {
        "arxiv-rss": lambda path: ingest(rss.parse(files.read(path), day=day)),
        "arxiv-list": lambda path: _file_list(_recorded_list(files.read(path), categories[0])),
        "arxiv-oai": lambda path: ingest(oai.read(files.read(path))),
        "arxiv-ids": lambda path: ingest(_recorded_papers(files.read(path))),
        "huggingface": lambda path: _mirror(records.parse(files.read(path), day=day or _date_in(path.name))),
    }
    return [(str(path), partial(read[source], path)) for path in paths]


def client_of(source: str) -> Any:
    """Who asks: an `arxiv.Client` or a `huggingface.Client`, as the steps of that source want it."""
    return sources.huggingface() if source == "huggingface" else sources.arxiv()


def announcements(client: arxiv.Client, categories: list[str]) -> Iterator[Step]:
    """The days that a category lacks, as the timetable finds them: by ids, in its feed or else in arXiv's lists."""
    for category in categories:
        yield category, partial(_seek, client, category)


def lists(client: arxiv.Client, categories: list[str]) -> Iterator[Step]:
    """The newest day and the days of the week, under the dates that arXiv prints."""
    for category in categories:
        yield f"{category}/new", partial(_fetch_list, client, category)
        yield f"{category}/pastweek", partial(_fetch_week, client, category)


def changes(client: arxiv.Client, first: date, last: date, *, set_: str = "") -> Iterator[Step]:
    """All that arXiv has changed from `first` to `last`, page by page."""
    reader, cursor = Reader(client, set_=set_), Cursor(first)

    def take() -> Report:
        nonlocal cursor
        rows, behind = reader.read(cursor)
        report = ingest(rows)
        cursor = behind
        return report

    while cursor.day <= last:
        cursor = here = cursor.open(last)
        yield str(here), take
        if cursor is here:
            return


def single_papers(client: arxiv.Client, names: list[str]) -> Iterator[Step]:
    yield f"{len(names)} ids", lambda: ingest(client.by_ids(names))


def mirrored_days(client: huggingface.Client, first: date, last: date) -> Iterator[Step]:
    for offset in range((last - first).days + 1):
        day = first + timedelta(offset)
        yield day.isoformat(), lambda day=day: _mirror(client.daily_papers(day))  # type: ignore[misc]


def _mirror(rows: Iterable[DailyPaper | Refusal]) -> Report:
    return ingest(rows, then=mirror.enter)


def _seek(client: arxiv.Client, category: str) -> Report:
    report = Report()
    bulletin = _bulletin(client, category, report)
    if bulletin.missing:
        bulletin.seek()
    if bulletin.missing and bulletin.failures:
        raise SourceError("; ".join(bulletin.failures))
    return report


def _fetch_week(client: arxiv.Client, category: str) -> Report:
    report = Report()
    _bulletin(client, category, report).read_week()
    return report


def _bulletin(client: arxiv.Client, category: str, report: Report) -> Bulletin:
    now = timezone.now()
    days = [day for day in freshness.days(now) if day <= now.astimezone(NEW_YORK).date()]
    filed = Batch.objects.filter(category=category).order_by("-day").values_list("day", flat=True).first()
    missing = Batch.objects.missing([category], days)[category]
    return Bulletin(
        client,
        freshness.calendar(),
        category,
        missing=missing,
        filed=filed,
        now=now,
        note=report.add,
        is_desperate=True,
    )


def _fetch_list(client: arxiv.Client, category: str) -> Report:
    return _file_list(list_page.parse(client.listing(category, "new"), category))


@transaction.atomic
def _file_list(page: ListPage) -> Report:
    report = Report()
    for day in page.days:
        if not day.is_whole:
            raise SourceError(f"the list of {page.category} shows a part of {day.day}: record it with all its entries")
        report.add(filing.file(page.category, day.day, day.rows, Batch.Origin.LIST))
    return report


def _recorded_list(data: bytes, category: str) -> ListPage:
    return (list_page if _is_markup(data) else list_text).parse(data, category)


def _recorded_papers(data: bytes) -> Iterator[oai.Row]:
    """The papers of an answer of the query API, also one that is kept in JSON, of OAI-PMH, or of a metadata file."""
    if data.lstrip()[:1] == b"{":
        data = _body(data)
    if not _is_markup(data):
        yield abs_text.parse(data)
    elif b"OAI-PMH" in data[:2000] or b"<record" in data[:2000]:
        yield from oai.read(data)
    else:
        yield from atom.parse(data).rows


def _body(data: bytes) -> bytes:
    """What was answered, from a file that keeps it beside the address and the status: `{"url", "status_code", "body"}`."""
    try:
        return json.loads(data)["body"].encode("latin-1")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SourceError("the JSON is no recorded answer: it should have a “body” of bytes as Latin-1") from error


def _is_markup(data: bytes) -> bool:
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def _date_in(name: str) -> date | None:
    """The day that a recorded file's name begins with: 2026-05-29.json.gz."""
    try:
        return date.fromisoformat(name[:10])
    except ValueError:
        return None
