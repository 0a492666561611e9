"""What the mail on a day or a week says, to all who asked for the same: written down once, and sent as written."""

from collections.abc import Collection
from datetime import date

from django.db import connection, models, transaction
from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from feed.excerpt import line, opening
from feed.interest import Interest
from feed.periods import Day, Period, Week
from papers.models import Paper

from .entry import Entry

EVERYTHING = Interest()


class DigestQuerySet(models.QuerySet["Digest"]):
    def compose(self, period: Day | Week, interest: Interest = EVERYTHING) -> "Digest | None":
        """The digest of a period that is over, written down now unless it has been before; None where there is no paper.

        It stays as it was first written, whatever is voted, corrected or submitted afterwards; of two who compose at
        once both get the first one's. An empty period leaves no row: what comes late into it can still be composed.
        Raises ValueError while the period runs.
        """
        if period.end > _today():
            raise ValueError(f"{period} is not over yet")
        if digest := self._find(period, interest):
            return digest
        draft = self.draft(period, interest)
        if draft is None:
            return None
        Digest.objects.bulk_create([draft], ignore_conflicts=True)
        return self._find(period, interest)

    def look(self, period: Day | Week, interest: Interest = EVERYTHING) -> "Digest | None":
        """The digest as it was composed, or as it would be at this moment; nothing is written down."""
        return self._find(period, interest) or self.draft(period, interest)

    def draft(self, period: Day | Week, interest: Interest = EVERYTHING) -> "Digest | None":
        """A digest that is not stored; None where there is no paper. Two queries, whatever the number of papers."""
        entries = Entry.objects.visible().in_period(period).about(interest)
        shown = list(entries.select_related("paper__organization").ranked()[: Digest.MOST_PAPERS])
        if not shown:
            return None
        # Counted a moment later: it may be less by what was hidden meanwhile.
        count = max(entries.count(), len(shown))
        return Digest(
            kind=period.name,
            first_day=period.start,
            key=interest.key,
            interest=interest.stored,
            paper_count=count,
            papers=[_frozen(entry) for entry in shown],
        )

    def by_period(self, kind: "Digest.Kind"):
        """A row for each period of a kind, the newest first: the sums of its digests, which are narrowed or whole."""
        rows = self.filter(kind=kind).order_by("-first_day").values("first_day")
        counts = {f"{name}_count": Sum(f"{name}_count") for name in Digest.COUNTED}
        return rows.annotate(digest_count=Count("pk"), composed_at=Min("composed_at"), **counts)

    def count_deliveries(self, keys: Collection[int]) -> None:
        """Write down for these digests (by key) how many deliveries ended in which way; those without any stay as they are."""
        with transaction.atomic(), connection.cursor() as cursor:
            # Of two who count at once the second counts what the first has seen, too.
            list(self.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk"))
            cursor.execute(COUNT, [list(keys)])

    def forget_narrowed(self, before: date) -> None:
        """Make one row of a period's digests of long ago: what a single reader may have narrowed theirs to is gone with the others."""
        old = self.filter(first_day__lt=before)
        for kind, first_day in old.exclude(key="").values_list("kind", "first_day").distinct():
            with transaction.atomic():
                kept, *others = old.filter(kind=kind, first_day=first_day).order_by("key").select_for_update()
                for name in Digest.COUNTED:
                    total = sum(getattr(digest, f"{name}_count") for digest in (kept, *others))
                    setattr(kept, f"{name}_count", total)
                self.filter(pk__in=[digest.pk for digest in others]).delete()
                if kept.key:
                    kept.key, kept.interest, kept.papers = "", {}, kept.papers[:1]
                kept.save()

    def _find(self, period: Period, interest: Interest) -> "Digest | None":
        return self.filter(kind=period.name, first_day=period.start, key=interest.key).first()


COUNT = """
update feed_digest digest set sent_count = sent, bounced_count = bounced, failed_count = failed, lost_count = lost,
    skipped_count = skipped
from (
    select digest_id, count(*) filter (where state = 'sent') sent, count(*) filter (where state = 'bounced') bounced,
        count(*) filter (where state = 'failed') failed, count(*) filter (where is_lost) lost,
        count(*) filter (where state = 'skipped') skipped
    from feed_delivery where digest_id = any(%s) group by digest_id
) counts where digest.id = digest_id
"""


class Digest(models.Model):
    class Kind(models.TextChoices):
        DAY = "day", "a day"
        WEEK = "week", "a week"

    # Who reads more goes to the page; and Gmail cuts a mail off that is larger than these make it.
    MOST_PAPERS = 20
    # In characters, so that the worst of titles can't make a mail of its own.
    LONGEST_TITLE, LONGEST_BYLINE, LONGEST_SUMMARY = 240, 120, 300

    # What a delivery may come to; "lost" are those of the failed that may have arrived.
    COUNTED = ("sent", "bounced", "failed", "lost", "skipped")

    kind = models.CharField(max_length=8, choices=Kind)
    first_day = models.DateField()
    key = models.CharField(max_length=64, blank=True, help_text="Of what it is narrowed to; empty: to nothing.")
    interest = models.JSONField(default=dict, blank=True, help_text="What it is narrowed to, by kind.")
    paper_count = models.PositiveIntegerField(help_text="How many the period had, shown or not.")
    papers = models.JSONField(help_text="Those shown, as they were: the best first.")
    composed_at = models.DateTimeField(default=timezone.now)
    # Of deliveries, whose rows are forgotten after a while; counted whenever some of them have ended.
    sent_count = models.PositiveIntegerField(default=0, editable=False)
    bounced_count = models.PositiveIntegerField(default=0, editable=False)
    failed_count = models.PositiveIntegerField(default=0, editable=False)
    lost_count = models.PositiveIntegerField(default=0, editable=False)
    skipped_count = models.PositiveIntegerField(default=0, editable=False)

    objects = DigestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "first_day", "key"], name="digest_unique"),
            models.CheckConstraint(
                condition=Q(kind="day") | Q(kind="week", first_day__iso_week_day=1), name="digest_period_known"
            ),
            models.CheckConstraint(condition=~Q(papers=[]), name="digest_has_papers"),
        ]

    def __str__(self):
        return f"{self.period} {self.key[:8]}".strip()

    @property
    def is_composed(self) -> bool:
        """Whether it is written down; a draft is not."""
        return self.pk is not None

    @property
    def period(self) -> Day | Week:
        kinds: dict[str, type[Day] | type[Week]] = {"day": Day, "week": Week}
        return kinds[self.kind](self.first_day)

    def papers_to_send(self) -> list[dict]:
        """The papers as they were, without those that have left the site or the feed since: these are never sent.

        One query. A sender asks before each batch, not once a digest, so that a paper hidden while the mails go out is
        in no later batch.
        """
        shown = Entry.objects.visible().filter(pk__in=[paper["entry"] for paper in self.papers])
        still_there = set(shown.values_list("pk", flat=True))
        return [paper for paper in self.papers if paper["entry"] in still_there]


def _today() -> date:
    return Day.current().start


def _frozen(entry: Entry) -> dict:
    paper: Paper = entry.paper
    return {
        "entry": entry.pk,
        "arxiv_id": paper.arxiv_id,
        # Of a title that is made of nothing visible, its name is left.
        "title": line(paper.title, Digest.LONGEST_TITLE) or paper.arxiv_id,
        "byline": _byline(paper),
        "summary": opening(paper.cover_text, Digest.LONGEST_SUMMARY),
        "category": paper.primary_category_id or "",
        "upvotes": paper.total_upvote_count,
        "comments": paper.mirrored_comment_count,
        "is_withdrawn": paper.is_withdrawn,
    }


def _byline(paper: Paper) -> str:
    """The organization, or the first authors, with the number of those left out."""
    if paper.organization:
        return line(paper.organization.full_name, Digest.LONGEST_BYLINE)
    names = [line(name, 40) for name in paper.author_names[:3]]
    rest = len(paper.author_names) - len(names)
    return ", ".join(names) + (f" and {rest} more" if rest else "")
