"""An invented March of 2026, which begins on a Sunday: what arXiv announces in it, and what is here of that."""

from collections import Counter
from datetime import date, datetime, timedelta

import time_machine

from papers import announcements, filing
from papers.arxiv.calendar import NEW_YORK
from papers.models import Batch, Listing
from tests.papers.arxiv_pages import Paper
from tests.papers.simulated_arxiv import CALENDAR, SimulatedArxiv

CATEGORIES = ("cs.CL", "cs.CV")


def march(day: int, hour: str = "00:10") -> datetime:
    """A time in New York."""
    return datetime.fromisoformat(f"2026-03-{day:02}T{hour}").replace(tzinfo=NEW_YORK)


def paper(number: int, *categories: str) -> Paper:
    return Paper(f"2603.{number:05}", f"Paper {number}", ("Ann A",), "We show it.", categories)


def of_day(day: date) -> list[Paper]:
    """Ten papers of a day in each category, and one that is in both; their numbers begin with the day's."""
    first = (day - date(2026, 2, 27)).days * 100
    both = [paper(first, "cs.CV", "cs.CL")]
    return both + [paper(first + number, CATEGORIES[number % 2]) for number in range(1, 21)]


def ring(*times: datetime) -> None:
    for now in times:
        with time_machine.travel(now, tick=False):
            announcements.collect()


def make() -> SimulatedArxiv:
    days = CALENDAR.days(date(2026, 3, 2), date(2026, 3, 31))
    return SimulatedArxiv({day: of_day(day) for day in days}, CATEGORIES)


def every_ten_minutes(first: datetime, last: datetime) -> list[datetime]:
    return [first + timedelta(minutes=10) * step for step in range((last - first) // timedelta(minutes=10) + 1)]


def listed(category: str, day: int) -> dict[str, str]:
    """What came into a category on a day: ids and kinds."""
    rows = Listing.objects.filter(category=category, day=date(2026, 3, day), kind__in=filing.ARRIVALS)
    return dict(rows.values_list("paper__arxiv_id", "kind"))


def filed(category: str = "cs.CV") -> dict[int, str]:
    """The days of March that are filed, and what told."""
    return {batch.day.day: batch.origin for batch in Batch.objects.filter(category=category).order_by("day")}


def asked(arxiv: SimulatedArxiv) -> Counter:
    """How often each of arXiv's pages has been asked for so far."""
    return Counter(exchange.path for exchange in arxiv.server.log)
