"""Somebody elsewhere, who submitted or wrote a paper there; never a local account, never in a local name's way."""

from django.db import models

from accounts.hex_id import HexIdField

from .picture import Picture


class Person(models.Model):
    class Source(models.TextChoices):
        HUGGINGFACE = "huggingface", "Hugging Face"

    source = models.CharField(max_length=20, choices=Source, default=Source.HUGGINGFACE)
    handle = models.CharField(max_length=120)
    hex_id = HexIdField()
    name = models.CharField(max_length=200, blank=True)
    avatar_url = models.URLField(max_length=2000, blank=True)
    picture = models.ForeignKey(Picture, models.SET_NULL, null=True, editable=False, related_name="+")
    seen_on = models.DateField(
        null=True, blank=True, editable=False, help_text="The newest day on which the source spoke."
    )
    stated = models.CharField(
        max_length=80, blank=True, editable=False, help_text="The days of what it said, as papers/statement.py writes."
    )

    class Meta:
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(fields=["source", "handle"], name="person_handle_unique")]

    def __str__(self):
        return self.name or self.handle

    @property
    def url(self) -> str:
        """Their page at the source."""
        return f"https://huggingface.co/{self.handle}"

    @property
    def avatar(self) -> Picture | None:
        """Their picture, if the one of the address is here; otherwise the initial stands for them."""
        return self.picture if self.picture and self.picture.url == self.avatar_url else None
