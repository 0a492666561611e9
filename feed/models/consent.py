"""The record of an address's consent: what was asked, agreed to and ended, when and how."""

from django.db import models
from django.db.models import Count, Q, Sum
from django.utils import timezone

from feed import periods


class ConsentQuerySet(models.QuerySet["Consent"]):
    def anonymize(self) -> None:
        """Keep of these what is counted, and of that nothing but the act and its day."""
        self.filter(step=0).delete()
        self.update(subscription=None, at=None, how="", wish={}, ip_address=None)

    def per_day(self) -> list[dict]:
        """Of each day that brought or lost a subscriber, in their order: its `day`, how many `confirmed`, `left` and were
        `stopped`, and how many `subscribers` there were at its end. One query.
        """
        came, went, stopped = Q(step=1), Q(step=-1), Q(act=Consent.Act.STOPPED)
        rows = self.exclude(step=0).order_by("day").values("day")
        counts = rows.annotate(
            confirmed=Count("pk", filter=came),
            left=Count("pk", filter=went & ~stopped),
            stopped=Count("pk", filter=went & stopped),
            change=Sum("step"),
        )
        subscribers = 0
        days = []
        for count in counts:
            subscribers += count.pop("change")
            days.append({**count, "subscribers": subscribers})
        return days


class Consent(models.Model):
    class Act(models.TextChoices):
        ASKED = "asked", "asked for the digest"
        MAILED = "mailed", "was sent a mail to confirm"
        CONFIRMED = "confirmed", "confirmed"
        CHANGED = "changed", "changed the preferences"
        UNSUBSCRIBED = "unsubscribed", "unsubscribed"
        COMPLAINED = "complained", "called it junk"
        STOPPED = "stopped", "was stopped: its mail came back"
        DELETED = "deleted", "was deleted"

    # Nobody any more where the address was deleted: then only the act and its day are left, to be counted.
    subscription = models.ForeignKey(
        "Subscription", models.SET_NULL, null=True, related_name="consents", db_index=False
    )
    act = models.CharField(max_length=12, choices=Act)
    day = models.DateField(default=periods.today, help_text="In FEED_TIME_ZONE.")
    at = models.DateTimeField(default=timezone.now, null=True, blank=True)
    how = models.CharField(max_length=200, blank=True, help_text="Such as: the form on /papers.")
    wish = models.JSONField(default=dict, blank=True, help_text="The rhythm, time zone and interest it was for.")
    # The proof that it was not the site itself which asked and agreed.
    ip_address = models.GenericIPAddressField("network address", null=True, blank=True)
    step = models.SmallIntegerField(default=0, help_text="1 where the site gained a subscriber, -1 where it lost one.")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    act__in=[
                        "asked",
                        "mailed",
                        "confirmed",
                        "changed",
                        "unsubscribed",
                        "complained",
                        "stopped",
                        "deleted",
                    ]
                ),
                name="consent_act_known",
            ),
            models.CheckConstraint(condition=Q(step__in=[-1, 0, 1]), name="consent_step_known"),
            models.CheckConstraint(
                condition=Q(subscription__isnull=False) | Q(at=None, how="", wish={}, ip_address=None),
                name="consent_of_nobody_is_anonymous",
            ),
        ]
        indexes = [
            models.Index(fields=["subscription", "at"], name="consent_of_subscription"),
            models.Index(fields=["day"], condition=~Q(step=0), name="consent_counted"),
        ]

    def __str__(self):
        return f"{self.day}: {self.get_act_display()}"
