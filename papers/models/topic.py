"""What papers are about: one of arXiv's categories or archives, or a keyword; and how many papers that were, month by month."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from papers.arxiv import taxonomy

from .search_document import quoted


class TopicQuerySet(models.QuerySet["Topic"]):
    def find(self, kind: str, name: str) -> "Topic":
        """The topic as it was counted; one that is not counted yet is made up, and not stored."""
        return self.filter(kind=kind, name=name).first() or Topic(kind=kind, name=name)

    def categories(self):
        return self.filter(kind=Topic.Kind.CATEGORY)

    def keywords(self):
        return self.filter(kind=Topic.Kind.KEYWORD)

    def of_at_least(self, count: int):
        """All categories, and the keywords with so many papers."""
        return self.filter(Q(kind=Topic.Kind.CATEGORY) | Q(kind=Topic.Kind.KEYWORD, paper_count__gte=count))

    def most_used(self):
        return self.order_by("-paper_count", "name")

    def foremost(self, count: int) -> list["Topic"]:
        """The most used of the last weeks; where these have none, of all time."""
        lately = self.filter(recent_count__gt=0).order_by("-recent_count", "name")
        return list(lately[:count]) or list(self.most_used()[:count])

    def rising(self):
        """Those whose share of the papers has grown, the most grown first: see papers/trends.py."""
        return self.filter(rise__isnull=False).order_by("-rise", "name")


class Topic(models.Model):
    """Counted every night by papers/trends.py, which makes the rows and removes them."""

    class Kind(models.TextChoices):
        ALL = "all", "all papers"
        CATEGORY = "category", "category"
        KEYWORD = "keyword", "keyword"

    # Of a keyword; papers/documents.py cuts it there.
    LONGEST = 200

    kind = models.CharField(max_length=8, choices=Kind)
    # In the order of its bytes, so that the unique index also finds what begins with some letters.
    name = models.CharField(max_length=LONGEST, db_collation="C", help_text="cs.CV, cs, or a keyword in lower case")
    spelling = models.CharField(max_length=LONGEST, blank=True, help_text="A keyword as it is written most often.")
    paper_count = models.PositiveIntegerField(default=0)
    recent_count = models.PositiveIntegerField(default=0, help_text="Of the last weeks.")
    usual_count = models.FloatField(default=0, help_text="As many there would be, had its share stayed as it was.")
    rise = models.FloatField(null=True, help_text="By how much its share has grown; null where that says nothing.")

    objects = TopicQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "name"], name="topic_unique")]
        indexes = [
            models.Index(F("kind"), F("recent_count").desc(), F("name"), name="topic_lately"),
            models.Index(F("kind"), F("paper_count").desc(), F("name"), name="topic_most_used"),
            models.Index(F("rise").desc(), F("name"), name="topic_rising", condition=Q(rise__isnull=False)),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse(f"papers:{self.kind}", args=[self.name])

    @property
    def is_category(self) -> bool:
        return self.kind == self.Kind.CATEGORY

    @property
    def known(self) -> taxonomy.Category | None:
        """What arXiv says of the category; None for a keyword."""
        return taxonomy.find(self.name) if self.is_category else None

    @property
    def label(self) -> str:
        """As it is written in a list: cs.CV, diffusion models."""
        return self.name if self.is_category else self.spelling or self.name

    @property
    def title(self) -> str:
        """As it is read: Computer Vision and Pattern Recognition, diffusion models."""
        return self.known.title if self.known else self.label

    @property
    def is_archive(self) -> bool:
        """Whether it is made of categories."""
        return self.is_category and self.name not in taxonomy.CATEGORIES

    @property
    def archive(self) -> "Topic | None":
        """What the category is a part of; not counted. None for an archive, and for a category that is one."""
        known = self.known
        return Topic(kind=self.kind, name=known.archive) if known and known.archive != self.name else None

    @property
    def facets(self) -> list[str]:
        """The lexemes of search documents of which a paper on this topic has at least one."""
        if not self.is_category:
            return [f"key:{self.name}"]
        return [f"cat:{name}" for name in (self.name, *taxonomy.also_called(self.name))]

    @property
    def tsquery(self) -> str:
        return "(" + " | ".join(map(quoted, self.facets)) + ")"

    @property
    def written(self) -> str:
        """As one asks for it in the search field and on the page of trends."""
        return f"cat:{self.name}" if self.is_category else f'keyword:"{self.name}"'


class Trend(models.Model):
    """A topic's papers of one month, and the upvotes that they have by now."""

    topic = models.ForeignKey(Topic, models.CASCADE, related_name="months", db_index=False)
    month = models.DateField(help_text="Its first day; of the papers' publication, in UTC.")
    paper_count = models.PositiveIntegerField()
    upvote_count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "month"], name="trend_unique")]

    def __str__(self):
        return f"{self.topic_id} in {self.month:%B %Y}"
