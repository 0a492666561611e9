"""One reader's copy of a digest: promised, handed over at most once, and what became of it."""

from collections.abc import Iterable
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Case, Count, Q, Value, When
from django.utils import timezone

from accounts.hex_id import HexIdField
from feed import periods
from feed.reports import News, one_line

from .digest import Digest
from .subscription import Subscription


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unfinished(self):
        return self.filter(state__in=[Delivery.State.PENDING, Delivery.State.SENDING])

    def waiting_by_period(self) -> dict[str, int]:
        """How many of each period are still to be sent."""
        return dict(self.unfinished().order_by().values_list("period").annotate(Count("pk")))

    def due(self):
        return self.filter(state=Delivery.State.PENDING, due_at__lte=timezone.now())

    def reserve(self, count: int) -> list["Delivery"]:
        """Up to so many that are due, for one sender alone until Delivery.LEASE is over; those of one digest together.

        Who dies with them loses nothing: nothing but `begin` says that one is being sent. They come with their
        subscription and digest.
        """
        with transaction.atomic():
            # In the order of their index, which keeps those of one digest together.
            free = self.due().order_by("due_at", "digest", "pk").select_for_update(skip_locked=True)
            keys = list(free.values_list("pk", flat=True)[:count])
            until = timezone.now() + Delivery.LEASE
            self.filter(pk__in=keys).update(due_at=until)
        reserved = self.filter(pk__in=keys).select_related("subscription").defer("digest__papers")
        return sorted(reserved, key=lambda delivery: (delivery.digest_id, delivery.pk))

    def release(self, deliveries: Iterable["Delivery"], pause: timedelta = timedelta(0)) -> None:
        """Give back what was reserved and is not sent: after `pause` they are due again."""
        for until in {delivery.due_at for delivery in deliveries}:
            keys = [delivery.pk for delivery in deliveries if delivery.due_at == until]
            mine = self.filter(pk__in=keys, state=Delivery.State.PENDING, due_at=until)
            mine.update(due_at=timezone.now() + pause)

    def named(self, hex_ids: Iterable[str]) -> "Delivery | None":
        """The one that a report names; of names that are nobody's there may be others."""
        named = self.filter(hex_id__in=hex_ids).select_related("subscription", "digest").defer("digest__papers")
        return named.first()

    def skip_stale(self) -> int:
        """Let go of those that come too late to be news; return how many."""
        stale = self.filter(state=Delivery.State.PENDING, expires_at__lt=timezone.now())
        return stale.update(state=Delivery.State.SKIPPED, reason="It came too late.", finished_at=timezone.now())

    def forget(self) -> None:
        """Drop those of periods of more than half a year ago; how many there were stays with their digests."""
        old = Digest.objects.filter(first_day__lt=periods.today() - Delivery.REMEMBERED, deliveries__isnull=False)
        keys = list(old.distinct().values_list("pk", flat=True))
        Digest.objects.count_deliveries(keys)
        self.filter(digest__in=keys).delete()
        Digest.objects.forget_narrowed(periods.today() - Delivery.REMEMBERED)

    def give_up_lost(self) -> int:
        """Write down that nobody knows of these whether they arrived: whoever sent them is long gone."""
        lost = self.filter(state=Delivery.State.SENDING, sending_at__lt=timezone.now() - Delivery.LONGEST)
        return lost.update(
            state=Delivery.State.FAILED,
            is_lost=True,
            reason="Who sent it was stopped meanwhile.",
            finished_at=timezone.now(),
        )


