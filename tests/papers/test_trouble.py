"""Whatever goes wrong for two weeks, in the end every paper stands under its day and category."""

import random
from datetime import date, datetime, timedelta

import pytest

from papers.arxiv.calendar import NEW_YORK
from papers.models import Batch, Listing
from tests.conftest import IS_LONG
from tests.papers.arxiv_pages import Paper
from tests.papers.invented_march import CATEGORIES, march, ring
from tests.papers.simulated_arxiv import CALENDAR, Fault, SimulatedArxiv

pytestmark = pytest.mark.django_db
PLACES = ["/atom/", "/list/", "/oai", "/new", "/pastweek", "cs.CV", "cs.CL", "/atom/cs.CV", "/list/cs.CL"]


def papers_of(day: date, chance: random.Random) -> list[Paper]:
    """Some papers of a day, mostly of both categories; sometimes these have none, but arXiv as a whole always has."""
    first = (day - date(2026, 2, 1)).days * 100
    made = [Paper(f"2603.{first + 99:05}", "The last of the day", ("Ann A",), "We show it.", ("cs.RO",))]
    for number in range(first, first + chance.choice([1, 3, 12])):
        categories = chance.choice([("cs.CV",), ("cs.CL",), ("cs.CV", "cs.CL"), ("cs.CL", "cs.CV"), ("cs.RO", "cs.CV")])
        made.append(Paper(f"2603.{number:05}", f"Paper {number}", ("Ann A",), "We show it.", categories))
    return made


def trouble(chance: random.Random) -> Fault:
    """A place that shows old pages, or none at all, for some hours or days."""
    since = march(3) + timedelta(hours=chance.randrange(14 * 24))
    until = since + timedelta(hours=chance.choice([1, 5, 24, 50, 100]))
    shown = since - timedelta(hours=chance.choice([0, 12, 30])) if chance.random() < 0.6 else None
    return Fault(chance.choice(PLACES), since, until, shown=shown, is_dated_now=chance.random() < 0.5)


def bells(chance: random.Random) -> list[datetime]:
    """Twice an hour until the 25th, but for some hours or days in which the workers are down."""
    every = [march(3) + timedelta(minutes=30) * step for step in range(22 * 48)]
    for _ in range(chance.randrange(3)):
        since = march(3) + timedelta(hours=chance.randrange(10 * 24))
        until = since + timedelta(hours=chance.choice([5, 30, 100, 200]))
        every = [now for now in every if not since <= now < until]
    # What nothing can happen in is left out: most of the day, once two weeks are over.
    return [now for now in every if now.astimezone(NEW_YORK).hour in (0, 3, 7, 12, 22)]


@pytest.mark.parametrize("seed", range(100 if IS_LONG else 2))
def test_in_the_end_everything_is_filed(seed, settings):
    chance = random.Random(seed)
    days = CALENDAR.days(date(2026, 2, 24), date(2026, 3, 31))
    quiet = set(
        chance.sample([day for day in days if date(2026, 3, 5) <= day <= date(2026, 3, 17)], chance.randrange(2))
    )
    arxiv = SimulatedArxiv(
        {day: papers_of(day, chance) for day in days if day not in quiet}, CATEGORIES, is_lively=True
    )
    arxiv.faults = [trouble(chance) for _ in range(chance.randrange(8))]
    with arxiv.standing_in(settings):
        ring(*bells(chance))
    for category in CATEGORIES:
        origins = dict(Batch.objects.filter(category=category).values_list("day", "origin"))
        assert min(origins) <= date(2026, 3, 18)
        rows = Listing.objects.filter(category=category, kind__in=["new", "cross"])
        found = {(name, kind, day) for name, kind, day in rows.values_list("paper__arxiv_id", "kind", "day")}
        assert len(found) == len({name for name, *_ in found})
        true = {
            (name, kind, day)
            for day in arxiv.days
            if min(origins) <= day <= date(2026, 3, 24)
            for name, kind in arxiv.arrivals(category, day).items()
        }
        by_id = {each for each in true - found if may_stand_under_its_id(arxiv, *each, origins)}
        announced = {paper.arxiv_id: changes[0].day for paper, changes in arxiv.changes.items()}
        found = {each for each in found if each[2] <= date(2026, 3, 24)}
        assert found == true - by_id | {(name, kind, announced[name]) for name, kind, _ in by_id}, category


def may_stand_under_its_id(arxiv: SimulatedArxiv, name: str, kind: str, day: date, origins: dict[date, str]) -> bool:
    """OAI-PMH doesn't say when a paper was cross-listed that is itself known by OAI-PMH only."""
    first = next(changes[0].day for paper, changes in arxiv.changes.items() if paper.arxiv_id == name)
    return kind == "cross" and origins.get(day) == origins.get(first) == "oai"
