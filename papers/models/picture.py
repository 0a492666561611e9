"""A picture or video from elsewhere, fetched once, made harmless and kept here: pages load nothing from other hosts."""

import hashlib

from django.db import models
from django.utils import timezone


def address_digest(url: str) -> str:
    """What a picture is found by: an address may be too long for an index."""
    return hashlib.sha256(url.encode()).hexdigest()


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
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    small = models.CharField(max_length=120, blank=True, help_text="The narrow WebP, a name under MEDIA.")
    large = models.CharField(max_length=120, blank=True, help_text="The wide WebP.")
    video = models.CharField(max_length=120, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True, help_text="Of the wide one, in pixels.")
    height = models.PositiveIntegerField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=300, blank=True, help_text="Why it is not here.")
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "stored", "refused"]), name="picture_state_known"
            )
        ]
        indexes = [models.Index(fields=["next_try_at"], name="picture_waiting", condition=models.Q(state="waiting"))]

    def __str__(self):
        return self.url

    def save(self, *args, **kwargs):
        self.digest = address_digest(self.url)
        super().save(*args, **kwargs)
