"""Records become papers: in bulk, and the same rows however often, and in whatever order, the same records come.

Several sources speak of one paper, each more than once; `papers.statement` says whose word on what holds. The greatest
version number that anyone has named is the paper's, the earliest date its birthday, and its listings are all that were
ever announced.
"""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from papers import bulk, byline, documents, known, mirror, shelf, statement
from papers.arxiv import ids
from papers.arxiv.record import Deletion, Record, Refusal
from papers.huggingface.daily_paper import DailyPaper
from papers.known import UNSEEN, Known
from papers.models import Paper
from papers.statement import Statement

Row = Record | DailyPaper | Deletion | Refusal

# Rows in one transaction: enough to make the round trips cheap, little enough to halve when one is bad.
BATCH_SIZE = 1_000
# About what a batch makes: Python looks for cycles once a batch, which saves a tenth of the time.
OBJECTS = 50_000
# One ingestion writes at a time, so that two never make the same paper; a number of our own choosing.
LOCK = 0x70617065
# PostgreSQL's classes of errors that are a row's own fault: data exceptions, violated constraints, too large for an
# index. Of any other (a lost connection, a full disk) the rows are innocent.
ROWS_FAULT = {"22", "23", "54"}


@dataclass
class Report:
    """What became of the rows: arXiv ids by outcome, what was refused, and what was kept with a remark."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    remarks: list[Refusal] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        for name in ("new", "changed", "unchanged", "refused", "remarks"):
            getattr(self, name).extend(getattr(other, name))


@dataclass(slots=True)
class Stored:
    """A row that has become a paper, on its way through the batch.

    `is_heard` tells that it may change the paper; otherwise `paper` has only its key and its arXiv id. `decided` are the
    letters of the registers in which the row's word holds, `changes` names what changes for a reader. `record` is what
    the row says of the paper itself; a deletion has none.
    """

    row: Record | DailyPaper | Deletion
    statement: Statement
    paper: Known
    is_new: bool = False
    is_heard: bool = False
    decided: Set[str] = frozenset()
    changes: set[str] = field(default_factory=set)
    record: Record = field(init=False)

    def __post_init__(self) -> None:
        if not isinstance(self.row, Deletion):
            self.record = self.row.record if isinstance(self.row, DailyPaper) else self.row

    @property
    def pk(self) -> int:
        return self.paper.pk

    def hear(self) -> None:
        """Let the row's words be heard after all that has been stated."""
        self.is_heard = True
        stated, self.decided = statement.merge(self.paper.stated, self.statement)
        self.set(stated=stated)

    def set(self, **said: Any) -> None:
        """Set columns of the paper, but those that a moderator has set."""
        paper = self.paper
        if self.is_new:
            vars(paper).update(said)
            return
        for name, value in said.items():
            if name.removesuffix("_id") in paper.edited_fields:
                self._withhold(name, value)
            elif getattr(paper, name) != value:
                setattr(paper, name, value)
                paper.is_dirty = True
                if name not in UNSEEN:
                    self.changes.add(name)

    def _withhold(self, name: str, value: Any) -> None:
        """Keep what a source says of a field that a moderator has set, for when it is handed back. Dates never are."""
        if isinstance(value, datetime):
            return
        withheld = json.loads(self.paper.withheld)
        if withheld.get(name, self) != value:
            # As the database writes it out again.
            self.set(withheld=json.dumps({**withheld, name: value}, ensure_ascii=False))


def ingest(rows: Iterable[Row], *, then: Callable[[list[Stored]], None] = lambda batch: None) -> Report:
    """Store rows of any source, batch by batch, each batch whole, or without those that the database refuses.

    `then` gets each batch within its transaction, without its deletions: there the feed makes its entries; what it
    changes it adds to `Stored.changes`. Within a transaction of the caller's all is stored when that is committed.
    """
    report = Report()
    with _few_collections():
        for batch in _batches(rows, report):
            report.add(_store_what_can_be(batch, then))
    return report


