"""A laboratory, company or university that stands behind papers."""

from django.contrib.postgres.indexes import OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower, Upper
from django.urls import reverse

from accounts.hex_id import HexIdField

from .picture import Picture


class OrganizationQuerySet(models.QuerySet):
    def named(self, names):
        """Those of these names, whatever their capitals: NVIDIA and nvidia are one."""
        return self.alias(upper_name=Upper("name")).filter(upper_name__in=[name.upper() for name in names])


class Organization(models.Model):
    # As Hugging Face names them.
    NAME = r"[\w.-]+"

    name = models.CharField(
        max_length=120, unique=True, validators=[RegexValidator(rf"^{NAME}\Z")], help_text="In addresses: nvidia"
    )
    hex_id = HexIdField()
    full_name = models.CharField(max_length=200, help_text="As it is read: NVIDIA")
    avatar_url = models.URLField(max_length=2000, blank=True)
    picture = models.ForeignKey(Picture, models.SET_NULL, null=True, editable=False, related_name="+")
    seen_on = models.DateField(
        null=True, blank=True, editable=False, help_text="The newest day on which the source spoke."
    )
    stated = models.CharField(
        max_length=80, blank=True, editable=False, help_text="The days of what it said, as papers/statement.py writes."
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Upper("name"), name="organization_name_unique")]
        # To be completed by what either name begins with, in whatever language the database sorts.
        indexes = [
            models.Index(OpClass(Lower("name"), "text_pattern_ops"), name="organization_name_begins"),
            models.Index(OpClass(Lower("full_name"), "text_pattern_ops"), name="organization_full_name_begins"),
        ]

    def __str__(self):
        return self.full_name

    def get_absolute_url(self):
        return reverse("papers:organization", args=[self.name])

    @property
    def avatar(self) -> Picture | None:
        """Their picture, if the one of the address is here; otherwise the initial stands for them."""
        return self.picture if self.picture and self.picture.url == self.avatar_url else None
