"""A search that a member keeps, and is told of when something new matches."""

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models.functions import MD5
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from papers import address


class TooMany(Exception):
    """A member has as many searches as one may keep."""


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def keep(self, where: str, *, by, is_alerting: bool = True) -> "SavedSearch":
        """Keep the search at an address (its query string) for a member; one that is kept already stays as it is.

        Raises TooMany, and ValueError where nothing is asked for.
        """
        if not (where := address.normal(where)):
            raise ValueError("There is nothing to look for")
        with transaction.atomic():
            # Two at once must not get past the limit, nor come after the account is gone.
            is_active = by.lock()
            if kept := self.filter(user=by, address=where).first():
                return kept
            if not is_active or self.filter(user=by).count() >= SavedSearch.MOST:
                raise TooMany
            return self.create(user=by, address=where, name=address.text(where), is_alerting=is_alerting)

    def at(self, where: str) -> "SavedSearch | None":
        """The one at an address, however that is spelled."""
        return self.filter(address=address.normal(where)).first()

    def stop_alerts(self) -> None:
        """No more mail about these, at once."""
        self.update(is_alerting=False)


class SavedSearch(models.Model):
    # Each is asked once a day for a member's alert: so many take some seconds.
    MOST = 50

    # The key's index serves those of the user. What is typed in other letters than Latin is too long for an index as it is.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches", db_index=False)
    name = models.CharField(max_length=250)
    address = models.TextField(help_text="The query string of its page.")
    is_alerting = models.BooleanField("Mail me what is new, once a day", default=True)
    alerted_until = models.DateTimeField(
        default=timezone.now, editable=False, help_text="What came later is new to the member."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint("user", MD5("address"), name="saved_search_unique")]

    def __str__(self):
        return self.name

    def change(self, *, name: str, is_alerting: bool) -> None:
        """Call it otherwise, let it tell or not. What came while it was silent is no news."""
        if is_alerting and not self.is_alerting:
            self.alerted_until = timezone.now()
        self.name, self.is_alerting = name, is_alerting
        self.save(update_fields=["name", "is_alerting", "alerted_until"])

    @property
    def text(self) -> str:
        """What was typed."""
        return address.text(self.address)

    @property
    def choices(self) -> list[str]:
        return address.choices(self.address)


def stop_link(member) -> str:
    """The address that ends all of a member's alerts with one press; good for ever."""
    return settings.SITE_URL + reverse("papers:stop_alerts", args=[_signer().sign(member.hex_id)])


def member_named_by(token: str) -> User:
    """Whose alerts a signed link ends. Raises BadSignature or User.DoesNotExist."""
    return User.objects.active().get(hex_id=_signer().unsign(token))


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(salt="papers.saved_search.stop")
