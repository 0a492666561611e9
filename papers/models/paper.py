"""A paper: one arXiv e-print, whatever its version."""

from datetime import UTC, datetime
from math import log

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce, Extract, Greatest, Ln
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.hex_id import HexIdField
from papers import license
from papers.citation import bibtex

from .category import Category
from .organization import Organization
from .picture import Picture


class PaperQuerySet(models.QuerySet):
    NEWEST = ("-published_at", "-id")
    TRENDING = ("-trending_score", "-id")
    MOST_UPVOTED = ("-total_upvote_count", "-id")

    def visible(self):
        return self.filter(hidden_at=None)

    def hide(self) -> int:
        """Take these papers from every page, list and count; return how many were to be seen before."""
        return self.filter(hidden_at=None).update(hidden_at=timezone.now())

    def show(self) -> int:
        return self.exclude(hidden_at=None).update(hidden_at=None)

    def recount_upvotes(self) -> None:
        """Set the counters to the rows they count."""
        from .upvote import Upvote

        votes = Upvote.objects.filter(paper=models.OuterRef("pk")).order_by()
        count = votes.values("paper").annotate(n=models.Count("pk")).values("n")
        self.update(upvote_count=Coalesce(models.Subquery(count), 0))

    def seen_by(self, user):
        """With `is_upvoted`: whether this visitor has upvoted the paper."""
        from .upvote import Upvote

        if not user.is_authenticated:
            return self.annotate(is_upvoted=Value(False))
        return self.annotate(is_upvoted=models.Exists(Upvote.objects.filter(paper=models.OuterRef("pk"), user=user)))

    def for_cards(self):
        """With what a card or row shows, so that a list costs one query."""
        return self.select_related("organization__picture", "primary_category", "picture")

    def with_meaning(self):
        """With `meaning`, the vector by the model in force as pgvector writes it, and `meaning_model`, its key; or None."""
        from .embedding import Embedding

        own = Embedding.objects.filter(paper=models.OuterRef("pk"), model__is_in_force=True)
        written = own.values(written=Cast("vector", models.TextField()))
        return self.annotate(meaning=models.Subquery(written), meaning_model=models.Subquery(own.values("model")))

    def with_open_media(self):
        """Those with pictures or videos that may be shown here."""
        papers = self.exclude(media_urls=[])
        return papers if settings.MIRROR_MEDIA else papers.filter(license__regex=license.OPEN)

    def announced(self, day, *, kind=None, category=None):
        """What arXiv listed on a day; a paper listed in several ways counts by its first: new, cross-list, replacement."""
        from .listing import Listing

        listings = Listing.objects.filter(paper=models.OuterRef("pk"), day=day)
        if category:
            listings = listings.filter(category=category)
        if kind is None:
            return self.filter(models.Exists(listings))
        stronger = Listing.Kind.values[: Listing.Kind.values.index(kind)]
        return self.filter(
            models.Exists(listings.filter(kind=kind)), ~models.Exists(listings.filter(kind__in=stronger))
        )

    def narrowed(self, *, categories=(), years=(), has_code=False, in_feed=False):
        """Those in one of these categories, of one of these years, with code, that have been in the daily feed."""
        papers = self
        if categories:
            filed = Paper.categories.through.objects.filter(category_id__in=categories)
            papers = papers.filter(pk__in=filed.values("paper_id"))
        if years:
            papers = papers.filter(published_at__year__in=years)
        if has_code:
            papers = papers.exclude(github_repo="")
        return papers.filter(featured_at__isnull=False) if in_feed else papers

    def by_author(self, author):
        return self.filter(models.Exists(author.authorships.filter(paper=models.OuterRef("pk"), is_hidden=False)))

    def about(self, topic):
        """Those on a topic."""
        from .search_document import SearchDocument

        documents = SearchDocument.objects.filter(paper=models.OuterRef("pk"), words__holds=topic.tsquery)
        return self.filter(models.Exists(documents))

    def upvoted(self):
        """What anyone has upvoted, to be ordered by MOST_UPVOTED."""
        return self.filter(total_upvote_count__gt=0)

    def trending(self):
        """What has been in the daily feed, to be ordered by TRENDING."""
        return self.filter(featured_at__isnull=False)


