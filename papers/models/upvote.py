"""One member's vote for one paper."""

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from papers.keyset import Page, paginate

from .paper import Paper


class UpvoteQuerySet(models.QuerySet):
    NEWEST = ("-created_at", "-id")

    def newest_faces(self):
        """The newest few upvotes, each with its `.user`; the page counts the others."""
        return self.select_related("user").order_by(*self.NEWEST)[:8]

    def visible(self):
        return self.filter(paper__hidden_at=None)

    def newest_page(self, *, seen_by, cursor: str = "") -> Page:
        """Upvotes, newest first, each with what a row shows: `.paper`, and `.is_upvoted` for the visitor `seen_by`."""
        upvotes = self.visible().select_related("paper__organization__picture", "paper__primary_category")
        own = Upvote.objects.filter(paper=models.OuterRef("paper"), user=seen_by.pk)
        upvotes = upvotes.annotate(is_upvoted=models.Exists(own))
        return paginate(upvotes, order=self.NEWEST, cursor=cursor, size=30)

    def withdraw(self) -> None:
        """Take all these votes back, each paper's counter with them."""
        with transaction.atomic():
            # In one order, so that two who leave at once don't wait for each other for ever.
            papers = Paper.objects.filter(upvotes__in=self).order_by("pk").select_for_update(of=("self",), no_key=True)
            ids = list(papers.values_list("pk", flat=True))
            self.delete()
            Paper.objects.filter(pk__in=ids).recount_upvotes()


class Upvote(models.Model):
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="upvotes")
    # Whoever deletes a member withdraws the votes first (`User.delete_account`), so that the counters follow.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="upvotes")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UpvoteQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "user"], name="upvote_unique")]
        indexes = [
            models.Index(fields=["paper", "-created_at", "-id"], name="upvote_of_paper"),
            models.Index(fields=["user", "-created_at", "-id"], name="upvote_of_user"),
        ]

    def __str__(self):
        return f"{self.user_id} for {self.paper_id}"
