"""Tells the operators when a source has fallen silent on a working day, once, and again when it is back.

A site whose steps all report success can still lose whole days: so what is watched is not errors but what should have
come and didn't.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.mail import compose
from papers import freshness, lookup, stars, summaries
from papers.models import Picture, Run, Source

logger = logging.getLogger(__name__)

# How long a source may be without success while there is something to do. What runs nightly gets a morning on top of its
# day, what runs every half hour six hours: shorter outages are daily bread and mend themselves.
PATIENCE = {
    Source.Name.HARVEST: timedelta(hours=30),
    Source.Name.BACKFILL: timedelta(hours=24),
    Source.Name.LOOKUP: timedelta(hours=24),
    Source.Name.HUGGINGFACE: timedelta(hours=6),
    Source.Name.GITHUB: timedelta(hours=48),
    Source.Name.PICTURES: timedelta(hours=24),
    Source.Name.SUMMARIZER: timedelta(hours=24),
}
# How long the mirror's runs may bring no row at all: each asks for the last three days too, so that by then three working
# days at least have stayed empty.
EMPTY = timedelta(days=3)
# A walk's runs end well wherever time is up: what counts is when it last came to the present or, where that is years
# away, when it last did another window.
WALKS = {Source.Name.HARVEST: "done_at", Source.Name.BACKFILL: "moved_at"}
# Seen silent twice in a row, an hour apart: a machine that was switched off for days gets time to catch up first.
REMEMBERED = timedelta(hours=3)


@dataclass(frozen=True)
class Silence:
    """A source should have brought something since the aware time `since`; `reason` is a sentence for operators."""

    since: datetime
    reason: str


def look() -> None:
    """Mail what has changed since the last look; nothing on weekends and arXiv's holidays.

    Of two looks at once one does it. A mail that can't be sent is tried again at the next look.
    """
    now = timezone.now()
    if freshness.calendar().is_quiet(now):
        return
    for name in Source.Name:
        silence = silence_of(name, now)
        try:
            _tell(name, silence if _is_seen_again(name, silence) else None, is_over=silence is None)
        except (SMTPException, OSError) as error:
            logger.error("The operators could not be told about %s, which is tried again: %s", name, error)


def silence_of(name: Source.Name, now: datetime) -> Silence | None:
    """What is wrong with a source at the aware time `now`, None where nothing is."""
    if name == Source.Name.LISTING:
        return _stalled(now)
    since = _last_success(name)
    if since is None or not _is_wanted(name):
        return None
    if now - since >= PATIENCE[name]:
        if name in WALKS:
            return Silence(since, "It has come no further since then, whether its runs end well or not.")
        return Silence(since, "No run of it has come to a good end since then.")
    return _empty(now) if name == Source.Name.HUGGINGFACE else None


def _empty(now: datetime) -> Silence | None:
    """Whether the mirror answers, but with nothing."""
    runs = Run.objects.of(Source.Name.HUGGINGFACE)
    # The first of all runs, where none has brought anything yet.
    found = runs.filter(fetched_count__gt=F("refused_count")).first() or runs.last()
    if found is None or now - found.started_at < EMPTY:
        return None
    return Silence(found.started_at, "Its runs come to a good end, but none has brought a paper since then.")


def _stalled(now: datetime) -> Silence | None:
    each = freshness.of(settings.ARXIV_CATEGORIES, now)
    found = freshness.overall(each)
    if found.state == freshness.State.STALLED and found.at:
        return Silence(
            found.at,
            f"arXiv's list of {found.day:%B %-d, %Y} should be here since then, and is not, for {', '.join(found.categories)}.",
        )
    since = _last_success(Source.Name.LISTING)
    never = [name for it in each if it.state == freshness.State.NEVER for name in it.categories]
    if never and found.state != freshness.State.NEVER:
        return Silence(now, f"No list of {', '.join(never)} was ever filed, though others are.")
    if found.state == freshness.State.NEVER and since and now - since > timedelta(days=1):
        return Silence(since, "It has been asked since then, and no list was ever filed.")
    return None


def _last_success(name: Source.Name) -> datetime | None:
    """When it last did what it is for; when the site began to ask anybody, where it never did."""
    if name in WALKS:
        if arrived_at := _position(name).get(WALKS[name]):
            return datetime.fromisoformat(arrived_at)
    elif finished := Run.objects.of(name).finished().first():
        return finished.finished_at
    return Run.objects.order_by("started_at").values_list("started_at", flat=True).first()


def _position(name: Source.Name) -> dict:
    return Source.objects.filter(pk=name).values_list("position", flat=True).first() or {}


def _is_wanted(name: Source.Name) -> bool:
    match name:
        case Source.Name.BACKFILL:
            return settings.ARXIV_BACKFILL and not _position(name).get("done_at")
        case Source.Name.LOOKUP:
            return lookup.left() > 0
        case Source.Name.HUGGINGFACE:
            return settings.MIRROR_HUGGINGFACE
        case Source.Name.GITHUB:
            return stars.due().exists()
        case Source.Name.PICTURES:
            return Picture.objects.due().exists()
        case Source.Name.SUMMARIZER:
            return bool(settings.SUMMARIZER_URL and summaries.left_today() > 0 and summaries.next_papers(1))
        case _:
            return True


def _is_seen_again(name: Source.Name, silence: Silence | None) -> bool:
    key = f"silent:{name}"
    if silence is None:
        cache.delete(key)
        return False
    is_known = cache.get(key) is not None
    cache.set(key, True, REMEMBERED.total_seconds())
    return is_known


@transaction.atomic
def _tell(name: Source.Name, silence: Silence | None, *, is_over: bool) -> None:
    Source.objects.get_or_create(name=name)
    source = Source.objects.select_for_update().get(name=name)
    if silence and source.alerted_at is None:
        source.alerted_at = timezone.now()
        logger.error("%s has been silent since %s: %s", name, silence.since.isoformat(), silence.reason)
        _mail(source, "silent", silence=silence)
    elif is_over and source.alerted_at:
        logger.warning("%s is back", name)
        _mail(source, "back", alerted_at=source.alerted_at)
        source.alerted_at = None
    else:
        return
    source.save(update_fields=["alerted_at"])


def _mail(source: Source, template: str, **more) -> None:
    page = f"{reverse('admin:papers_run_overview')}?source__exact={source.name}"
    context = {"source": source, "run": Run.objects.of(source.name).first(), "page": page, **more}
    message = compose(f"papers/mail/{template}.html", context, to=[address for _, address in settings.ADMINS])
    message.subject, message.from_email = settings.EMAIL_SUBJECT_PREFIX + message.subject, settings.SERVER_EMAIL
    # To nobody where there are no operators.
    message.send()
