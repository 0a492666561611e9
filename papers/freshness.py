"""How fresh the site is: whether arXiv has announced what is not here yet, and whether that is as it should be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.conf import settings

from papers.arxiv.calendar import Calendar
from papers.models import Batch

# The feeds show a day from midnight in New York on, now and then some hours later; a feed that still shows the day
# before at three is passed over for the list page. What neither has brought by six is a fault, here or there.
GRACE = timedelta(hours=6)
# Missing days are looked for this far back: longer than any outage that a site survives, and 250 rows a category.
LOOK_BACK = timedelta(days=400)


class State(StrEnum):
    """In the order in which one outweighs another for the site as a whole."""

    STALLED = "stalled"
    WAITING = "waiting"
    QUIET = "quiet"
    UPDATED = "updated"
    # The site as a whole is this only where every category is: one just added to the settings is asked at once.
    NEVER = "never"


@dataclass(frozen=True)
class Freshness:
    """The state of some categories since the aware time `at`.

    STALLED: a day should have been here since `at`. WAITING: arXiv announced at `at` what is not here yet. QUIET:
    nothing is missing, and arXiv announces again at `at`. UPDATED: the newest day is here since `at`. NEVER: nothing
    was ever filed, and `at` is None. `day` is the first that is missing, or else the newest that is here.
    """

    state: State
    categories: tuple[str, ...]
    at: datetime | None
    day: date | None


def calendar() -> Calendar:
    """arXiv's calendar with the holidays that the operator has named."""
    return Calendar(settings.ARXIV_HOLIDAYS)


def days(now: datetime) -> list[date]:
    """The days that have been announced at `now`, as far back as missing ones are looked for."""
    known = calendar()
    newest = known.newest(now)
    return known.days(newest - LOOK_BACK, newest)


def of(categories: Sequence[str], now: datetime) -> list[Freshness]:
    """How fresh each category is at the aware time `now`; two queries, however many there are."""
    missing = Batch.objects.missing(categories, days(now))
    newest = Batch.objects.newest(categories)
    return [_of(category, now, missing[category], newest.get(category)) for category in categories]


def overall(found: Sequence[Freshness]) -> Freshness:
    """The state of the site: the gravest of its categories', with those that are in it, since the earliest of them."""
    gravest = min((it.state for it in found), key=list(State).index, default=State.NEVER)
    same = [it for it in found if it.state == gravest]
    categories = tuple(name for it in same for name in it.categories)
    times = [it.at for it in same if it.at]
    at = (max if gravest == State.UPDATED else min)(times, default=None)
    return Freshness(gravest, categories, at, min((it.day for it in same if it.day), default=None))


def _of(category: str, now: datetime, missing: list[date], newest: Batch | None) -> Freshness:
    known = calendar()
    if newest is None:
        return Freshness(State.NEVER, (category,), None, None)
    if missing:
        due_at = known.rendered_at(missing[0])
        if now >= due_at + GRACE:
            return Freshness(State.STALLED, (category,), due_at, missing[0])
        return Freshness(State.WAITING, (category,), known.announced_at(missing[0]), missing[0])
    if known.is_quiet(now):
        return Freshness(State.QUIET, (category,), known.announced_at(known.next(now)), newest.day)
    return Freshness(State.UPDATED, (category,), newest.filed_at, newest.day)
