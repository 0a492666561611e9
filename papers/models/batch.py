"""What arXiv announced on one day in one category, as a whole: seen, or known to be missing or empty."""

from django.db import models
from django.utils import timezone

from .category import Category


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

    class Meta:
        verbose_name_plural = "batches"
        ordering = ["-day", "category"]
        constraints = [
            models.UniqueConstraint(fields=["category", "day"], name="batch_unique"),
            models.CheckConstraint(condition=models.Q(origin__in=["rss", "list", "oai"]), name="batch_origin_known"),
        ]

    def __str__(self):
        return f"{self.category_id} on {self.day}"
