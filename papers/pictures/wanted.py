"""Which pictures are to be here: of papers whose licence allows it, of organizations, of people who submitted something.

All of them are gone through each time, so that a licence, an address or a setting that changed needs no message.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from papers.models import Organization, Paper, Person, Picture
from papers.models.picture import MOST, address_digest

# Hugging Face's share cards, which show a title and no picture: the drawn cover is better.
SHARE_CARDS = "cdn-thumbnails.huggingface.co"
BATCH_SIZE = 500
# Whoever has a picture.
Owner = Paper | Person | Organization


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose picture may come from which addresses, the best one first; `picture` is the one it has."""

    model: type[Owner]
    pk: int
    urls: tuple[str, ...]
    use: Picture.Use
    day: date | None
    picture: int | None


def gather() -> int:
    """Make a row of each picture that is wanted and not known yet; return how many."""
    wanted: dict[str, Wish] = {}
    for wish in _wishes():
        for url in wish.urls:
            known = wanted.get(url)
            if known is None or (wish.day and (known.day is None or wish.day > known.day)):
                wanted[url] = wish
    for url in Picture.objects.values_list("url", flat=True).iterator():
        wanted.pop(url, None)
    made = [Picture(url=url, digest=address_digest(url), use=it.use, day=it.day) for url, it in wanted.items()]
    Picture.objects.bulk_create(made, ignore_conflicts=True, batch_size=BATCH_SIZE)
    return len(made)


def assign() -> int:
    """Give each paper, person and organization the first of its pictures that is here; return how many got another."""
    rows = Picture.objects.filter(state=Picture.State.STORED).values_list("url", "use", "pk")
    stored = {(url, use): pk for url, use, pk in rows.iterator()}
    moved: dict[type[Owner], dict[int, int | None]] = {Paper: {}, Person: {}, Organization: {}}
    for wish in _wishes():
        found = (stored[url, wish.use] for url in wish.urls if (url, wish.use) in stored)
        picture = next(found, None)
        if picture != wish.picture:
            moved[wish.model][wish.pk] = picture
    for model, pictures in moved.items():
        _move(model, pictures)
    return sum(map(len, moved.values()))


def forget() -> int:
    """Delete the rows that nobody wants any more; return how many. Their files are swept later."""
    wanted = {url for wish in _wishes() for url in wish.urls}
    gone = [pk for pk, url in Picture.objects.values_list("pk", "url").iterator() if url not in wanted]
    for start in range(0, len(gone), BATCH_SIZE):
        Picture.objects.filter(pk__in=gone[start : start + BATCH_SIZE]).delete()
    return len(gone)


def _wishes() -> Iterator[Wish]:
    papers = Paper.objects.visible().with_open_media().annotate(day=TruncDate(Coalesce("featured_at", "published_at")))
    for pk, urls, day, picture in papers.values_list("pk", "media_urls", "day", "picture_id").iterator():
        urls = tuple(url for url in urls[:MOST] if urlsplit(url).hostname != SHARE_CARDS)
        yield Wish(Paper, pk, urls, Picture.Use.MEDIA, day, picture)
    # Of the many who wrote a paper no page shows a face.
    people = Person.objects.filter(entries__hidden_at=None, entries__isnull=False).distinct()
    for model, owners in ((Person, people), (Organization, Organization.objects.all())):
        # A vector graphic is a program; Hugging Face draws one for whoever has no picture.
        owners = owners.exclude(avatar_url="").exclude(avatar_url__iendswith=".svg")
        for pk, url, day, picture in owners.values_list("pk", "avatar_url", "seen_on", "picture_id").iterator():
            yield Wish(model, pk, (url,), Picture.Use.AVATAR, day, picture)


def _move(model: type[Owner], pictures: dict[int, int | None]) -> None:
    keys = sorted(pictures)
    for start in range(0, len(keys), BATCH_SIZE):
        with transaction.atomic():
            # Locked in the order in which all who lock papers do.
            batch = keys[start : start + BATCH_SIZE]
            owners = list(model.objects.filter(pk__in=batch).select_for_update(no_key=True).order_by("pk"))
            for owner in owners:
                owner.picture_id = pictures[owner.pk]
            model.objects.bulk_update(owners, ["picture"])
            if model is Paper:
                Paper.objects.filter(pk__in=batch).update(modified_at=timezone.now())
