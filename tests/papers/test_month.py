"""A month of announcements, hour by hour: every paper under its day and category, and the right state at each hour."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from papers import announcements, freshness
from papers.arxiv.calendar import NEW_YORK
from papers.models import Batch, Listing, Paper
from tests.conftest import IS_LONG
from tests.papers.simulated_arxiv import CALENDAR, Fault, SimulatedArxiv, recorded_papers

pytestmark = pytest.mark.django_db
CATEGORIES = ("cs.AI", "cs.CL", "cs.CV")
LETTERS = {"U": "updated", "W": "waiting", "Q": "quiet", "S": "stalled", "N": "never"}

# From each hour in New York on: the state of cs.AI, cs.CL and cs.CV.
NOVEMBER = """
Thu 10-30 09:00  N N N  nothing was ever fetched
Thu 10-30 10:00  U U U  the workers' first bell: arXiv's list of the newest day says which it is
Thu 10-30 20:00  W W W
Fri 10-31 00:00  U U U
Fri 10-31 20:00  Q Q Q  a weekend; the clocks go back on Sunday at two
Sun 11-02 20:00  W W W
Mon 11-03 00:00  U U U
Mon 11-03 20:00  W W W
Tue 11-04 00:00  W U U  nothing of cs.AI was announced: only its list can tell that from a stale feed
Tue 11-04 03:00  U U U
Tue 11-04 20:00  W W W
Wed 11-05 00:00  U W U  for two days, the feed of cs.CL shows Tuesday's papers
Wed 11-05 03:00  U U U  its list tells
Wed 11-05 20:00  W W W
Thu 11-06 00:00  U W U
Thu 11-06 03:00  U U U
Thu 11-06 20:00  W W W
Fri 11-07 00:00  U U U
Fri 11-07 20:00  Q Q Q
Sun 11-09 20:00  W W W
Mon 11-10 00:00  U U U
Mon 11-10 20:00  W W W  since Monday noon the workers are down, for four days
Tue 11-11 06:00  S S S
Fri 11-14 12:00  U U U  they are back
Fri 11-14 20:00  Q Q Q
Sun 11-16 20:00  W W W
Mon 11-17 00:00  U U U
Mon 11-17 20:00  W W W
Tue 11-18 00:00  U U U
Tue 11-18 20:00  W W W
Wed 11-19 00:00  W W U  until two, the feed of cs.AI shows Tuesday's papers under Wednesday's date; that of cs.CL is broken until one
Wed 11-19 01:00  W U U
Wed 11-19 02:00  U U U
Wed 11-19 20:00  W W W
Thu 11-20 00:00  U U W  all of arXiv's pages of cs.CV show Wednesday, until Sunday evening
Thu 11-20 06:00  U U S
Thu 11-20 20:00  W W S
Fri 11-21 00:00  U U S
Fri 11-21 20:00  Q Q S
Sun 11-23 20:00  W W U  its lists have what was missed, and Monday's
Mon 11-24 00:00  U U U
Mon 11-24 20:00  W W W
Tue 11-25 00:00  U U U
Tue 11-25 20:00  W W W
Wed 11-26 00:00  U U U
Wed 11-26 20:00  W W W
Thu 11-27 00:00  U U U
Thu 11-27 20:00  Q Q Q  Thanksgiving, and the weekend
Sun 11-30 20:00  W W W
Mon 12-01 00:00  U U U
Mon 12-01 20:00  W W W
Tue 12-02 00:00  U U U
"""

# The clocks go forward on the 8th. arXiv announces in an evening that the operator took for a holiday, and doesn't in
# one that nobody knew of.
MARCH = """
Wed 03-04 09:00  N N N
Wed 03-04 10:00  U U U
Wed 03-04 20:00  W W W
Thu 03-05 00:00  U U U
Thu 03-05 20:00  W W W
Fri 03-06 00:00  U U U
Fri 03-06 20:00  Q Q Q
Sun 03-08 20:00  W W W  the first in summer time
Mon 03-09 00:00  U U U
Mon 03-09 20:00  Q Q Q  the operator said so, and arXiv announced
Tue 03-10 20:00  W W W
Wed 03-11 00:00  U U U  here Tuesday's papers are missed: nobody knows
Wed 03-11 20:00  W W W  by now a week's list has told
Thu 03-12 06:00  S S S  arXiv has announced nothing
Thu 03-12 20:00  S U U  its lists show Friday and pass over Thursday; for cs.AI, which has nothing on Friday, OAI-PMH is waited for
Thu 03-12 23:00  U U U
"""


def new_york(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


@pytest.fixture
def simulate(recorded, settings):
    """Make an arXiv that announces recorded papers from a day to another, and set it in the real one's place."""
    with ExitStack() as stack:

        def make(first: date, last: date, *, silent: date | None = None) -> SimulatedArxiv:
            days = [day for day in CALENDAR.days(first, last) if day != silent]
            papers = recorded_papers(recorded / "arxiv_corpus", "2026-02-01", step=1 if IS_LONG else 12)
            arxiv = SimulatedArxiv(dict(zip(days, papers, strict=False)), CATEGORIES, is_lively=True)
            assert len(arxiv.days) == len(days)
            stack.enter_context(arxiv.standing_in(settings))
            return arxiv

        yield make


