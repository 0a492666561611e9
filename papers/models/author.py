"""Who wrote a paper: an authorship is a printed name's place on it, an author the normalised name behind many."""

import hashlib
import re
from functools import lru_cache

from django.db import models
from django.db.models import F, Func, Value
from django.urls import reverse
from slugify import slugify

from accounts.hex_id import HexIdField

from .paper import Paper
from .person import Person

SLUG_LIMIT = 110
# Slugify needs twenty times as long, for what most names don't have.
_PLAIN_NAME = re.compile(r"[A-Za-z0-9 .'-]{1,100}")
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=20_000)
def author_slug(name: str) -> str:
    """The normalised name: Łukasz Kaiser and Lukasz Kaiser are one author until someone splits them."""
    if _PLAIN_NAME.fullmatch(name):
        slug = _BETWEEN_WORDS.sub("-", name.lower()).strip("-")
    else:
        # Named, because "auto" looks for another one that isn't there, on the disk, each time.
        slug = slugify(name, max_length=SLUG_LIMIT, backend="text-unidecode")
    return slug or "author-" + hashlib.sha1(name.encode(errors="replace")).hexdigest()[:10]


# What stands last in the slug, for who types only that.
SURNAME = Func(F("slug"), Value("[^-]+$"), function="substring", output_field=models.CharField(db_collation="C"))


class Author(models.Model):
    # In the order of its bytes, so that the unique index also finds what begins with some letters.
    slug = models.SlugField(max_length=120, db_index=False, db_collation="C")
    name = models.CharField(max_length=300)

    class Meta:
        ordering = ["name"]
        # Not `unique=True`, for which Django makes another index, to search by beginnings.
        constraints = [models.UniqueConstraint(fields=["slug"], name="author_slug_unique")]
        indexes = [models.Index(SURNAME, name="author_surname")]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("papers:author", args=[self.slug])


class AuthorshipQuerySet(models.QuerySet):
    def shown(self):
        """As printed on the paper, without those whom the source hides."""
        return self.filter(is_hidden=False).select_related("author", "person").order_by("position")


class Authorship(models.Model):
    # The indexes that begin with them serve, here and below.
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="authorships", db_index=False)
    author = models.ForeignKey(Author, models.PROTECT, related_name="authorships", db_index=False)
    position = models.PositiveIntegerField(help_text="From 0, as printed.")
    name = models.CharField(max_length=300, help_text="As printed.")
    affiliation = models.CharField(max_length=500, blank=True)
    # Unique on its paper only: a source's mistake elsewhere must not keep a paper out.
    hex_id = HexIdField(unique=False)
    is_hidden = models.BooleanField(default=False)
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="authorships", db_index=False
    )
    person_status = models.CharField(max_length=40, blank=True, help_text="What the source says of the claim.")
    person_status_changed_at = models.DateTimeField(null=True, blank=True)

    objects = AuthorshipQuerySet.as_manager()

    class Meta:
        ordering = ["paper", "position"]
        indexes = [
            models.Index(fields=["author", "paper"], name="authorship_of_author"),
            models.Index(fields=["person"], name="authorship_of_person", condition=models.Q(person__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["paper", "position"], name="authorship_position_unique"),
            models.UniqueConstraint(fields=["paper", "hex_id"], name="authorship_hex_id_unique"),
        ]

    def __str__(self):
        return self.name
