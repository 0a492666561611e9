"""Records become papers: in bulk, and the same rows however often the same records come.

Several sources speak of one paper. arXiv's word on title, abstract and authors outweighs Hugging Face's, which only
fills in what nobody has said yet. What Hugging Face alone knows (votes, summary, links, organization) is taken from
its newest day.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from papers import byline, mirror
from papers.arxiv import ids, taxonomy
from papers.arxiv.record import Record, Refusal
from papers.huggingface.daily_paper import DailyPaper
from papers.models import Category, Listing, Paper

Row = Record | DailyPaper | Refusal

# Rows in one transaction: enough to make the round trips cheap, little enough to repeat singly when one is bad.
BATCH_SIZE = 500
# One ingestion writes at a time, so that two never make the same paper; a number of our own choosing.
LOCK = 0x70617065
WEIGHT = {Paper.Source.HUGGINGFACE: 0, Paper.Source.ARXIV: 1}
STATED_BY_ARXIV = ("title", "abstract", "version", "updated_at", "comment", "doi", "journal_reference", "license")


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


@dataclass
class Stored:
    """A row that has become a paper, on its way through the batch."""

    row: Record | DailyPaper
    paper: Paper
    is_new: bool
    changes: set[str]

    @property
    def record(self) -> Record:
        return self.row.record if isinstance(self.row, DailyPaper) else self.row

    @property
    def source(self) -> Paper.Source:
        return Paper.Source.HUGGINGFACE if isinstance(self.row, DailyPaper) else Paper.Source.ARXIV

    @property
    def outweighs(self) -> bool:
        """Whether this row may change what has been said before of title, abstract and authors."""
        if WEIGHT[self.source] < WEIGHT[Paper.Source(self.paper.source)]:
            return False
        if isinstance(self.row, DailyPaper) and not self.mirrored:
            return False
        return not (self.record.version and self.paper.version) or self.record.version >= self.paper.version

    @property
    def mirrored(self) -> DailyPaper | None:
        """What Hugging Face says of it, unless a newer day has spoken already."""
        if not isinstance(self.row, DailyPaper):
            return None
        mirrored_on = self.paper.mirrored_on
        return self.row if mirrored_on is None or self.row.day >= mirrored_on else None

    def set(self, name: str, value) -> None:
        """Set a field of the paper, unless a moderator has."""
        is_edited = name.removesuffix("_id") in self.paper.edited_fields
        if not is_edited and getattr(self.paper, name) != value:
            setattr(self.paper, name, value)
            self.changes.add(name)


def ingest(rows: Iterable[Row], *, then: Callable[[list[Stored]], None] = lambda batch: None) -> Report:
    """Store rows of any source, batch by batch, each batch whole or row by row where one of it is refused.

    `then` gets each batch within its transaction: there the feed makes its entries; what it changes it adds to
    `Stored.changes`.
    """
    report = Report()
    for batch in _batches(rows, report):
        try:
            report.add(_store(batch, then))
        except DatabaseError as error:
            if len(batch) == 1:
                report.refused.append(_refusal(batch[0], error))
                continue
            for row in batch:
                try:
                    report.add(_store([row], then))
                except DatabaseError as error:
                    report.refused.append(_refusal(row, error))
    return report


def _batches(rows: Iterable[Row], report: Report) -> Iterator[list[Record | DailyPaper]]:
    """Batches in which each paper stands once; refusals go straight to the report."""
    batch: dict[str, Record | DailyPaper] = {}
    for row in rows:
        if isinstance(row, Refusal):
            report.refused.append(row)
            continue
        record = row.record if isinstance(row, DailyPaper) else row
        report.remarks.extend(Refusal(record.arxiv_id, warning) for warning in record.warnings)
        if record.arxiv_id in batch or len(batch) == BATCH_SIZE:
            yield list(batch.values())
            batch = {}
        batch[record.arxiv_id] = row
    if batch:
        yield list(batch.values())


def _refusal(row: Record | DailyPaper, error: DatabaseError) -> Refusal:
    record = row.record if isinstance(row, DailyPaper) else row
    return Refusal(record.arxiv_id, f"the database does not take it: {str(error).splitlines()[0]}")


@transaction.atomic
def _store(rows: list[Record | DailyPaper], then: Callable[[list[Stored]], None]) -> Report:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
    batch = _papers(rows)
    _state(batch)
    people = mirror.write_people(batch)
    mirror.state(batch)
    bylines = byline.state(batch, people)
    _write_papers(batch)
    byline.write(bylines)
    _write_categories(batch)
    _write_listings(batch)
    then(batch)
    touched = [stored.paper.pk for stored in batch if stored.changes and not stored.is_new]
    Paper.objects.filter(pk__in=touched).update(modified_at=timezone.now())
    return Report(
        new=[stored.paper.arxiv_id for stored in batch if stored.is_new],
        changed=[stored.paper.arxiv_id for stored in batch if stored.changes and not stored.is_new],
        unchanged=[stored.paper.arxiv_id for stored in batch if not stored.changes and not stored.is_new],
    )


def _papers(rows: list[Record | DailyPaper]) -> list[Stored]:
    """Each row with its paper: the one that is there, or a new one not yet saved."""
    records = [row.record if isinstance(row, DailyPaper) else row for row in rows]
    # Locked, so that no edit made meanwhile is written over; in the order in which all who lock papers do.
    locked = Paper.objects.select_for_update(no_key=True).order_by("pk")
    known = {paper.arxiv_id: paper for paper in locked.filter(arxiv_id__in=[record.arxiv_id for record in records])}
    batch = []
    for row, record in zip(rows, records, strict=True):
        paper = known.get(record.arxiv_id)
        stored = Stored(row, paper or Paper(arxiv_id=record.arxiv_id), paper is None, set())
        if stored.is_new:
            stored.paper.source = stored.source
        batch.append(stored)
    return batch


def _state(batch: list[Stored]) -> None:
    """Take over what the records say of the papers themselves."""
    for stored in batch:
        record, paper = stored.record, stored.paper
        for name in STATED_BY_ARXIV:
            value = getattr(record, name)
            if value and (stored.outweighs or not getattr(paper, name)):
                stored.set(name, value)
        if record.categories and (stored.outweighs or not paper.primary_category_id):
            stored.set("primary_category_id", record.categories[0])
        published_at = record.published_at or _published_before(record)
        # The first version's date never moves: a later one is some source's estimate.
        if paper.published_at is None or published_at < paper.published_at:
            stored.set("published_at", published_at)
        if stored.outweighs:
            stored.set("source", stored.source)


def _published_before(record: Record) -> datetime:
    """An upper bound, where the source has no date: the first announcement, or the end of the id's month."""
    days = [ids.month(record.arxiv_id), *(announcement.day for announcement in record.announcements)]
    return datetime.combine(min(days), time(), UTC)


