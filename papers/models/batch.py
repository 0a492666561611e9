"""What arXiv announced on one day in one category, as a whole: seen, or known to be missing or empty."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.utils import timezone

from papers.arxiv.calendar import Calendar

from .category import Category


class BatchQuerySet(models.QuerySet["Batch"]):
    def newest(self, categories: Collection[str]) -> dict[str, "Batch"]:
        """The newest batch of each of these categories that has any."""
        of_these = self.filter(category__in=categories)
        return {batch.category_id: batch for batch in of_these.order_by("category_id", "-day").distinct("category_id")}

    def missing(self, categories: Collection[str], days: Sequence[date]) -> dict[str, list[date]]:
        """Which of these announcement days, given in order, each category has no batch for; one query.

        Days before a category's first batch are not missed. One that has none yet begins with the last of the days.
        """
        batches = self.filter(category__in=categories).order_by().values_list("category")
        recent = models.Q(day__gte=days[0]) if days else models.Q(pk=None)
        rows = batches.annotate(first=models.Min("day"), here=ArrayAgg("day", filter=recent))
        known = {category: (first, set(here or ())) for category, first, here in rows}
        missing = {}
        for category in categories:
            first, here = known.get(category, (days[-1] if days else None, set()))
            missing[category] = [day for day in days if day not in here and day >= first]
        return missing


class Batch(models.Model):
    class Origin(models.TextChoices):
        """What told that these papers belong to this day."""

        RSS = "rss", "the announcement feed"
        LIST = "list", "the list page, which prints its day"
        HARVEST = "oai", "OAI-PMH, by ids and datestamps"

    category = models.ForeignKey(Category, models.PROTECT, related_name="batches", db_index=False)
    day = models.DateField(help_text="The date that arXiv prints over its list.")
    origin = models.CharField(max_length=8, choices=Origin)
    paper_count = models.PositiveIntegerField(
        help_text="New papers and cross-lists; none on a day without announcement."
    )
    filed_at = models.DateTimeField(default=timezone.now, help_text="When it was seen here.")

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        ordering = ["-day", "category"]
        constraints = [
            models.UniqueConstraint(fields=["category", "day"], name="batch_unique"),
            models.CheckConstraint(condition=models.Q(origin__in=["rss", "list", "oai"]), name="batch_origin_known"),
        ]

    def __str__(self):
        return f"{self.category_id} on {self.day}"

    @property
    def delay(self) -> timedelta:
        """How long after arXiv's announcement it was here."""
        return self.filed_at - Calendar().announced_at(self.day)