class Delivery(models.Model):
    class State(models.TextChoices):
        PENDING = "pending", "waits"
        SENDING = "sending", "is being sent"
        SENT = "sent", "sent"
        FAILED = "failed", "failed"
        BOUNCED = "bounced", "bounced"
        SKIPPED = "skipped", "was left out"

    # A sender hands a batch over in seconds; what it had in hand when it died is another's a minute later.
    LEASE = timedelta(minutes=1)
    # No sender has one message in hand that long: the mail server has ten seconds for an answer.
    LONGEST = timedelta(minutes=10)
    # So long it is known who got which period; no older one is sent, even by hand.
    REMEMBERED = timedelta(days=180)
    # After 4, 16, 64 minutes, four hours and seventeen it is given up.
    MOST_FAILURES = 5

    digest = models.ForeignKey(Digest, models.PROTECT, related_name="deliveries", db_index=False)
    # An address that is deleted leaves what was counted, and nothing that leads to it.
    subscription = models.ForeignKey(
        Subscription, models.SET_NULL, null=True, related_name="deliveries", db_index=False
    )
    # As addresses write it. Who narrows the digest after a period's was sent must not get that period again.
    period = models.CharField(max_length=10)
    # By this a message is known, here and in reports of bounces: nobody can guess it.
    hex_id = HexIdField()
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    reason = models.CharField(max_length=500, blank=True)
    is_lost = models.BooleanField("may or may not have arrived", default=False)
    failures = models.PositiveSmallIntegerField(default=0)
    # While it is pending: when it is to be sent, or tried again, or is free for another sender.
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="After this it is no news; empty: never.")
    sending_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["subscription", "period"], name="delivery_unique"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "sent", "failed", "bounced", "skipped"]),
                name="delivery_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent"]) | Q(sending_at__isnull=False), name="delivery_began"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "digest"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(fields=["sending_at"], condition=Q(state="sending"), name="delivery_sending"),
            models.Index(fields=["digest", "state"], name="delivery_of_digest"),
        ]

    def __str__(self):
        return f"{self.digest} to {self.subscription_id or 'a deleted address'}"

    @property
    def message_id(self) -> str:
        """The same whenever it is tried: a server that has it already can tell."""
        return f"<{self.hex_id}@{settings.MAIL_DOMAIN}>"

    @property
    def envelope_sender(self) -> str:
        """Where it comes back to: an address of its own, so that whoever returns it says which it is."""
        local, at, domain = settings.BOUNCE_ADDRESS.partition("@")
        return f"{local}+{self.hex_id}@{domain}" if at else parseaddr(settings.DEFAULT_FROM_EMAIL)[1]

    def begin(self) -> bool:
        """From here on it counts as sent, whatever happens. False where it may not be: another has it, or its reader left."""
        # Who unsubscribed a moment ago gets nothing, though the batch was reserved before.
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(BEGIN, [now, self.pk, self.due_at])
            self.sending_at = now if cursor.rowcount else None
        return self.sending_at is not None

    def let_go(self) -> State:
        """It may not be sent by who reserved it: because its reader has left, or else another sender has it by now."""
        mine = Delivery.objects.filter(pk=self.pk, state=self.State.PENDING, due_at=self.due_at)
        return self.finish(self.State.SKIPPED, "Its reader has left.") if mine.exists() else self.State.PENDING

    def finish(self, state: State, reason: str = "", *, is_lost: bool = False) -> State:
        """Write down how it ended, unless it is another sender's by now."""
        with connection.cursor() as cursor:
            known = (self.pk, self.due_at, self.sending_at)
            cursor.execute(FINISH, (state, _line(reason), is_lost, timezone.now(), *known))
        return state

    def bounce(self, reason: str, *, is_hard: bool) -> State:
        """It came back, or its address was refused. Told of again, nothing changes."""
        known = Delivery.objects.filter(pk=self.pk).exclude(state__in=[self.State.BOUNCED, self.State.SKIPPED])
        with transaction.atomic():
            is_news = known.update(state=self.State.BOUNCED, reason=_kept(reason), finished_at=timezone.now())
            if is_news and self.subscription:
                self.subscription.bounce(is_hard=is_hard)
        return self.State.BOUNCED

    def hear(self, news: News, reason: str) -> None:
        """What a mail server or a provider says became of it, after it was taken. Told of again, nothing changes."""
        if news == News.NOTHING:
            return
        match news:
            case News.HARD | News.SOFT:
                self.bounce(reason, is_hard=news == News.HARD)
            case News.REFUSAL:
                # It was taken, and not sent after all, which no address is to blame for.
                taken = Delivery.objects.filter(pk=self.pk, state__in=[self.State.SENDING, self.State.SENT])
                taken.update(state=self.State.FAILED, reason=_kept(reason), finished_at=timezone.now())
            case News.COMPLAINT:
                # It has arrived, and was the last one.
                Delivery.objects.filter(pk=self.pk).update(reason=_kept(f"Complaint: {reason}"))
        if self.subscription and news == News.COMPLAINT:
            self.subscription.complain()
        if self.subscription and news == News.LEFT:
            self.subscription.unsubscribe()
        Digest.objects.count_deliveries([self.digest_id])

    def put_off(self, reason: str, *, is_its_own: bool = True) -> State:
        """The server would not take it now, and certainly has not: try again, ever later, and not for ever.

        Where it is not the message's own failure but the server's or the connection's, it is tried in a minute, as often as
        it takes: what is no news any more is let go.
        """
        failures = self.failures + is_its_own
        if failures > self.MOST_FAILURES:
            return self.finish(self.State.FAILED, reason)
        due_at = timezone.now() + (timedelta(minutes=4**failures) if is_its_own else self.LEASE)
        waiting = Q(state=self.State.PENDING, due_at=self.due_at)
        begun = Q(state=self.State.SENDING, sending_at=self.sending_at or timezone.now())
        ours = Delivery.objects.filter(waiting | begun, pk=self.pk)
        ours.update(state=self.State.PENDING, failures=failures, reason=_kept(reason), due_at=due_at)
        return self.State.PENDING


# These two are run for each mail; querysets cost several times as much.
BEGIN = """
update feed_delivery set state = 'sending', sending_at = %s
where id = %s and state = 'pending' and due_at = %s and exists (
    select from feed_subscription where id = feed_delivery.subscription_id and state = 'confirmed'
)
"""
FINISH = """
update feed_delivery set state = %s, reason = case when subscription_id is null then '' else %s end, is_lost = %s, finished_at = %s
where id = %s and (state = 'pending' and due_at = %s or state = 'sending' and sending_at = %s)
"""


def _kept(reason: str) -> Case:
    """What a server said, unless the address was deleted meanwhile: it often names it."""
    return Case(When(subscription=None, then=Value("")), default=Value(_line(reason)))


def _line(reason: str) -> str:
    """What a server said, which may be anything, as one line that fits."""
    return one_line(reason)[:500]
