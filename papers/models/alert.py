"""The promise of one mail a day and member about their saved searches, written down before anything is sent."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User

from .saved_search import SavedSearch


class AlertQuerySet(models.QuerySet["Alert"]):
    def plan(self, day: date) -> None:
        """Promise a day's alert to everyone who waits for one: a proven address, and a search that is to tell."""
        members = User.objects.active().filter(
            models.Exists(SavedSearch.objects.filter(user=models.OuterRef("pk"), is_alerting=True)),
            ~models.Exists(Alert.objects.filter(user=models.OuterRef("pk"), day=day)),
            emailaddress__verified=True,
            emailaddress__primary=True,
        )
        now = timezone.now()
        promised = [Alert(user_id=pk, day=day, due_at=now) for pk in members.values_list("pk", flat=True)]
        Alert.objects.bulk_create(promised, batch_size=2_000, ignore_conflicts=True)

    def due(self):
        return self.filter(due_at__lte=timezone.now()).order_by("due_at", "pk")

    def give_up_lost(self) -> int:
        """Write down that nobody knows of these whether they arrived: whoever sent them is long gone."""
        lost = self.filter(state=Alert.State.SENDING, finished_at=None, sending_at__lt=timezone.now() - Alert.LONGEST)
        return lost.update(state=Alert.State.LOST, finished_at=timezone.now())

    def forget(self) -> None:
        """Drop those of more than three months ago."""
        self.filter(day__lt=timezone.now() - Alert.REMEMBERED).delete()


class Alert(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", "waits"
        SENDING = "sending", "is being sent"
        SENT = "sent", "sent"
        NOTHING = "nothing", "had nothing new"
        REFUSED = "refused", "was refused by the mail server"
        LOST = "lost", "may or may not have arrived"

    # After 4, 16 and 64 minutes it is left for that day; tomorrow's alert has what this one had.
    MOST_FAILURES = 3
    # No task lives that long.
    LONGEST = timedelta(hours=1)
    REMEMBERED = timedelta(days=90)

    # The key's index serves those of the user.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="alerts", db_index=False)
    day = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    # The work to be done: while it is set, the alert waits to be made.
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveSmallIntegerField(default=0, editable=False)
    paper_count = models.PositiveIntegerField(default=0, editable=False)
    sending_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="alert_unique")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="alert_due"),
            models.Index(fields=["sending_at"], condition=Q(state="sending"), name="alert_sending"),
            models.Index(fields=["day"], name="alert_of_day"),
        ]

    def __str__(self):
        return f"{self.user_id} on {self.day}"

    def begin(self, paper_count: int) -> None:
        """From here on it counts as sent, whatever happens."""
        self._write(state=self.State.SENDING, due_at=None, sending_at=timezone.now(), paper_count=paper_count)

    def finish(self, state: State, *, until: datetime | None = None) -> None:
        """Write down how it ended; up to `until` the member knows what there is."""
        self._write(state=state, due_at=None, finished_at=timezone.now())
        if until:
            self.user.saved_searches.filter(is_alerting=True, alerted_until__lt=until).update(alerted_until=until)

    def put_off(self) -> None:
        """The mail server would not take it: nothing was sent. Try again, ever later, and not for ever."""
        failures = self.failures + 1
        if failures > self.MOST_FAILURES:
            self.finish(self.State.REFUSED)
        else:
            due_at = timezone.now() + timedelta(minutes=4**failures)
            self._write(state=self.State.WAITING, due_at=due_at, failures=failures)

    def _write(self, **fields) -> None:
        # The row is gone when the account was deleted meanwhile.
        Alert.objects.filter(pk=self.pk).update(**fields)