def hours(first: datetime, last: datetime) -> Iterator[datetime]:
    """Every hour that passes, also in the nights in which the clocks are set."""
    now = first.astimezone(UTC)
    while now <= last:
        yield now
        now += timedelta(hours=1)


def table(text: str, year: int) -> list[tuple[datetime, list[str]]]:
    rows = []
    for line in text.strip().splitlines():
        weekday, day, hour, *letters = line.split()[:6]
        since = new_york(f"{year}-{day}T{hour}")
        assert since.strftime("%a") == weekday
        rows.append((since, [LETTERS[letter] for letter in letters]))
    return rows


def live(
    until: str, table: list[tuple[datetime, list[str]]], *, down: tuple[str, str] = ("9999-01-01", "9999-01-01")
) -> None:
    """Ring the bell every hour, after midnight every ten minutes, and hold the states at each hour against the table."""
    wrong = []
    with time_machine.travel(table[0][0], tick=False) as clock:
        for hour in hours(table[0][0], new_york(until)):
            local = hour.astimezone(NEW_YORK)
            clock.move_to(hour)
            is_down = new_york(down[0]) <= hour < new_york(down[1])
            if not is_down and hour > table[0][0]:
                announcements.collect()
            found = [it.state.value for it in freshness.of(CATEGORIES, hour)]
            expected = [states for since, states in table if since <= hour][-1]
            if found != expected:
                wrong.append(f"{local:%a %m-%d %H:%M}: {' '.join(found)}, not {' '.join(expected)}")
            for minutes in range(10, 60, 10) if local.hour == 0 and not is_down else ():
                clock.move_to(hour + timedelta(minutes=minutes))
                announcements.collect()
    assert not wrong, "\n".join(wrong)


def check(arxiv: SimulatedArxiv, first: date, last: date, *, recovered: dict[str, list[date]]) -> None:
    """Every paper stands under its day in its category, none is lost and none is there twice.

    Replacements stand there too, but for the days of `recovered`: the list of a week has none.
    """
    for category in CATEGORIES:
        for day in [day for day in arxiv.days if first <= day <= last]:
            listings = Listing.objects.filter(category=category, day=day).values_list("paper__arxiv_id", "kind")
            arrivals = {name: kind for name, kind in listings if kind in ("new", "cross")}
            assert arrivals == arxiv.arrivals(category, day), f"{category} on {day}"
            batch = Batch.objects.get(category=category, day=day)
            assert batch.paper_count == len(arrivals)
            replaced = {name for name, kind in listings if kind.startswith("replace")}
            if day in recovered.get(category, []):
                assert replaced == set()
            else:
                assert replaced == arxiv.replacements(category, day) - arrivals.keys(), f"{category} on {day}"
    announced = {
        name
        for category in CATEGORIES
        for day in arxiv.days
        if first <= day <= last
        for name in arxiv.arrivals(category, day)
    }
    assert announced <= set(Paper.objects.values_list("arxiv_id", flat=True))
    twice = [row for row in Listing.objects.filter(kind__in=["new", "cross"]).values_list("category", "paper")]
    assert len(twice) == len(set(twice))


def test_november_with_a_holiday_stale_feeds_an_outage_and_the_end_of_summer_time(simulate):
    arxiv = simulate(date(2025, 10, 20), date(2025, 12, 2))
    arxiv.announced["cs.AI"][date(2025, 11, 4)].clear()
    arxiv.faults += [
        Fault("/atom/cs.CL", new_york("2025-11-05"), new_york("2025-11-07"), shown=new_york("2025-11-04T12:00")),
        Fault(
            "/atom/cs.AI",
            new_york("2025-11-19"),
            new_york("2025-11-19T02:00"),
            shown=new_york("2025-11-18T12:00"),
            is_dated_now=True,
        ),
        Fault("/atom/cs.CL", new_york("2025-11-19"), new_york("2025-11-19T00:25")),
        Fault("/cs.CV", new_york("2025-11-20"), new_york("2025-11-23T20:00"), shown=new_york("2025-11-19T12:00")),
    ]
    live("2025-12-02T12:00", table(NOVEMBER, 2025), down=("2025-11-10T12:00", "2025-11-14T12:00"))
    recovered = {category: [date(2025, 11, day) for day in (11, 12, 13)] for category in CATEGORIES}
    recovered["cs.CV"] += [date(2025, 11, 20), date(2025, 11, 21)]
    check(arxiv, date(2025, 10, 30), date(2025, 12, 2), recovered=recovered)


def test_march_with_the_beginning_of_summer_time_and_a_calendar_that_is_wrong_twice(simulate, settings):
    settings.ARXIV_HOLIDAYS = [date(2026, 3, 9)]
    arxiv = simulate(date(2026, 2, 25), date(2026, 3, 13), silent=date(2026, 3, 12))
    arxiv.announced["cs.AI"][date(2026, 3, 13)].clear()
    live("2026-03-13T12:00", table(MARCH, 2026))
    check(arxiv, date(2026, 3, 4), date(2026, 3, 13), recovered={name: [date(2026, 3, 10)] for name in CATEGORIES})
    silent = Batch.objects.filter(day=date(2026, 3, 12)).order_by("category").values_list("paper_count", "origin")
    assert list(silent) == [(0, "oai"), (0, "list"), (0, "list")]
