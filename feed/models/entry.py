"""A paper's place in the daily feed: the day, who submitted it, why."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.hex_id import HexIdField
from feed.interest import Interest
from feed.periods import Period
from papers.keyset import Page, paginate
from papers.models import Authorship, Organization, Paper, Person, Upvote


class EntryQuerySet(models.QuerySet):
    # By upvotes, then by who was submitted first; the id decides between twins, so that pages never overlap.
    RANKED = ("-paper__total_upvote_count", "submitted_at", "id")

    def visible(self):
        return self.filter(hidden_at=None, paper__hidden_at=None)

    def hide(self) -> int:
        """Take these entries from the feed; return how many were to be seen before."""
        return self._set_hidden(timezone.now(), self.filter(hidden_at=None))

    def show(self) -> int:
        return self._set_hidden(None, self.exclude(hidden_at=None))

    def in_period(self, period: Period):
        """The period's entries; a paper that came back within it stands there once, with its first entry."""
        entries = self.filter(day__gte=period.start, day__lt=period.end)
        if period.name == "day":
            return entries
        earlier = Entry.objects.filter(
            paper=OuterRef("paper"), day__gte=period.start, day__lt=OuterRef("day"), hidden_at=None
        )
        return entries.filter(~Exists(earlier))

    def about(self, interest: Interest):
        """Those whose paper has one of its categories, authors or organizations; all, where it names nothing."""
        if not interest:
            return self
        filed = Paper.categories.through.objects.filter(paper=OuterRef("paper"), category__in=interest.filed_under)
        written = Authorship.objects.filter(paper=OuterRef("paper"), is_hidden=False, author__slug__in=interest.authors)
        organizations = Organization.objects.named(interest.organizations)
        return self.filter(
            Q(Exists(filed)) | Q(Exists(written)) | Q(paper__organization__in=organizations.order_by().values("pk"))
        )

    def of_paper(self):
        """A paper's entries with their `rank`, from the day on which it first came into the feed."""
        return self.filter(hidden_at=None).for_cards().with_rank().order_by("day")

    def with_rank(self):
        """With `rank`: the entry's place on its day, from 1."""
        upvotes, submitted_at = OuterRef("paper__total_upvote_count"), OuterRef("submitted_at")
        level = Q(paper__total_upvote_count=upvotes)
        ahead = Q(paper__total_upvote_count__gt=upvotes) | level & Q(submitted_at__lt=submitted_at)
        ahead |= level & Q(submitted_at=submitted_at, id__lt=OuterRef("id"))
        others = Entry.objects.visible().filter(ahead, day=OuterRef("day")).order_by()
        count = others.values("day").annotate(n=Count("pk")).values("n")
        return self.annotate(rank=Coalesce(models.Subquery(count), 0) + 1)

    def ranked(self):
        return self.order_by(*self.RANKED)

    def for_cards(self):
        return self.select_related(
            "paper__organization__picture",
            "paper__primary_category",
            "paper__picture",
            "submitted_by",
            "submitted_by_person__picture",
        )

    def seen_by(self, user):
        """With `is_upvoted`: whether this visitor has upvoted the entry's paper."""
        if not user.is_authenticated:
            return self.annotate(is_upvoted=Value(False))
        upvotes = Upvote.objects.filter(paper=OuterRef("paper"), user=user)
        return self.annotate(is_upvoted=Exists(upvotes))

    def newest_page(self, *, seen_by, cursor: str = "") -> Page:
        """Entries, newest first, each with what a row shows: `.paper`, and `.is_upvoted` for the visitor `seen_by`."""
        entries = self.visible().for_cards().seen_by(seen_by)
        return paginate(entries, order=("-submitted_at", "-id"), cursor=cursor, size=30)

    def newest_days(self, number: int) -> list[date]:
        return list(self.order_by("-day").values_list("day", flat=True).distinct()[:number])

    def neighbours(self, period: Period) -> tuple[date | None, date | None]:
        """The last day with entries before the period and the first one after it; one query."""
        before = self.filter(day__lt=period.start).order_by("-day").values_list("day", flat=True)[:1]
        after = self.filter(day__gte=period.end).order_by("day").values_list("day", flat=True)[:1]
        days = {day < period.start: day for day in before.union(after)}
        return days.get(True), days.get(False)

    def mark_featured(self, papers: Iterable[int]) -> None:
        """Note on these papers (by key) when each first came into the feed."""
        first = self.filter(paper=OuterRef("pk"), hidden_at=None).order_by("submitted_at").values("submitted_at")
        Paper.objects.filter(pk__in=list(papers)).update(featured_at=models.Subquery(first[:1]))

    def facts(self) -> dict:
        """`count`, and `newest`: when the last one was submitted (None when there is none)."""
        return self.aggregate(count=Count("pk"), newest=Max("submitted_at"))

    def per_day(self, period: Period) -> dict[date, int]:
        """How many entries each day of the period has."""
        days = self.filter(day__gte=period.start, day__lt=period.end).order_by().values("day").annotate(n=Count("pk"))
        return {row["day"]: row["n"] for row in days}

    def _set_hidden(self, moment, entries) -> int:
        papers = list(entries.values_list("paper", flat=True))
        count = entries.update(hidden_at=moment)
        Entry.objects.mark_featured(papers)
        return count


class Entry(models.Model):
    class Origin(models.TextChoices):
        MEMBER = "member", "a member's submission"
        MODERATOR = "moderator", "a moderator"
        HUGGINGFACE = "huggingface", "Hugging Face's daily feed"
        PROMOTED = "promoted", "promoted from all new"

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="entries")
    hex_id = HexIdField()
    day = models.DateField(help_text="A date in FEED_TIME_ZONE.")
    submitted_at = models.DateTimeField(default=timezone.now)
    origin = models.CharField(max_length=16, choices=Origin, default=Origin.MEMBER)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="entries"
    )
    submitted_by_person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="entries", verbose_name="submitted elsewhere by"
    )
    note = models.TextField(blank=True, max_length=2000, help_text="The submitter's word on why.")
    is_author_participating = models.BooleanField(default=False)
    hidden_at = models.DateTimeField(null=True, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["paper", "day"], name="entry_once_a_day"),
            models.CheckConstraint(
                condition=Q(submitted_by=None) | Q(submitted_by_person=None), name="entry_has_one_submitter"
            ),
        ]
        indexes = [models.Index(F("day").desc(), "submitted_at", "id", name="entry_of_day")]

    def __str__(self):
        return f"{self.paper_id} on {self.day}"

    @property
    def submitter(self):
        """The member or the person elsewhere who submitted it; None when nobody did."""
        return self.submitted_by or self.submitted_by_person

    @property
    def is_promoted(self) -> bool:
        """Whether the site itself submitted it, because members voted for it in "All new"."""
        return self.origin == self.Origin.PROMOTED
