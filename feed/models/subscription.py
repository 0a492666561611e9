"""An address that asked for the digest, and its consent."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Count, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from accounts.hex_id import HexIdField
from accounts.mail import compose, one_click
from accounts.models.user import validate_time_zone
from feed.interest import Interest
from feed.periods import next_digest_hour


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def mail_due(self):
        """Those to whom a confirmation (or "you are on the list already") is still to be sent."""
        return self.filter(mail_due_at__lte=timezone.now()).order_by("mail_due_at")

    def confirmed(self):
        return self.filter(state=Subscription.State.CONFIRMED)

    def count_by_rhythm(self) -> dict[str, int]:
        counts = dict(self.order_by().values_list("rhythm").annotate(Count("pk")))
        return {rhythm: counts.get(rhythm, 0) for rhythm in Subscription.Rhythm.values}

    def digest_due(self, now: datetime):
        """Those for which it is time, at the aware time `now`, to look whether there is a digest."""
        return self.confirmed().filter(digest_due_at__lte=now).order_by("digest_due_at", "pk")

    def ask(self, *, email: str, rhythm: str) -> "Subscription":
        """Someone asks for the digest at this address. Nothing is sent there but one mail, until its button is pressed.

        A confirmed subscription stays as it is: whoever asks may be a stranger.
        """
        with transaction.atomic():
            self.get_or_create(email=email.strip().lower(), defaults={"rhythm": rhythm})
            subscription = self.select_for_update().get(email=email.strip().lower())
            subscription._ask(rhythm)
        return subscription

    def named_by(self, token: str, *, purpose: str) -> "Subscription":
        """The subscription that a signed link names. Raises BadSignature, SignatureExpired or DoesNotExist."""
        age = Subscription.LINK_AGE if purpose == "confirm" else None
        return self.get(hex_id=_signer(purpose).unsign(token, max_age=age))


class Subscription(models.Model):
    class Rhythm(models.TextChoices):
        DAILY = "daily", "Daily"
        WEEKLY = "weekly", "Weekly"

    class State(models.TextChoices):
        PENDING = "pending", "waits for its confirmation"
        CONFIRMED = "confirmed", "confirmed"
        UNSUBSCRIBED = "unsubscribed", "unsubscribed"
        STOPPED = "stopped", "stopped: its mail came back"

    # A confirmation link is good for a week; then one asks again. The links to leave are good for ever.
    LINK_AGE = timedelta(days=7)
    # Asking again and again must not fill somebody's inbox.
    RESEND_PAUSE = timedelta(minutes=10)
    # After 4, 16, 64 minutes, four hours and seventeen the address is taken to be no good.
    MOST_FAILURES = 5
    # A full mailbox passes. Three mails in a row that came back, of one a week too, and nobody reads there.
    MOST_SOFT_BOUNCES, SOFT_BOUNCES_REMEMBERED = 3, timedelta(days=30)

    email = models.EmailField(unique=True)
    hex_id = HexIdField()
    rhythm = models.CharField(max_length=8, choices=Rhythm, default=Rhythm.DAILY)
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_time_zone], help_text="Such as Europe/Paris; empty: the site's."
    )
    # What its digest is narrowed to (`feed.interest.Interest`), and the key under which those who want the same share one.
    interest = models.JSONField(default=dict, blank=True, editable=False)
    interest_key = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(max_length=16, choices=State, default=State.PENDING)
    # When it is next looked whether there is a digest for it; while it is not confirmed this means nothing.
    digest_due_at = models.DateTimeField(default=timezone.now, editable=False)
    # The work to be done: while it is set, a mail waits to be sent.
    mail_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    mail_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    mailed_at = models.DateTimeField(null=True, blank=True, editable=False)
    soft_bounces = models.PositiveSmallIntegerField(default=0, editable=False)
    soft_bounced_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The record of consent.
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    unsubscribed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="subscription_email_unique"),
            models.CheckConstraint(condition=Q(rhythm__in=["daily", "weekly"]), name="subscription_rhythm_known"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "confirmed", "unsubscribed", "stopped"]),
                name="subscription_state_known",
            ),
        ]
        indexes = [
            models.Index(fields=["mail_due_at"], condition=Q(mail_due_at__isnull=False), name="subscription_mail_due"),
            models.Index(fields=["digest_due_at"], condition=Q(state="confirmed"), name="subscription_digest_due"),
        ]

    def __str__(self):
        return self.email

    @property
    def is_confirmed(self) -> bool:
        return self.state == self.State.CONFIRMED

    def confirm(self) -> None:
        """The button in the mail was pressed. Pressing it again changes nothing, nor does it after leaving."""
        now = timezone.now()
        waiting = Subscription.objects.filter(pk=self.pk, state=self.State.PENDING)
        waiting.update(
            state=self.State.CONFIRMED,
            confirmed_at=now,
            unsubscribed_at=None,
            digest_due_at=next_digest_hour(self.time_zone, now),
            soft_bounces=0,
        )
        self.refresh_from_db()

    def prefer(self, *, rhythm: str, time_zone: str, interest: Interest) -> None:
        """How often, by which clock and of what its digests are from now on. Who leaves at this moment stays away."""
        now = timezone.now()
        with transaction.atomic():
            mine = Subscription.objects.select_for_update().get(pk=self.pk)
            self.rhythm, self.time_zone = rhythm, time_zone
            self.interest, self.interest_key = interest.stored, interest.key
            # One that is due this minute is not put off until tomorrow.
            is_due = mine.is_confirmed and mine.digest_due_at <= now
            self.digest_due_at = mine.digest_due_at if is_due else next_digest_hour(time_zone, now)
            self.save(update_fields=["rhythm", "time_zone", "interest", "interest_key", "digest_due_at"])

    def unsubscribe(self) -> None:
        """No more mail to this address, at once; a mail that waits is not sent either."""
        if self.state != self.State.UNSUBSCRIBED:
            self.state, self.unsubscribed_at, self.mail_due_at = self.State.UNSUBSCRIBED, timezone.now(), None
            self.save(update_fields=["state", "unsubscribed_at", "mail_due_at"])

    def bounce(self, *, is_hard: bool) -> None:
        """A mail came back. After the first of an address that is none, or the third in a row, no more is sent there.

        Whoever asks again gets a new confirmation, and with its button everything begins anew.
        """
        now = timezone.now()
        with transaction.atomic():
            mine = Subscription.objects.select_for_update().get(pk=self.pk)
            is_in_a_row = mine.soft_bounced_at and now - mine.soft_bounced_at <= self.SOFT_BOUNCES_REMEMBERED
            mine.soft_bounces, mine.soft_bounced_at = (mine.soft_bounces if is_in_a_row else 0) + (not is_hard), now
            if mine.is_confirmed and (is_hard or mine.soft_bounces >= self.MOST_SOFT_BOUNCES):
                mine.state = self.State.STOPPED
            mine.save(update_fields=["state", "soft_bounces", "soft_bounced_at"])

    def complain(self) -> None:
        """Its reader called a mail spam, which says more clearly than any link that no more is wanted."""
        self.unsubscribe()

    @property
    def confirm_link(self) -> str:
        return self._link("confirm")

    @property
    def manage_link(self) -> str:
        return self._link("manage")

    @property
    def unsubscribe_link(self) -> str:
        return self._link("unsubscribe")

    def send_mail(self) -> None:
        """Send the mail that is due: the confirmation, or to a confirmed address word that nothing needs doing."""
        template = "already_subscribed" if self.is_confirmed else "confirm_subscription"
        headers = one_click(self.unsubscribe_link)
        compose(f"feed/mail/{template}.html", {"subscription": self}, to=[self.email], headers=headers).send()
        self.mail_due_at, self.mailed_at, self.mail_failures = None, timezone.now(), 0
        self.save(update_fields=["mail_due_at", "mailed_at", "mail_failures"])

    def postpone_mail(self) -> None:
        """The mail server would not take it: try again, ever later, and not for ever. Whoever waits can ask anew."""
        self.mail_failures += 1
        pause = timedelta(minutes=4**self.mail_failures)
        self.mail_due_at = timezone.now() + pause if self.mail_failures <= self.MOST_FAILURES else None
        self.save(update_fields=["mail_due_at", "mail_failures"])

    def _link(self, purpose: str) -> str:
        return settings.SITE_URL + reverse(f"feed:{purpose}", args=[_signer(purpose).sign(self.hex_id)])

    def _ask(self, rhythm: str) -> None:
        if not self.is_confirmed:
            self.state, self.rhythm = self.State.PENDING, rhythm
        if self.mailed_at is None or timezone.now() - self.mailed_at >= self.RESEND_PAUSE:
            self.mail_due_at, self.mail_failures = timezone.now(), 0
        self.save()


def _signer(purpose: str) -> signing.TimestampSigner:
    # The purpose salts the signature, so that a link for one is no good for another.
    return signing.TimestampSigner(salt=f"feed.subscription.{purpose}")
