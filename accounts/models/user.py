"""A member: signs in by email address, is known by a handle."""

import zoneinfo
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.urls import reverse

from accounts.hex_id import HexIdField

# Handles stand in addresses beside pages of the site itself.
RESERVED_HANDLES = frozenset(
    [
        "about",
        "account",
        "accounts",
        "admin",
        "administrator",
        "all",
        "anonymous",
        "api",
        "daily",
        "everyone",
        "feed",
        "help",
        "me",
        "moderation",
        "moderator",
        "new",
        "null",
        "papers",
        "privacy",
        "root",
        "settings",
        "site",
        "staff",
        "support",
        "system",
        "undefined",
    ]
)


# Accounts that were deleted are called so, see User.delete_account.
DELETED_PREFIX = "deleted-"


def validate_handle(handle: str) -> None:
    if handle.lower() in RESERVED_HANDLES or handle.lower().startswith(DELETED_PREFIX):
        raise ValidationError("This name is kept for the site itself. Please choose another.")


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is no time zone. Write it like Europe/Paris.")


def time_zones() -> list[str]:
    """Those that are named after a place, to choose from."""
    return sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))


class UserManager(DjangoUserManager["User"]):
    """Makes accounts outside the sign-up page.

    The first administrator: `manage.py createsuperuser` asks for handle, email address and password. Who sits at the
    server's terminal needs no mail to prove an address, so that account signs in on the site's own page at once.
    """

    def active(self):
        return self.filter(is_active=True)

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """All in lower case, domain or not: no mail service tells ada@ from Ada@, and sign-in must not either."""
        return super().normalize_email(email).lower()

    def create_superuser(self, username, email=None, password=None, **fields) -> "User":
        with transaction.atomic():
            user = super().create_superuser(username, email, password, **fields)
            user.clean_fields(exclude=["password"])  # With --noinput, nothing else has looked at them.
            user.verify_email()
        return user


class User(AbstractUser):
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    hex_id = HexIdField()
    username = models.CharField(
        "handle",
        max_length=39,
        unique=True,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9]))*\Z",
                "Use letters, digits, and single hyphens or underscores between them.",
            ),
            validate_handle,
        ],
        help_text="Your name in addresses: letters, digits, single hyphens and underscores.",
        error_messages={"unique": "This handle is taken."},
    )
    email = models.EmailField("email address", help_text="Never shown to anyone.")
    full_name = models.CharField("name", max_length=80, blank=True, help_text="As others should read it.")
    about = models.TextField(max_length=600, blank=True, help_text="A few words about you, up to 600 characters.")
    homepage = models.URLField(blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, validators=[validate_time_zone], help_text="Such as Europe/Paris; empty: the site's."
    )
    is_feed_personal = models.BooleanField(
        "For you", default=True, help_text="A feed of your own, learned from your upvotes, that only you see."
    )

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [
            # Upper, because that is what iexact compares: this is its index, too.
            models.UniqueConstraint(
                Upper("username"), name="user_handle_unique", violation_error_message="This handle is taken."
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=~Q(email=""),  # Deleted accounts have none.
                name="user_email_unique",
                violation_error_message="This address is taken.",
            ),
            models.CheckConstraint(
                condition=Q(email=Lower(F("email"))),
                name="user_email_in_lower_case",
                violation_error_message="Write the address in lower case.",
            ),
        ]

    def __str__(self):
        return self.username

    def get_absolute_url(self):
        return reverse("accounts:profile", args=[self.username])

    def get_full_name(self) -> str:
        return self.full_name or self.username

    def get_short_name(self) -> str:
        return self.username

    def verify_email(self) -> None:
        """Take the account's address as proven without a mail: for accounts that an operator makes."""
        self.emailaddress_set.update_or_create(  # type: ignore[attr-defined]
            email=self.email, defaults={"verified": True, "primary": True}
        )

    @property
    def verified_email(self) -> str:
        """The address that a mail may go to; "" without one that is proven."""
        address = self.emailaddress_set.filter(verified=True, primary=True).first()  # type: ignore[attr-defined]
        return address.email if address and self.is_active else ""

    def lock(self) -> bool:
        """Keep this member's other votes and their leaving waiting until the transaction ends.

        Returns whether the account is still active. Whoever locks papers or votes too locks the member first.
        """
        return User.objects.select_for_update(no_key=True).filter(pk=self.pk).values_list("is_active", flat=True).get()

    def delete_account(self) -> None:
        """Leave for good: the row stays, so that what others built on it holds, but nothing in it says who it was.

        Upvotes are withdrawn, what was kept in private is erased; what was submitted stays, by "a former member", and
        what was asked for, by nobody. Every session ends, no link in an old mail works any more, and handle and address are free for a new account.
        """
        with transaction.atomic():
            self.lock()
            self.upvotes.withdraw()
            # The alerts first: whoever sends one goes on to its searches.
            for private in (self.alerts, self.saved_searches, self.dismissals):
                private.all().delete()
            self.wanted_papers.update(asked_by=None)
            self.emailaddress_set.all().delete()  # type: ignore[attr-defined]
            self.username, self.email, self.full_name = f"{DELETED_PREFIX}{self.hex_id}", "", "A former member"
            self.about = self.homepage = self.time_zone = ""
            self.is_active = self.is_staff = self.is_superuser = False
            self.set_unusable_password()
            self.save()
            self.groups.clear()
            self.user_permissions.clear()
