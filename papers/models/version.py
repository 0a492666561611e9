"""One version of a paper: a replacement is a line in its history."""

from django.db import models

from .paper import Paper


class Version(models.Model):
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="From 1.")
    submitted_at = models.DateTimeField()
    size_kilobytes = models.PositiveIntegerField(null=True, blank=True, help_text="Of its files at arXiv.")
    is_withdrawal = models.BooleanField(default=False, help_text="It takes the paper back: arXiv keeps only a note.")

    class Meta:
        ordering = ["paper", "number"]
        constraints = [
            models.UniqueConstraint(fields=["paper", "number"], name="version_unique"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="version_from_1"),
        ]

    def __str__(self):
        return f"v{self.number}"
