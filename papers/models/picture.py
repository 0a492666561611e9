"""A picture or video from elsewhere, fetched once, made harmless and kept here: pages load nothing from other hosts."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone

# After a failure it is asked for again after so long, and then no more: what is gone for a week is gone.
WAITS = (timedelta(hours=1), timedelta(days=1), timedelta(weeks=1))
# Of a paper; Hugging Face has had 13 on one.
MOST = 12


def address_digest(url: str) -> str:
    """What a picture is found by: an address may be too long for an index."""
    return hashlib.sha256(url.encode()).hexdigest()


class PictureQuerySet(models.QuerySet["Picture"]):
    def due(self):
        """Those to be fetched now, the newest day's first."""
        waiting = self.filter(state=Picture.State.WAITING, next_try_at__lte=timezone.now())
        return waiting.order_by(F("day").desc(nulls_last=True), "pk")

    def reserve(self) -> "Picture | None":
        """Take the next that is due, so that no other worker does; one that dies over it gives it back with time."""
        with transaction.atomic():
            picture = self.due().select_for_update(skip_locked=True).first()
            if picture:
                picture.begin()
        return picture

    def stored_of(self, urls: Sequence[str]) -> list["Picture"]:
        """The pictures and videos from these addresses that are here, in the addresses' order."""
        places = {address_digest(url): place for place, url in reversed(list(enumerate(urls[:MOST])))}
        found = self.filter(digest__in=places, state=Picture.State.STORED, use=Picture.Use.MEDIA)
        return sorted(found, key=lambda picture: places[picture.digest])


class Picture(models.Model):
    class Use(models.TextChoices):
        MEDIA = "media", "a paper's picture or video"
        AVATAR = "avatar", "an avatar"

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        STORED = "stored", "stored"
        REFUSED = "refused", "refused"

    url = models.URLField(max_length=2000)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the address.")
    use = models.CharField(max_length=8, choices=Use)
    day = models.DateField(null=True, blank=True, help_text="Of what it shows: the newest are fetched first.")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    small = models.CharField(max_length=120, blank=True, help_text="The narrow WebP, a name under MEDIA.")
    small_width = models.PositiveIntegerField(null=True, blank=True, help_text="In pixels.")
    large = models.CharField(max_length=120, blank=True, help_text="The wide WebP.")
    width = models.PositiveIntegerField(null=True, blank=True, help_text="Of the wide one, in pixels.")
    height = models.PositiveIntegerField(null=True, blank=True)
    video = models.CharField(max_length=120, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is not here.")
    fetched_at = models.DateTimeField(null=True, blank=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "stored", "refused"]), name="picture_state_known")
        ]
        indexes = [models.Index(fields=["next_try_at"], name="picture_waiting", condition=Q(state="waiting"))]

    def __str__(self):
        return self.url

    def save(self, *args, **kwargs):
        self.digest = address_digest(self.url)
        super().save(*args, **kwargs)

    def begin(self) -> None:
        """Count a try, and say when the next one is due if this one fails or never ends."""
        self.next_try_at = timezone.now() + WAITS[min(self.tries, len(WAITS) - 1)]
        self.tries += 1
        self.save()

    def put_off(self, reason: str, *, until: datetime | None = None) -> None:
        """It could not be had this time: wait for the next try, not before `until`, or give it up after the last."""
        if self.tries > len(WAITS):
            self.refuse(reason)
        else:
            self.reason = reason[:300]
            self.next_try_at = max(self.next_try_at, until or self.next_try_at)
            self.save()

    def refuse(self, reason: str) -> None:
        """It is not for us, and will not be asked for again."""
        self.state, self.reason = self.State.REFUSED, reason[:300]
        self.save()

    def ask_again(self) -> None:
        """Fetch it anew at the next turn, whatever became of it before."""
        self.state, self.tries, self.next_try_at = self.State.WAITING, 0, timezone.now()
        self.save()

    @property
    def small_url(self) -> str:
        return f"{settings.MEDIA_URL}{self.small}"

    @property
    def large_url(self) -> str:
        return f"{settings.MEDIA_URL}{self.large}"

    @property
    def srcset(self) -> str:
        """Both widths, for a browser to choose from; "" where there is one only."""
        if self.small == self.large:
            return ""
        return f"{self.small_url} {self.small_width}w, {self.large_url} {self.width}w"

    @property
    def video_url(self) -> str:
        """Where the video is, "" for a picture and for a video of which only a still is kept."""
        return self.video and f"{settings.MEDIA_URL}{self.video}"
