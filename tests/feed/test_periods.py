import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from feed.periods import Day, Month, Week, feed_day, next_digest_hour, today

KINDS = pytest.mark.parametrize("kind", [Day, Week, Month])
dates = st.dates(date(1992, 1, 1), date(2098, 12, 31))


@KINDS
@given(day=dates)
def test_a_period_holds_its_day_and_is_found_again_by_its_address(kind, day):
    period = kind.containing(day)
    assert day in period
    assert kind.parse(period.slug) == period


@KINDS
@given(day=dates)
def test_neighbours_touch_without_gap_or_overlap(kind, day):
    period = kind.containing(day)
    assert period.next().start == period.end
    assert period.previous().end == period.start
    assert period.next().previous() == period


@pytest.mark.parametrize(
    ("kind", "slug"),
    [
        (Day, "2026-02-30"),
        (Day, "1066-10-14"),
        (Day, "9999-12-31"),
        (Week, "2025-W53"),
        (Week, "2026-W00"),
        (Month, "2026-13"),
        (Month, "0000-01"),
    ],
)
def test_what_is_no_date_is_no_period(kind, slug):
    with pytest.raises(ValueError, match=r"."):
        kind.parse(slug)


def test_the_first_week_of_2026_begins_in_2025():
    assert Week.parse("2026-W01").start == date(2025, 12, 29)
    assert Week.parse("2026-W01").title == "Week 1 of 2026: December 29, 2025 – January 4, 2026"


@time_machine.travel(datetime(2026, 8, 21, 12, tzinfo=UTC), tick=False)
def test_the_year_is_left_out_when_it_is_this_year():
    assert Day(date(2026, 8, 21)).short_title == "Friday, Aug 21"
    assert Day(date(2025, 8, 21)).short_title == "Thu, Aug 21, 2025"
    assert Week.parse("2026-W34").short_title == "Aug 17 – 23"
    assert Week.parse("2025-W01").short_title == "Dec 30 – Jan 5, 2025"
    assert Month.parse("2026-08").title == "August 2026"


@time_machine.travel(datetime(2026, 8, 21, 23, 30, tzinfo=UTC), tick=False)
def test_a_feed_day_is_a_date_in_the_sites_time_zone(settings):
    settings.FEED_TIME_ZONE = "Asia/Tokyo"
    assert today() == date(2026, 8, 22)
    assert feed_day(datetime(2026, 8, 21, 14, 59, tzinfo=UTC)) == date(2026, 8, 21)


@time_machine.travel(datetime(2026, 8, 21, tzinfo=UTC), tick=False)
def test_only_what_has_not_begun_is_future():
    assert not Week.current().is_future
    assert Week.current().next().is_future
    assert Day(today() + timedelta(days=1)).is_future
    assert Month.current().is_current


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour", "after", "strikes"),
    [
        ("Europe/Paris", 8, "2026-01-05 06:59", "2026-01-05 07:00"),
        ("Europe/Paris", 8, "2026-01-05 07:00", "2026-01-06 07:00"),
        # By the reader's own date, which may be another one than in UTC.
        ("Asia/Tokyo", 8, "2026-01-05 22:59", "2026-01-05 23:00"),
        ("Pacific/Honolulu", 23, "2026-01-05 08:59", "2026-01-05 09:00"),
        ("Asia/Kathmandu", 8, "2026-01-05 00:00", "2026-01-05 02:15"),
        # The site's.
        ("", 8, "2026-01-05 13:30", "2026-01-05 14:00"),
        # Midnight, and the end of the year.
        ("Europe/Paris", 0, "2026-12-31 23:00", "2027-01-01 23:00"),
        # Summer time: the hour is the same on the wall.
        ("Europe/Paris", 8, "2026-03-28 07:00", "2026-03-29 06:00"),
        ("Europe/Paris", 8, "2026-10-24 06:00", "2026-10-25 07:00"),
        # 2:00 is left out that morning: it strikes when it would have.
        ("America/New_York", 2, "2026-03-08 06:59", "2026-03-08 07:00"),
        ("America/New_York", 2, "2026-03-08 07:00", "2026-03-09 06:00"),
        # 1:00 comes twice: the first counts, and between the two there is none.
        ("America/New_York", 1, "2026-11-01 04:59", "2026-11-01 05:00"),
        ("America/New_York", 1, "2026-11-01 05:30", "2026-11-02 06:00"),
        # Samoa had no December 30 in 2011.
        ("Pacific/Apia", 8, "2011-12-29 18:00", "2011-12-30 18:00"),
        ("Pacific/Apia", 8, "2011-12-30 18:00", "2011-12-31 18:00"),
    ],
)
def test_the_digests_hour_strikes_once_a_day_by_the_readers_clock(settings, zone, hour, after, strikes):
    settings.FEED_TIME_ZONE, settings.DIGEST_HOUR = "America/Chicago", hour
    assert next_digest_hour(zone, utc(after)) == utc(strikes)


@given(
    zone=st.sampled_from(sorted(zoneinfo.available_timezones())),
    after=st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
)
def test_it_strikes_after_the_moment_and_within_a_day_and_an_hour(zone, after):
    moment = next_digest_hour(zone, after)
    assert after < moment <= after + timedelta(hours=26)
    assert moment.tzinfo is UTC
