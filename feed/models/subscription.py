"""An address that asked for the digest, and its consent."""

import zoneinfo
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from accounts.hex_id import HexIdField
from accounts.mail import compose, one_click
from accounts.models.user import validate_time_zone
from feed import mailbox
from feed.interest import Interest
from feed.periods import next_digest_hour

from .consent import Consent


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

    def ask(self, *, email: str, rhythm: str, how: str = "", ip_address: str | None = None) -> "Subscription":
        """Someone asks for the digest at this address. Nothing is sent there but one mail, until its button is pressed.

        A confirmed subscription stays as it is: whoever asks may be a stranger. Raises ValidationError for what is no
        address.
        """
        email = mailbox.normal(email)
        with transaction.atomic():
            # The same work whether or not the address is known: nor must the time it takes tell.
            Subscription.objects.bulk_create([Subscription(email=email, rhythm=rhythm)], ignore_conflicts=True)
            subscription = self.select_for_update().get(email=email)
            subscription._ask(rhythm, how, ip_address)
        return subscription

    def named_by(self, token: str, *, purpose: str) -> "Subscription":
        """The subscription that a signed link names. Raises BadSignature, SignatureExpired or DoesNotExist."""
        age = Subscription.LINK_AGE if purpose == "confirm" else None
        return self.get(hex_id=_signer(purpose).unsign(token, max_age=age))

    def forget_unconfirmed(self) -> None:
        """Erase the addresses that somebody asked for and nobody has confirmed, a month after their link expired."""
        limit = timezone.now() - Subscription.LINK_AGE - Subscription.UNCONFIRMED_REMEMBERED
        lately = Consent.objects.filter(subscription=OuterRef("pk"), at__gt=limit)
        # Who has confirmed once is not forgotten because somebody has asked again: the record is theirs.
        never = self.filter(state=Subscription.State.PENDING, confirmed_at=None, created_at__lte=limit)
        forgotten = never.exclude(Exists(lately))
        # Half a minute's work; should somebody have made up more, there is another night.
        forgotten[:5_000].delete()

    def delete(self) -> tuple[int, dict[str, int]]:
        """Erase them as `Subscription.delete` does, one by one."""
        count = sum(subscription.delete()[0] for subscription in self)
        return count, {self.model._meta.label: count}

    # As Django's own: there is no deleting of everything by a slip of the finger.
    delete.alters_data = delete.queryset_only = True  # type: ignore[attr-defined]


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
    # Asking again and again, from however many networks, must not fill somebody's inbox.
    RESEND_PAUSE, MOST_MAILS_A_DAY = timedelta(minutes=10), 5
    # Who finds the mail late asks again; whose address it was not is not kept on a list for ever.
    UNCONFIRMED_REMEMBERED = timedelta(days=30)
    # After 4, 16, 64 minutes, four hours and seventeen the address is taken to be no good.
    MOST_FAILURES = 5
    # A full mailbox passes. Three times, each within a month of the last, of one mail a week too, and nobody reads there.
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
    # The record of consent is `consents`; these are the newest of it, at hand.
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

    @property
    def has_ended(self) -> bool:
        """Whether nothing comes any more until somebody asks again."""
        return self.state in (self.State.UNSUBSCRIBED, self.State.STOPPED)

    @property
    def narrowed_to(self) -> Interest:
        return Interest.of(**self.interest)

    @property
    def readable_email(self) -> str:
        """As its owner writes it."""
        return mailbox.readable(self.email)

    @property
    def next_digest(self) -> datetime | None:
        """When it is next looked whether there is one, by its owner's clock; None where that is due now."""
        if self.digest_due_at <= timezone.now():
            return None
        return self.digest_due_at.astimezone(zoneinfo.ZoneInfo(self.time_zone or settings.FEED_TIME_ZONE))

    @property
    def wish(self) -> dict:
        """What its owner wants, as the record of consent keeps it."""
        return {"rhythm": self.rhythm, "time_zone": self.time_zone, "interest": self.interest}

    def confirm(self, *, how: str = "", ip_address: str | None = None) -> None:
        """The button in the mail was pressed. Pressing it again changes nothing, nor does it after leaving."""
        with transaction.atomic():
            if self._lock() and self.state == self.State.PENDING:
                now = timezone.now()
                self._become(
                    self.State.CONFIRMED,
                    Consent(act=Consent.Act.CONFIRMED, how=how, wish=self.wish, ip_address=ip_address),
                    confirmed_at=now,
                    unsubscribed_at=None,
                    digest_due_at=next_digest_hour(self.time_zone, now),
                    soft_bounces=0,
                )

    def prefer(self, *, rhythm: str, time_zone: str, interest: Interest, how: str = "") -> None:
        """How often, by which clock and of what its digests are from now on. Who leaves at this moment stays away."""
        with transaction.atomic():
            if not self._lock():
                return
            before, now = self.wish, timezone.now()
            self.rhythm, self.time_zone = rhythm, time_zone
            self.interest, self.interest_key = interest.stored, interest.key
            # The hour that was coming strikes once more by the old clock, if that is sooner: or a day would be left out.
            due_at = next_digest_hour(time_zone, now)
            self.digest_due_at = min(self.digest_due_at, due_at) if self.is_confirmed else due_at
            self.save(update_fields=["rhythm", "time_zone", "interest", "interest_key", "digest_due_at"])
            if self.wish != before:
                self._note(Consent(act=Consent.Act.CHANGED, how=how, wish=self.wish))

    def unsubscribe(self, *, how: str = "") -> None:
        """No more mail to this address, at once; a mail that waits is not sent either."""
        self._leave(Consent(act=Consent.Act.UNSUBSCRIBED, how=how))

    def complain(self, *, how: str = "a report of the mail service") -> None:
        """The reader has called its mail junk: that is a way of leaving, too."""
        self._leave(Consent(act=Consent.Act.COMPLAINED, how=how))

    def bounce(self, *, is_hard: bool) -> None:
        """A mail came back. After the first of an address that is none, or the third with less than a month between, no more is sent there.

        Whoever asks again gets a new confirmation, and with its button everything begins anew.
        """
        with transaction.atomic():
            if not self._lock():
                return
            now = timezone.now()
            is_in_a_row = self.soft_bounced_at and now - self.soft_bounced_at <= self.SOFT_BOUNCES_REMEMBERED
            self.soft_bounces, self.soft_bounced_at = (self.soft_bounces if is_in_a_row else 0) + (not is_hard), now
            self.save(update_fields=["soft_bounces", "soft_bounced_at"])
            if self.is_confirmed and (is_hard or self.soft_bounces >= self.MOST_SOFT_BOUNCES):
                how = "no such address" if is_hard else f"{self.soft_bounces} mails came back"
                self._become(self.State.STOPPED, Consent(act=Consent.Act.STOPPED, how=how), mail_due_at=None)

    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        """Erase the address and all that leads to it. What was counted stays: acts with their days, digests sent."""
        with transaction.atomic():
            if not self._lock():
                return 0, {}
            self.consents.all().anonymize()
            # A mail server's answer often names the address.
            self.deliveries.update(reason="")
            if self.is_confirmed:
                Consent.objects.create(act=Consent.Act.DELETED, at=None, step=-1)
            return super().delete(*args, **kwargs)

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

    def note_mailed(self, *, how: str = "") -> None:
        """Write down that it was sent a mail to confirm, or word that nothing needs doing."""
        self._note(Consent(act=Consent.Act.MAILED, how=how))

    def _link(self, purpose: str) -> str:
        return settings.SITE_URL + reverse(f"feed:{purpose}", args=[_signer(purpose).sign(self.hex_id)])

    def _ask(self, rhythm: str, how: str, ip_address: str | None) -> None:
        was, was_waiting, may_be_mailed = self.state, self.mail_due_at is not None, self._may_be_mailed()
        if not self.is_confirmed:
            self.state, self.rhythm = self.State.PENDING, rhythm
        if may_be_mailed:
            self.mail_due_at, self.mail_failures = timezone.now(), 0
        self.save(update_fields=["state", "rhythm", "mail_due_at", "mail_failures"])
        if (may_be_mailed and not was_waiting) or self.state != was:
            # Who asks for an address that is on the list already proves nothing, and may be anybody.
            kept = None if self.is_confirmed else ip_address
            self._note(Consent(act=Consent.Act.ASKED, how=how, wish={"rhythm": rhythm}, ip_address=kept))

    def _may_be_mailed(self) -> bool:
        now = timezone.now()
        mails = self.consents.filter(act=Consent.Act.MAILED, at__gt=now - timedelta(days=1)).count()
        is_rested = self.mailed_at is None or now - self.mailed_at >= self.RESEND_PAUSE
        return is_rested and mails < self.MOST_MAILS_A_DAY

    def _leave(self, consent: Consent) -> None:
        with transaction.atomic():
            if self._lock() and self.state != self.State.UNSUBSCRIBED:
                self._become(self.State.UNSUBSCRIBED, consent, unsubscribed_at=timezone.now(), mail_due_at=None)

    def _become(self, state: State, consent: Consent, **fields) -> None:
        """Change the state and what goes with it, and write down which act did it."""
        consent.step = (state == self.State.CONFIRMED) - self.is_confirmed
        vars(self).update(state=state, **fields)
        self.save(update_fields=["state", *fields])
        self._note(consent)

    def _note(self, consent: Consent) -> None:
        consent.subscription, consent.how = self, consent.how[:200]
        consent.save()

    def _lock(self) -> bool:
        """Read it anew, and keep others from it until the transaction ends. False where it has been deleted meanwhile."""
        try:
            self.refresh_from_db(from_queryset=Subscription.objects.select_for_update())
        except Subscription.DoesNotExist:
            return False
        return True


def _signer(purpose: str) -> signing.TimestampSigner:
    # The purpose salts the signature, so that a link for one is no good for another.
    return signing.TimestampSigner(salt=f"feed.subscription.{purpose}")
