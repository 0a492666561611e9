"""A code repository that papers link to, and how many people have starred it."""

from django.db import models


class Repository(models.Model):
    url = models.URLField(max_length=500, unique=True, help_text="As the papers name it.")
    full_name = models.CharField(max_length=200, blank=True, help_text="Its name at GitHub now: owner/name.")
    stars = models.PositiveIntegerField(null=True, blank=True)
    etag = models.CharField(max_length=200, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True, db_index=True)
    gone_at = models.DateTimeField(null=True, blank=True, help_text="When it was first found deleted.")

    class Meta:
        verbose_name_plural = "repositories"
        ordering = ["url"]

    def __str__(self):
        return self.full_name or self.url