def _write_papers(batch: list[Stored]) -> None:
    _make_categories({name for stored in batch for name in _category_names(stored.record)})
    Paper.objects.bulk_create([stored.paper for stored in batch if stored.is_new])
    changed = [stored for stored in batch if stored.changes and not stored.is_new]
    fields = {name for stored in changed for name in stored.changes}
    if changed:
        Paper.objects.bulk_update([stored.paper for stored in changed], fields, batch_size=100)


def _category_names(record: Record) -> set[str]:
    return {*record.categories, *(announcement.category for announcement in record.announcements)}


def _make_categories(names: set[str]) -> None:
    known = set(Category.objects.filter(name__in=names).values_list("name", flat=True))
    found = [taxonomy.find(name) for name in sorted(names - known)]
    Category.objects.bulk_create(
        [Category(name=it.name, title=it.title, group=it.group) for it in found if it], ignore_conflicts=True
    )


def _write_categories(batch: list[Stored]) -> None:
    """Cross-lists are only ever added: some sources name a part of them, and arXiv takes none back."""
    link = Paper.categories.through
    batch = [stored for stored in batch if stored.record.categories]
    known = set(link.objects.filter(paper__in=[it.paper.pk for it in batch]).values_list("paper_id", "category_id"))
    missing = []
    for stored in batch:
        for name in stored.record.categories:
            if (stored.paper.pk, name) not in known:
                missing.append(link(paper_id=stored.paper.pk, category_id=name))
                stored.changes.add("categories")
    link.objects.bulk_create(missing)


def _write_listings(batch: list[Stored]) -> None:
    announced = {
        (stored.paper.pk, it.day, it.category): (it.kind, stored)
        for stored in batch
        for it in stored.record.announcements
    }
    known = {
        (listing.paper_id, listing.day, listing.category_id): listing
        for listing in Listing.objects.filter(
            paper__in={paper for paper, _, _ in announced}, day__in={day for _, day, _ in announced}
        )
    }
    missing, moved = [], []
    for (paper, day, category), (kind, stored) in announced.items():
        listing = known.get((paper, day, category))
        if listing is None:
            missing.append(Listing(paper_id=paper, day=day, category_id=category, kind=kind))
        elif listing.kind != kind:
            listing.kind = kind
            moved.append(listing)
        else:
            continue
        stored.changes.add("listings")
    Listing.objects.bulk_create(missing)
    Listing.objects.bulk_update(moved, ["kind"])
