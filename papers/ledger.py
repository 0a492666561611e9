"""What came, day by day: papers by source, runs that failed, and how far arXiv was ahead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import TruncDate

from papers.arxiv.calendar import Calendar
from papers.models import Batch, Run, Source

# Whose runs bring papers, in the order in which they are stacked; the others bring stars and pictures.
BRINGERS = (
    Source.Name.LISTING,
    Source.Name.HARVEST,
    Source.Name.HUGGINGFACE,
    Source.Name.LOOKUP,
    Source.Name.BACKFILL,
)


@dataclass
class Day:
    """A day in UTC, and for arXiv's lists the date that they print.

    `new` and `changed` count papers by source, `failed` and `interrupted` runs. `delay` is how long after arXiv's
    announcement the last of the categories was here, None where nothing was announced or came. `missing` names the
    categories whose list is not here.
    """

    day: date
    new: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    interrupted: int = 0
    delay: timedelta | None = None
    missing: list[str] = field(default_factory=list)

    @property
    def hours(self) -> float | None:
        """The delay in hours."""
        return None if self.delay is None else self.delay / timedelta(hours=1)

    @property
    def counts(self) -> list[tuple[int, int]]:
        """New and changed papers of each source of BRINGERS."""
        return [(self.new.get(name, 0), self.changed.get(name, 0)) for name in BRINGERS]


def days(first: date, last: date, *, categories: Iterable[str], missing: Mapping[str, list[date]]) -> list[Day]:
    """The days from `first` to `last`, from two queries; `missing` has the days that lack, by category."""
    found = {first + timedelta(number): Day(first + timedelta(number)) for number in range((last - first).days + 1)}
    for row in _runs(first):
        if day := found.get(row["day"]):
            if row["source"] in BRINGERS:
                day.new[row["source"]], day.changed[row["source"]] = row["new"], row["changed"]
            day.failed += row["failed"]
            day.interrupted += row["interrupted"]
    announced_at = Calendar().announced_at
    for date_, filed_at in _filed(first, categories):
        if date_ in found:
            found[date_].delay = filed_at - announced_at(date_)
    for category, lacking in missing.items():
        for date_ in lacking:
            if date_ in found:
                found[date_].missing.append(category)
    return list(found.values())


def _runs(first: date):
    since = datetime.combine(first, time(), UTC)
    rows = Run.objects.filter(started_at__gte=since).order_by()
    return rows.values("source", day=TruncDate("started_at", tzinfo=UTC)).annotate(
        new=Sum("new_count"),
        changed=Sum("changed_count"),
        failed=Count("pk", filter=Q(state=Run.State.FAILED)),
        interrupted=Count("pk", filter=Q(state=Run.State.INTERRUPTED)),
    )


def _filed(first: date, categories: Iterable[str]):
    batches = Batch.objects.filter(day__gte=first, category__in=list(categories)).order_by()
    return batches.values_list("day").annotate(Max("filed_at"))
