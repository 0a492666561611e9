"""One member's "less like this" for one paper, which nobody else is told of."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from papers.keyset import Page, paginate

from .paper import Paper


class DismissalQuerySet(models.QuerySet):
    NEWEST = ("-created_at", "-id")

    def visible(self):
        return self.filter(paper__hidden_at=None)

    def newest_page(self, *, cursor: str = "") -> Page:
        """Dismissals, newest first, each with its `.paper`."""
        return paginate(self.visible().select_related("paper"), order=self.NEWEST, cursor=cursor, size=30)


class Dismissal(models.Model):
    # The key's index serves those of the paper.
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="dismissals", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="dismissals", db_index=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DismissalQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "user"], name="dismissal_unique")]
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="dismissal_of_user")]

    def __str__(self):
        return f"{self.user_id} wants less like {self.paper_id}"
