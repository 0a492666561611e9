"""What arXiv announced: one paper, on one day, in one category."""

from collections import Counter
from dataclasses import dataclass

from django.db import models

from .category import Category
from .paper import Paper


class ListingQuerySet(models.QuerySet):
    def visible(self):
        return self.filter(paper__hidden_at=None)

    def on(self, day):
        return self.filter(day=day)

    def newest_day(self):
        return self.order_by("-day").values_list("day", flat=True).first()

    def day_before(self, day):
        """The last day with an announcement before this one."""
        return self.filter(day__lt=day).order_by("-day").values_list("day", flat=True).first()

    def day_after(self, day):
        return self.filter(day__gt=day).order_by("day").values_list("day", flat=True).first()

    def tally(self, category: str = "") -> "Tally":
        """How many papers each category and each kind has; a paper counts once, by the first kind that fits it."""
        rank = {kind: number for number, kind in enumerate(Listing.Kind.values)}
        categories: Counter[str] = Counter()
        kinds: dict[int, str] = {}
        for name, kind, paper in self.values_list("category", "kind", "paper"):
            categories[name] += 1
            if not category or category == name:
                kinds[paper] = min(kinds.get(paper, kind), kind, key=rank.__getitem__)
        counts = Counter(kinds.values())
        return Tally(sorted(categories.items()), [(Listing.Kind(kind), counts[kind]) for kind in rank if counts[kind]])


@dataclass(frozen=True)
class Tally:
    """`categories`: name and number of papers; `kinds`: Listing.Kind and number of papers."""

    categories: list[tuple[str, int]]
    kinds: list[tuple["Listing.Kind", int]]


class Listing(models.Model):
    class Kind(models.TextChoices):
        """In the order in which a reader wants them; the first that fits a paper counts."""

        NEW = "new", "new"
        CROSS = "cross", "cross-list"
        REPLACE = "replace", "replacement"
        REPLACE_CROSS = "replace-cross", "replacement of a cross-list"

    day = models.DateField(help_text="The date that arXiv prints over its list.")
    # Both without an index of their own: those below are enough.
    category = models.ForeignKey(Category, models.PROTECT, related_name="listings", db_index=False)
    kind = models.CharField(max_length=16, choices=Kind)
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="listings", db_index=False)

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "category", "paper"]
        constraints = [
            models.UniqueConstraint(fields=["day", "category", "paper"], name="listing_unique"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["new", "cross", "replace", "replace-cross"]), name="listing_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["paper", "day", "kind"], name="listing_of_paper")]

    def __str__(self):
        return f"{self.paper_id} in {self.category_id} on {self.day}"