@contextmanager
def _few_collections() -> Iterator[None]:
    """Python looks for cycles after every few hundred objects made; a batch makes tens of thousands, and no cycles."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _batches(rows: Iterable[Row], report: Report) -> Iterator[list[Record | DailyPaper | Deletion]]:
    """Batches in which each paper stands once; refusals go straight to the report."""
    batch: dict[str, Record | DailyPaper | Deletion] = {}
    for row in rows:
        if isinstance(row, Refusal):
            report.refused.append(row)
            continue
        arxiv_id = _arxiv_id(row)
        if not isinstance(row, Deletion):
            warnings = row.record.warnings if isinstance(row, DailyPaper) else row.warnings
            report.remarks.extend(Refusal(arxiv_id, warning) for warning in warnings)
        if arxiv_id in batch or len(batch) == BATCH_SIZE:
            yield list(batch.values())
            batch = {}
        batch[arxiv_id] = row
    if batch:
        yield list(batch.values())


def _arxiv_id(row: Record | DailyPaper | Deletion) -> str:
    return row.record.arxiv_id if isinstance(row, DailyPaper) else row.arxiv_id


def _store_what_can_be(rows: list[Record | DailyPaper | Deletion], then: Callable[[list[Stored]], None]) -> Report:
    try:
        return _store(rows, then)
    except DatabaseError as error:
        # A connection that broke has no such word.
        if (getattr(error.__cause__, "sqlstate", "22") or "")[:2] not in ROWS_FAULT:
            raise
        if len(rows) == 1:
            reason = f"the database does not take it: {str(error).splitlines()[0]}"
            return Report(refused=[Refusal(_arxiv_id(rows[0]), reason)])
        report, half = Report(), len(rows) // 2
        for part in (rows[:half], rows[half:]):
            report.add(_store_what_can_be(part, then))
        return report


@transaction.atomic
def _store(rows: list[Record | DailyPaper | Deletion], then: Callable[[list[Stored]], None]) -> Report:
    bulk.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    # What a crash of the database takes back with this, it takes with the cursor behind it: it is asked for again.
    bulk.execute("set local synchronous_commit = off")
    batch, deleted = _known(rows)
    spoken = [stored for stored in batch if stored.is_heard]
    for stored in spoken:
        _state(stored)
    shelf.make_categories(batch)
    bylines = byline.state(spoken, mirror.state(spoken))
    known.add([stored.paper for stored in spoken if stored.is_new])
    byline.write(bylines)
    shelf.write_categories(spoken)
    shelf.write_versions(spoken)
    shelf.write_listings(batch)
    _save([*spoken, *deleted])
    then(batch)
    _mark_modified(batch)
    documents.refresh(stored.pk for stored in (*batch, *deleted))
    # Now, and not at the end of a transaction that may be the caller's: what is refused then costs more than a row.
    bulk.execute("set constraints all immediate")
    bulk.execute("set constraints all deferred")
    new = [stored.paper.arxiv_id for stored in batch if stored.is_new]
    changed = [stored.paper.arxiv_id for stored in (*batch, *deleted) if stored.changes and not stored.is_new]
    touched = {*new, *changed}
    return Report(new, changed, [arxiv_id for arxiv_id in map(_arxiv_id, rows) if arxiv_id not in touched])


def _known(rows: list[Record | DailyPaper | Deletion]) -> tuple[list[Stored], list[Stored]]:
    """Each row with its paper, the one that is there or a new one not yet stored; and the deletions of known papers."""
    query = "select arxiv_id, id, stated, published_at from papers_paper where arxiv_id = any(%s::text[])"
    there = {arxiv_id: rest for arxiv_id, *rest in bulk.select(query, [bulk.array([_arxiv_id(row) for row in rows])])}
    keys = iter(bulk.keys(Paper, len(rows) - len(there)))
    batch: list[Stored] = []
    deleted: list[Stored] = []
    for row in rows:
        arxiv_id, said = _arxiv_id(row), statement.of(row)
        is_new = arxiv_id not in there
        if isinstance(row, Deletion):
            if not is_new:
                deleted.append(Stored(row, said, Known(there[arxiv_id][0], arxiv_id)))
        elif is_new:
            batch.append(Stored(row, said, Known(next(keys), arxiv_id), is_new=True))
            batch[-1].hear()
        else:
            key, stated, published_at = there[arxiv_id]
            batch.append(Stored(row, said, Known(key, arxiv_id)))
            # Of Hugging Face's rows even the old ones name people.
            batch[-1].is_heard = (
                isinstance(row, DailyPaper)
                or _published_at(batch[-1].record) < published_at
                or bool(statement.merge(stated, said)[1])
            )
    spoken = [stored for stored in batch if stored.is_heard and not stored.is_new]
    papers = known.read([stored.pk for stored in (*spoken, *deleted)])
    for stored in (*spoken, *deleted):
        # One deleted here meanwhile: the database refuses what refers to it, and the row is heard anew.
        if stored.pk in papers:
            stored.paper = papers[stored.pk]
            stored.hear()
    for stored in deleted:
        if stored.decided:
            stored.set(deleted_at=timezone.now())
    return batch, deleted


def _state(stored: Stored) -> None:
    """Set what the row decides of the paper itself."""
    record, decided, paper = stored.record, stored.decided, stored.paper
    said = {name: getattr(record, name) for name, letter in statement.ARXIV.items() if letter in decided}
    published_at = _published_at(record)
    if stored.is_new or published_at < paper.published_at:
        said["published_at"] = published_at
    if "title" in said:
        is_mirrored = isinstance(stored.row, DailyPaper)
        said["source"] = Paper.Source.HUGGINGFACE.value if is_mirrored else Paper.Source.ARXIV.value
    if statement.CATEGORIES in decided:
        said["primary_category_id"] = record.categories[0]
    if statement.VERSION in decided:
        said["version"] = stored.statement.version or None
        said["updated_at"] = record.versions[-1].submitted_at if record.versions else record.updated_at
    if statement.WITHDRAWAL in decided:
        said["withdrawn_at"] = stored.statement.withdrawn_at
    if statement.DELETION in decided:
        said["deleted_at"] = None
    if statement.LOOKUP in decided and not paper.looked_up_at:
        said["looked_up_at"] = timezone.now()
    stored.set(**said)


def _published_at(record: Record) -> datetime:
    """The first version's date; where the source has none an upper bound: an announcement, or the end of the id's month."""
    if record.published_at:
        return record.published_at
    days = [ids.month(record.arxiv_id), *(announcement.day for announcement in record.announcements)]
    return datetime.combine(min(days), time(), UTC)


def _save(batch: list[Stored]) -> None:
    dirty = [stored for stored in batch if stored.paper.is_dirty]
    now = timezone.now()
    for stored in dirty:
        if stored.changes:
            stored.paper.modified_at = now
    known.save(stored.paper for stored in dirty)


def _mark_modified(batch: list[Stored]) -> None:
    """What changed beside the papers' own columns changed the papers too."""
    touched = [stored.pk for stored in batch if stored.changes and not stored.is_new]
    if touched:
        bulk.execute("update papers_paper set modified_at = %s where id = any(%s)", [timezone.now(), touched])
