"""How fresh the site is, at hours in New York. March 2026: the 2nd is a Monday, the 6th a Friday."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from papers import freshness
from papers.freshness import Freshness, State
from papers.models import Batch, Category

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")


def new_york(day: str, hour: str = "00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=NEW_YORK)


@pytest.fixture
def filed():
    """File days of March 2026 at half past midnight of each, in New York."""

    def file(*days: int, category: str = "cs.CV") -> None:
        Category.objects.get_or_create(name=category, defaults={"title": category})
        for day in days:
            Batch.objects.create(
                category_id=category,
                day=date(2026, 3, day),
                origin="rss",
                paper_count=9,
                filed_at=new_york(f"2026-03-{day:02}", "00:30"),
            )

    return file


def of(day: str, hour: str, *categories: str) -> list[Freshness]:
    return freshness.of(categories or ["cs.CV"], new_york(day, hour))


@pytest.mark.parametrize(
    ("day", "hour", "state", "at"),
    [
        ("2026-03-05", "00:30", State.UPDATED, ("2026-03-05", "00:30")),
        ("2026-03-05", "19:59", State.UPDATED, ("2026-03-05", "00:30")),
        ("2026-03-05", "20:00", State.WAITING, ("2026-03-05", "20:00")),
        ("2026-03-06", "05:59", State.WAITING, ("2026-03-05", "20:00")),
        ("2026-03-06", "06:00", State.STALLED, ("2026-03-06", "00:00")),
        # It stays so through the weekend, and while the next day is waited for.
        ("2026-03-07", "12:00", State.STALLED, ("2026-03-06", "00:00")),
        ("2026-03-09", "01:00", State.STALLED, ("2026-03-06", "00:00")),
    ],
)
def test_a_day_is_waited_for_until_it_is_here_and_stalls_at_six(filed, day, hour, state, at):
    filed(3, 4, 5)
    [found] = of(day, hour)
    assert (found.state, found.at) == (state, new_york(*at).astimezone(UTC))


def test_a_weekend_is_quiet_until_sunday_at_eight_in_the_evening(filed):
    filed(5, 6)
    hours = [("2026-03-06", "19:59"), ("2026-03-06", "20:00"), ("2026-03-08", "19:59"), ("2026-03-08", "20:00")]
    assert [of(*hour)[0].state for hour in hours] == ["updated", "quiet", "quiet", "waiting"]
    # Daylight saving began in between.
    assert of("2026-03-07", "12:00")[0].at == datetime(2026, 3, 9, tzinfo=UTC)


def test_a_holiday_is_quiet(filed, settings):
    filed(4)
    settings.ARXIV_HOLIDAYS = [date(2026, 3, 4)]
    hours = [("2026-03-04", "19:59"), ("2026-03-04", "20:00"), ("2026-03-05", "19:59"), ("2026-03-05", "20:00")]
    assert [of(*hour)[0].state for hour in hours] == ["updated", "quiet", "quiet", "waiting"]


def test_an_older_day_that_is_missing_is_not_hidden_by_newer_ones(filed):
    filed(2, 3, 5)
    [found] = of("2026-03-05", "12:00")
    assert (found.state, found.day) == (State.STALLED, date(2026, 3, 4))


def test_days_before_the_first_are_not_missed(filed):
    filed(5)
    assert of("2026-03-05", "12:00")[0].state == State.UPDATED


def test_a_site_that_never_fetched_anything_says_so():
    found = of("2026-03-05", "12:00", "cs.CV", "cs.CL")
    assert [it.state for it in found] == [State.NEVER, State.NEVER]
    assert freshness.overall(found) == Freshness(State.NEVER, ("cs.CV", "cs.CL"), None, None)


def test_each_category_has_its_own_state_and_the_site_the_gravest(filed):
    filed(4, 5)
    filed(4, category="cs.CL")
    found = of("2026-03-05", "07:00", "cs.CV", "cs.CL", "cs.LG")
    assert [it.state for it in found] == [State.UPDATED, State.STALLED, State.NEVER]
    site = freshness.overall(found)
    assert (site.state, site.categories, site.day) == (State.STALLED, ("cs.CL",), date(2026, 3, 5))


def test_the_site_was_updated_when_its_last_category_was(filed):
    filed(5)
    filed(5, category="cs.CL")
    at = new_york("2026-03-05", "00:50")
    Batch.objects.filter(category="cs.CL").update(filed_at=at)
    assert freshness.overall(of("2026-03-05", "07:00", "cs.CV", "cs.CL")).at == at


def test_a_batch_tells_how_far_it_was_behind_arxiv(filed):
    filed(5)
    assert Batch.objects.get().delay.total_seconds() == 4.5 * 3600


def test_it_costs_the_same_queries_however_many_categories_there_are(filed, django_assert_num_queries):
    names = ["cs.CV", "cs.CL", "cs.LG", "cs.AI", "stat.ML"]
    for name in names:
        filed(2, 3, 4, 5, category=name)
    with django_assert_num_queries(2):
        of("2026-03-05", "12:00", *names)
