"""Ingestion at a glance: how fresh the site is, how each source does, and what came over the last months."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.conf import settings

from papers import freshness, ledger
from papers.condition import Condition, conditions, title
from papers.freshness import Freshness
from papers.ledger import Day
from papers.models import Batch
from papers.plot import Plot

# A quarter: long enough to tell an outage from a habit, and a column for each day still fits a phone.
DAYS = 90


@dataclass(frozen=True)
class Overview:
    """`categories` are those that the site follows; `next_at` is when arXiv announces again; `days` the last DAYS, oldest first."""

    now: datetime
    site: Freshness
    categories: list[Freshness]
    next_at: datetime
    conditions: list[Condition]
    days: list[Day]

    @classmethod
    def at(cls, now: datetime) -> Self:
        """The same few queries, however much has been taken in."""
        categories, calendar = settings.ARXIV_CATEGORIES, freshness.calendar()
        found = freshness.of(categories, now)
        missing = Batch.objects.missing(categories, freshness.days(now))
        today = now.astimezone(UTC).date()
        return cls(
            now,
            freshness.overall(found),
            found,
            calendar.announced_at(calendar.next(now)),
            conditions(now, missing),
            ledger.days(today - timedelta(DAYS - 1), today, categories=categories, missing=missing),
        )

    @property
    def bad(self) -> list[Condition]:
        return [it for it in self.conditions if it.is_bad]

    @property
    def plot(self) -> Plot:
        return Plot(self.days)

    @property
    def newest_first(self) -> list[Day]:
        return self.days[::-1]

    @property
    def totals(self) -> list[tuple[str, str, int]]:
        """Name, title and number of new papers of each source that brings any."""
        return [(name.value, title(name), sum(day.new.get(name, 0) for day in self.days)) for name in ledger.BRINGERS]
