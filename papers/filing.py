"""A category's day is filed: its papers under the day on which arXiv announced them there, once, and the day as seen."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet

from papers.arxiv import taxonomy
from papers.arxiv.record import Record, Refusal
from papers.id_order import Boundaries
from papers.ingest import Report, ingest
from papers.models import Batch, Category, Listing

logger = logging.getLogger(__name__)

# A paper comes into a category in one of these ways, and once; afterwards it is only replaced there.
ARRIVALS = ("new", "cross")

Row = Record | Refusal


@transaction.atomic
def file(
    category: str,
    day: date,
    rows: Iterable[Row],
    origin: Batch.Origin,
    *,
    instead_of: Collection[date] = (),
) -> Report:
    """Store all that was announced on `day` in `category`, and write down that this day is here.

    `rows` are the whole of it; what they announce elsewhere or on another day counts for this one. What came into the
    category on another day stays there, unless that is one of `instead_of`, whose own lists show that it did not.
    Filing a day again adds what was not there.
    """
    announced = [row if isinstance(row, Refusal) else on(day, category, row) for row in rows]
    elsewhere = arrivals(category, [row.arxiv_id for row in announced if isinstance(row, Record)])
    wrong = {name for name, known in elsewhere.items() if known != day and known in instead_of}
    _arrived(category).filter(paper__arxiv_id__in=wrong, day__in=instead_of).exclude(day=day).delete()
    stay = {name for name, known in elsewhere.items() if known != day} - wrong
    told = _replaced(category, day, announced)
    once = [_once(row, stay, told) for row in announced]
    # Where a paper is both, its arrival is the last word.
    once.sort(key=lambda row: kind(row) in ARRIVALS)
    report = ingest(once)
    close(category, day, origin)
    if wrong:
        _recount(category, instead_of)
    return report


def close(category: str, day: date, origin: Batch.Origin) -> None:
    """Write down that all of a day in a category is here."""
    if not Category.objects.filter(name=category).exists() and (known := taxonomy.find(category)):
        Category.objects.create(name=known.name, title=known.title, group=known.group)
    Batch.objects.get_or_create(category_id=category, day=day, defaults={"origin": origin, "paper_count": 0})
    _recount(category, [day])


def arrivals(category: str, arxiv_ids: Collection[str]) -> dict[str, date]:
    """On which day each of these papers came into the category, of those that did."""
    return dict(_arrived(category).filter(paper__arxiv_id__in=arxiv_ids).values_list("paper__arxiv_id", "day"))


def boundaries(first: date, last: date) -> Boundaries:
    """What the papers filed as new, in whatever category, tell of the ids of these days."""
    new = Listing.objects.filter(kind="new", day__range=(first, last)).exclude(paper__arxiv_id__contains="/")
    highest = new.order_by().values_list("day").annotate(Max("paper__arxiv_id"))
    return Boundaries(dict(highest))


def on(day: date, category: str, record: Record) -> Record:
    """The record with its announcement in this category alone, under this name, on this day."""
    announced = [it for it in record.announcements if taxonomy.canonical(it.category) == taxonomy.canonical(category)]
    return replace(record, announcements=tuple(replace(it, day=day, category=category) for it in announced[:1]))


def without_announcement(record: Record) -> Record:
    return replace(record, announcements=())


def kind(row: Row) -> str:
    """How a feed or a list announces it: one of `record.ANNOUNCEMENT_KINDS`, "" where it doesn't."""
    return row.announcements[0].kind if isinstance(row, Record) and row.announcements else ""


def _recount(category: str, days: Collection[date]) -> None:
    """Set the batches' counters to what they count."""
    listings = _arrived(category).filter(day__in=days).order_by().values_list("day")
    counts = dict(listings.annotate(Count("pk")))
    for batch in Batch.objects.filter(category=category, day__in=days):
        count = counts.get(batch.day, 0)
        if batch.paper_count != count:
            if batch.paper_count:
                logger.warning("%s now has %d papers, not %d as before", batch, count, batch.paper_count)
            Batch.objects.filter(pk=batch.pk).update(paper_count=count)


def _arrived(category: str) -> QuerySet[Listing]:
    return Listing.objects.filter(category=category, kind__in=ARRIVALS)


def _replaced(category: str, day: date, rows: list[Row]) -> dict[str, int]:
    """How often each of the papers was replaced in this category on other days."""
    ids = [row.arxiv_id for row in rows if isinstance(row, Record) and kind(row).startswith("replace")]
    listings = Listing.objects.filter(~Q(day=day), category=category, paper__arxiv_id__in=ids)
    of_replacements = listings.filter(kind__startswith="replace").order_by()
    return dict(of_replacements.values_list("paper__arxiv_id").annotate(Count("pk")))


def _once(row: Row, arrived: set[str], replaced: dict[str, int]) -> Row:
    """The row without its announcement where the category has that on another day already."""
    if isinstance(row, Refusal):
        return row
    if kind(row) in ARRIVALS:
        is_known = row.arxiv_id in arrived
    else:
        # Version 3 is a paper's second replacement: who has seen two, has seen it.
        is_known = row.version is not None and replaced.get(row.arxiv_id, 0) >= row.version - 1
    return without_announcement(row) if is_known else row
