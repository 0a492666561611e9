"""A paper of arXiv's that isn't here and that a member has asked for, and what became of it."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from .paper import Paper


class TooMany(Exception):
    """A member has asked for as many papers as one may within a day."""


class NotMissing(Exception):
    """A paper of that id is here, to be seen or hidden by a moderator."""


class WantedQuerySet(models.QuerySet["Wanted"]):
    def ask(self, arxiv_id: str, *, by) -> "Wanted":
        """Ask for the paper of a canonical id. One that somebody has asked for already stays as it is, unless it may be
        asked for again.

        Raises NotMissing and TooMany. Whoever calls it rings `tasks.look_up`.
        """
        with transaction.atomic():
            # Two at once must not get past the limit, nor come after the account is gone.
            is_active = by.lock()
            if Paper.objects.filter(arxiv_id=arxiv_id).exists():
                raise NotMissing
            known = self.filter(arxiv_id=arxiv_id).first()
            if known and not known.may_be_asked_for:
                return known
            if not is_active or self.asked_today(by) >= Wanted.MOST:
                raise TooMany
            # Another member may ask at this moment: the first of two counts.
            wanted, _ = self.get_or_create(arxiv_id=arxiv_id, defaults={"asked_by": by})
            if wanted.may_be_asked_for:
                wanted._ask_again(by)
            return wanted

    def named(self, arxiv_id: str) -> "Wanted | None":
        """What has become of the paper of that id, or one that nobody has asked for; None where a moderator has hidden it."""
        if Paper.objects.filter(arxiv_id=arxiv_id).exclude(hidden_at=None).exists():
            return None
        return self.filter(arxiv_id=arxiv_id).first() or Wanted(arxiv_id=arxiv_id, due_at=None)

    def asked_today(self, member) -> int:
        """How many a member has asked for in the last 24 hours."""
        return self.filter(asked_by=member, asked_at__gt=timezone.now() - timedelta(days=1)).count()

    def waiting(self):
        return self.filter(due_at__isnull=False)

    def due(self):
        """Those to be looked up now, in the order in which they were asked for."""
        return self.filter(due_at__lte=timezone.now() + Wanted.SKEW).order_by("due_at", "pk")

    def settle(self) -> None:
        """Write down of those whose paper has come in another way that they are here."""
        there = models.Exists(Paper.objects.filter(arxiv_id=models.OuterRef("arxiv_id")))
        self.waiting().filter(there).update(state=Wanted.State.HERE, due_at=None, answered_at=timezone.now())

    def forget(self) -> None:
        """Drop what was asked for more than three months ago."""
        self.filter(asked_at__lt=timezone.now() - Wanted.REMEMBERED).delete()


class Wanted(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "waits"
        HERE = "here", "is here"
        ABSENT = "absent", "is not at arXiv"
        UNREADABLE = "unreadable", "can't be read"

    # By one member, within a day: more than anyone looks for by hand, and two and a half minutes of arXiv's time.
    MOST = 50
    # arXiv's archive is renewed every night: what it didn't have yesterday it may have today.
    ASKED_AGAIN_AFTER = timedelta(days=1)
    REMEMBERED = timedelta(days=90)
    # By so much the clocks of two machines may differ: what one has just asked for is due at the other.
    SKEW = timedelta(minutes=1)
    # What takes longer than this has met some trouble.
    QUICKLY = timedelta(minutes=5)
    # For so long a page looks again by itself, after so many seconds; its reader has left it by then.
    LOOKS = [(timedelta(minutes=2), 3), (timedelta(minutes=15), 15)]

    arxiv_id = models.CharField("arXiv id", max_length=24)
    # Nobody any more, where the account was deleted: others may wait for the same paper.
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="wanted_papers", db_index=False
    )
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # The work to be done: while it is set, the paper waits to be looked up.
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Answers that were no good.")
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    reason = models.TextField(blank=True, help_text="Why it can't be read, or is put off.")

    objects = WantedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "wanted"
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(due_at__isnull=False), name="wanted_due"),
            models.Index(fields=["asked_by", "asked_at"], name="wanted_by_member"),
            models.Index(fields=["asked_at"], name="wanted_asked"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["arxiv_id"], name="wanted_unique"),
            models.CheckConstraint(
                condition=Q(state="waiting", due_at__isnull=False, answered_at=None)
                | Q(state__in=["here", "absent", "unreadable"], due_at=None, answered_at__isnull=False),
                name="wanted_waits_or_is_answered",
            ),
        ]

    def __str__(self):
        return self.arxiv_id

    @property
    def is_waiting(self) -> bool:
        return self.due_at is not None

    @property
    def is_late(self) -> bool:
        """Whether it waits for longer than it should: arXiv is out of reach, or its answers are no good."""
        now = timezone.now()
        return self.due_at is not None and not now - self.QUICKLY < self.due_at <= now + self.SKEW

    @property
    def may_be_asked_for(self) -> bool:
        """Nobody has; or a day has gone by; or it was here, and isn't any more."""
        if self.pk is None or self.state == self.State.HERE:
            return True
        return self.answered_at is not None and self.answered_at <= timezone.now() - self.ASKED_AGAIN_AFTER

    @property
    def looks_again_after(self) -> int:
        """Seconds after which its page looks again by itself; 0 where it does so no more."""
        if self.due_at is None or (age := timezone.now() - self.due_at) < -self.SKEW:
            return 0
        return next((seconds for until, seconds in self.LOOKS if age < until), 0)

    def answer(self, state: State, *, reason: str = "") -> None:
        """Write down what has become of it."""
        self._write(state=state, due_at=None, answered_at=timezone.now(), reason=reason)

    def put_off(self, pause: timedelta, *, failures: int, reason: str) -> None:
        """Let it wait for so long: arXiv had no good answer."""
        self._write(due_at=timezone.now() + pause, failures=failures, reason=reason)

    def _ask_again(self, by) -> None:
        now = timezone.now()
        self._write(
            asked_by_id=by.pk,
            asked_at=now,
            state=self.State.WAITING,
            due_at=now,
            failures=0,
            answered_at=None,
            reason="",
        )

    def _write(self, **fields) -> None:
        vars(self).update(fields)
        # The row is gone when it was forgotten meanwhile.
        Wanted.objects.filter(pk=self.pk).update(**fields)