class Paper(models.Model):
    class Source(models.TextChoices):
        ARXIV = "arxiv", "arXiv"
        HUGGINGFACE = "huggingface", "Hugging Face"

    # What stands in place of a model's name where the words are the abstract's own, chosen by `papers.gist`.
    EXTRACT = "extract"

    arxiv_id = models.CharField("arXiv id", max_length=24)
    hex_id = HexIdField(unique=False, help_text="The id of its discussion in the API.")
    title = models.CharField(max_length=1000)
    abstract = models.TextField(blank=True)
    author_names = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    primary_category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    categories = models.ManyToManyField(Category, blank=True, related_name="papers")
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, blank=True, related_name="papers", db_index=False
    )

    published_at = models.DateTimeField(help_text="Of the first version; an upper bound where no source has said.")
    updated_at = models.DateTimeField(null=True, blank=True, help_text="Of the current version.")
    version = models.PositiveSmallIntegerField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="When arXiv was found to have deleted it.")
    submitter = models.CharField(max_length=200, blank=True, help_text="Who submitted it to arXiv.")
    comment = models.TextField(blank=True, help_text="arXiv's comments field.")
    journal_reference = models.TextField(blank=True)
    doi = models.CharField("DOI", max_length=300, blank=True)
    license = models.CharField(max_length=200, blank=True, help_text="The licence's address.")
    source = models.CharField(
        max_length=20, choices=Source, default=Source.ARXIV, help_text="Where title, abstract and authors come from."
    )

    summary = models.TextField(blank=True, help_text="One to three sentences; the first stands on the cover.")
    summary_model = models.CharField(max_length=120, blank=True, help_text="The model that wrote the summary.")
    keywords = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    keywords_model = models.CharField(
        max_length=120, blank=True, editable=False, help_text="Empty where the keywords are a source's own."
    )
    project_page = models.URLField(max_length=2000, blank=True)
    github_repo = models.URLField("GitHub repository", max_length=2000, blank=True)
    github_stars = models.PositiveIntegerField("GitHub stars", null=True, blank=True)
    media_urls = ArrayField(models.URLField(max_length=2000), default=list, blank=True)
    picture = models.ForeignKey(
        Picture,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        help_text="The first of its pictures and videos that is here.",
    )

    upvote_count = models.PositiveIntegerField(default=0, editable=False, help_text="Members' votes: the rows.")
    mirrored_upvote_count = models.PositiveIntegerField(default=0, editable=False)
    mirrored_comment_count = models.PositiveIntegerField(default=0, editable=False)
    mirrored_on = models.DateField(null=True, blank=True, editable=False, help_text="The day the mirror speaks of.")
    mirrored_authors = models.JSONField(
        default=list, blank=True, editable=False, help_text="Whom the mirror's newest day knows behind which name."
    )
    total_upvote_count = models.GeneratedField(
        expression=F("upvote_count") + F("mirrored_upvote_count"),
        output_field=models.PositiveIntegerField(),
        db_persist=True,
    )
    featured_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When it first came into the daily feed; kept by the feed."
    )
    # Twice the upvotes are worth a day of youth: today's paper with 10 stands level with yesterday's with 20. Time
    # stands in the sum, not as an age, so that the score never changes by waiting and an index can hold it. (The idea
    # is Reddit's "hot" order of 2010: a logarithm of the votes plus the time of birth.) Unit: days since TRENDING_EPOCH.
    HTML_SINCE = datetime(2023, 12, 1, tzinfo=UTC)
    TRENDING_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)
    trending_score = models.GeneratedField(
        expression=Ln(Cast(Greatest(F("upvote_count") + F("mirrored_upvote_count"), Value(1)), models.FloatField()))
        / Value(log(2))
        + Extract(F("featured_at") - Value(TRENDING_EPOCH), "epoch") / Value(86400.0),
        output_field=models.FloatField(null=True),
        db_persist=True,
    )
    edited_fields = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        editable=False,
        help_text="What a moderator has set: no source changes it any more.",
    )
    withheld = models.JSONField(
        default=dict, blank=True, editable=False, help_text="What sources say of the fields that a moderator has set."
    )
    # Which of the sources' words each field has, as papers/statement.py writes it down.
    stated = models.TextField(blank=True, editable=False)
    looked_up_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When arXiv was asked for what a mirror can't say."
    )
    hidden_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    modified_at = models.DateTimeField(default=timezone.now, editable=False, help_text="Of what a reader can see.")

    objects = PaperQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="paper_newest"),
            models.Index(
                fields=["-trending_score", "-id"],
                name="paper_trending",
                condition=Q(hidden_at=None, featured_at__isnull=False),
            ),
            # What has come since an alert.
            models.Index(fields=["created_at"], name="paper_came"),
            models.Index(
                fields=["-total_upvote_count", "-id"],
                name="paper_most_upvoted",
                condition=Q(hidden_at=None, total_upvote_count__gt=0),
            ),
            models.Index(
                fields=["organization", "-published_at", "-id"],
                name="paper_of_organization",
                condition=Q(organization__isnull=False),
            ),
            # What the lookup asks arXiv for: mirrored papers, of which nobody has said the licence.
            models.Index(fields=["-id"], name="paper_to_look_up", condition=Q(looked_up_at=None, license="")),
            # What may be promoted into the daily feed.
            models.Index(
                fields=["-upvote_count"],
                name="paper_to_promote",
                condition=Q(hidden_at=None, featured_at=None, upvote_count__gt=0),
            ),
            models.Index(fields=["github_repo"], name="paper_of_repository", condition=~Q(github_repo="")),
            models.Index(fields=["-id"], name="paper_with_media", condition=~Q(media_urls=[])),
            # Search asks of all that it finds whether it was hidden a moment ago: few are.
            models.Index(fields=["id"], name="paper_hidden", condition=Q(hidden_at__isnull=False)),
            models.Index(fields=["picture"], name="paper_of_picture", condition=Q(picture__isnull=False)),
        ]
        # Not `unique=True`, for which Django makes another index, to search by beginnings.
        constraints = [
            models.UniqueConstraint(fields=["arxiv_id"], name="paper_arxiv_id_unique"),
            models.UniqueConstraint(fields=["hex_id"], name="paper_hex_id_unique"),
            models.CheckConstraint(condition=~Q(title=""), name="paper_has_title"),
        ]

    def __str__(self):
        return f"{self.arxiv_id} {self.title}"

    def save(self, *args, update_fields=None, **kwargs):
        """Save what was stated of the paper. The counters are the database's own: a copy read earlier must not undo a vote."""
        if update_fields is None and not self._state.adding:
            counted = {"upvote_count", "featured_at", "picture"}
            fields = self._meta.concrete_fields
            update_fields = [it.name for it in fields if not (it.primary_key or it.generated or it.name in counted)]
        super().save(*args, update_fields=update_fields, **kwargs)

    def get_absolute_url(self):
        return reverse("papers:paper", args=[self.arxiv_id])

    def upvote(self, *, by) -> None:
        """Count this member's vote; a second one changes nothing, nor does one whose account is being deleted."""
        with transaction.atomic():
            if by.lock():
                _, is_new = self.upvotes.get_or_create(user=by)
                if is_new:
                    self._count(+1)
                    self.dismissals.filter(user=by).delete()

    def withdraw_upvote(self, *, by) -> None:
        """Take this member's vote back; one that isn't there changes nothing."""
        with transaction.atomic():
            by.lock()
            withdrawn, _ = self.upvotes.filter(user=by).delete()
            if withdrawn:
                self._count(-1)

    def dismiss(self, *, by) -> None:
        """Let this member see less like it; a second time changes nothing, nor does it for an account being deleted."""
        with transaction.atomic():
            if by.lock():
                self.dismissals.get_or_create(user=by)

    def withdraw_dismissal(self, *, by) -> None:
        """Take that back; one that isn't there changes nothing."""
        self.dismissals.filter(user=by).delete()

    def _count(self, change: int) -> None:
        # In the database, so that two at once can't lose one of the two.
        Paper.objects.filter(pk=self.pk).update(upvote_count=F("upvote_count") + change)
        self.refresh_from_db(fields=["upvote_count", "total_upvote_count", "trending_score"])

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @property
    def moderated_fields(self) -> list[str]:
        """What moderators have set, in words."""
        return [name.replace("_", " ") for name in self.edited_fields if not name.endswith("_model")]

    @property
    def may_show_media(self) -> bool:
        """Whether its licence, or the operator, lets its pictures and videos be seen here."""
        return settings.MIRROR_MEDIA or license.is_open(self.license)

    @property
    def cover(self) -> Picture | None:
        """The picture or video for its card; without one the cover is drawn."""
        is_shown = self.picture and self.picture.url in self.media_urls and self.may_show_media
        return self.picture if is_shown else None

    @cached_property
    def gallery(self) -> list[Picture]:
        """All its pictures and videos that are here and may be shown, in their order: one query, none without any."""
        if not self.media_urls or not self.may_show_media:
            return []
        return Picture.objects.stored_of(self.media_urls)

    @property
    def cover_text(self) -> str:
        """What the cover says: the summary, or else the abstract; the template takes its first sentence."""
        return self.summary or self.abstract

    @property
    def arxiv_url(self) -> str:
        return f"https://arxiv.org/abs/{self.arxiv_id}"

    @property
    def pdf_url(self) -> str:
        return f"https://arxiv.org/pdf/{self.arxiv_id}"

    @property
    def html_url(self) -> str:
        """arXiv's own HTML, which it makes of what was submitted since December 2023; "" for older papers."""
        return f"https://arxiv.org/html/{self.arxiv_id}" if self.published_at >= self.HTML_SINCE else ""

    @property
    def is_new_version(self) -> bool:
        return (self.version or 1) > 1

    @property
    def bibtex(self) -> str:
        """An entry for BibTeX; braces keep the title's capitals."""
        return bibtex(self)
