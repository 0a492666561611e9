import gzip
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv.calendar import Calendar

CALENDAR = Calendar()
NEW_YORK = ZoneInfo("America/New_York")


def new_york(day: str, hour: str) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=NEW_YORK)


class TestDays:
    def test_a_list_is_printed_from_monday_to_friday(self):
        week = CALENDAR.days(date(2026, 3, 1), date(2026, 3, 8))
        assert week == [date(2026, 3, day) for day in (2, 3, 4, 5, 6)]

    @pytest.mark.parametrize(
        ("first", "last", "missing"),
        [
            # The evenings that arXiv's page names: 31 December 2024; 1 and 20 January, 19 June, 6 July, 1 September and
            # 27 November 2025; 1 and 19 January, Friday 19 June, Friday 3 July, 7 September, 26 November, Friday 25,
            # 29 and 31 December 2026.
            (date(2025, 1, 1), date(2025, 12, 1), ["01-01", "01-02", "01-21", "06-20", "07-07", "09-02", "11-28"]),
            (
                date(2026, 1, 1),
                date(2026, 12, 31),
                ["01-02", "01-20", "06-22", "07-06", "09-08", "11-27", "12-28", "12-30"],
            ),
            (date(2027, 1, 1), date(2027, 1, 5), ["01-01", "01-04"]),
        ],
    )
    def test_none_is_printed_on_the_day_after_a_holiday(self, first, last, missing):
        weekdays = {first + timedelta(n) for n in range((last - first).days + 1)}
        weekdays = {day for day in weekdays if day.isoweekday() < 6}
        quiet = sorted(weekdays - set(CALENDAR.days(first, last)))
        assert [f"{day:%m-%d}" for day in quiet] == missing

    def test_new_years_day_on_a_saturday_is_kept_on_the_friday_before(self):
        # Friday 31 December 2027: what came in until then waits for Monday's evening.
        assert CALENDAR.days(date(2027, 12, 30), date(2028, 1, 5)) == [
            date(2027, 12, 30),
            date(2027, 12, 31),
            date(2028, 1, 4),
            date(2028, 1, 5),
        ]

    def test_a_date_that_the_operator_names_is_a_holiday_too(self):
        calendar = Calendar([date(2026, 3, 3), date(2026, 3, 6)])
        assert calendar.days(date(2026, 3, 2), date(2026, 3, 10)) == [
            date(2026, 3, 2),
            date(2026, 3, 3),
            date(2026, 3, 5),
            date(2026, 3, 6),
            date(2026, 3, 10),
        ]

    def test_no_day_lies_in_a_range_that_ends_before_it_begins(self):
        assert CALENDAR.days(date(2026, 3, 6), date(2026, 3, 2)) == []


class TestHours:
    @pytest.mark.parametrize(
        ("day", "announced", "harvestable", "rendered"),
        [
            # Standard time, the Sunday on which the clock goes forward, summer time, the Sunday on which it goes back.
            ("2026-03-06", "2026-03-06T01:00Z", "2026-03-06T03:30Z", "2026-03-06T05:00Z"),
            ("2026-03-09", "2026-03-09T00:00Z", "2026-03-09T02:30Z", "2026-03-09T04:00Z"),
            ("2026-10-30", "2026-10-30T00:00Z", "2026-10-30T02:30Z", "2026-10-30T04:00Z"),
            ("2026-11-02", "2026-11-02T01:00Z", "2026-11-02T03:30Z", "2026-11-02T05:00Z"),
        ],
    )
    def test_they_follow_new_york_through_the_year(self, day, announced, harvestable, rendered):
        day = date.fromisoformat(day)
        assert CALENDAR.announced_at(day) == datetime.fromisoformat(announced)
        assert CALENDAR.harvestable_at(day) == datetime.fromisoformat(harvestable)
        assert CALENDAR.rendered_at(day) == datetime.fromisoformat(rendered)
        assert CALENDAR.announced_at(day).tzinfo is UTC


class TestNow:
    @pytest.mark.parametrize(
        ("now", "newest", "upcoming", "reason"),
        [
            (("2026-03-05", "19:59:59"), "2026-03-05", "2026-03-06", ""),
            (("2026-03-05", "20:00:00"), "2026-03-06", "2026-03-09", ""),
            (("2026-03-06", "19:59:59"), "2026-03-06", "2026-03-09", ""),
            (("2026-03-06", "20:00:00"), "2026-03-06", "2026-03-09", "weekend"),
            # The clock goes forward at two on Sunday.
            (("2026-03-08", "01:59:59"), "2026-03-06", "2026-03-09", "weekend"),
            (("2026-03-08", "19:59:59"), "2026-03-06", "2026-03-09", "weekend"),
            (("2026-03-08", "20:00:00"), "2026-03-09", "2026-03-10", ""),
            # Back at two, when one o'clock comes twice.
            (("2026-11-01", "01:30:00"), "2026-10-30", "2026-11-02", "weekend"),
            (("2026-11-01", "20:00:00"), "2026-11-02", "2026-11-03", ""),
            # Martin Luther King's day.
            (("2026-01-19", "19:59:59"), "2026-01-19", "2026-01-21", ""),
            (("2026-01-19", "20:00:00"), "2026-01-19", "2026-01-21", "holiday"),
            (("2026-01-20", "19:59:59"), "2026-01-19", "2026-01-21", "holiday"),
            (("2026-01-20", "20:00:00"), "2026-01-21", "2026-01-22", ""),
            # A Friday's holiday.
            (("2026-06-20", "12:00:00"), "2026-06-19", "2026-06-23", "weekend"),
            (("2026-06-21", "20:00:00"), "2026-06-19", "2026-06-23", "holiday"),
            (("2026-06-22", "20:00:00"), "2026-06-23", "2026-06-24", ""),
            # The end of a year.
            (("2026-12-31", "20:00:00"), "2026-12-31", "2027-01-05", "holiday"),
            (("2027-01-04", "20:00:00"), "2027-01-05", "2027-01-06", ""),
        ],
    )
    def test_the_newest_day_the_next_and_the_reason_for_silence_change_at_eight_in_the_evening(
        self, now, newest, upcoming, reason
    ):
        now = new_york(*now)
        for moment in (now, now.astimezone(UTC), now.astimezone(ZoneInfo("Asia/Tokyo"))):
            assert CALENDAR.newest(moment) == date.fromisoformat(newest)
            assert CALENDAR.next(moment) == date.fromisoformat(upcoming)
            assert CALENDAR.reason(moment) == reason
            assert CALENDAR.is_quiet(moment) == bool(reason)

    def test_a_time_without_zone_is_refused(self):
        with pytest.raises(ValueError, match="no time zone"):
            CALENDAR.newest(datetime(2026, 3, 5))

    @given(st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
    def test_now_lies_between_the_newest_day_and_the_next(self, now):
        newest, upcoming = CALENDAR.newest(now), CALENDAR.next(now)
        assert CALENDAR.announced_at(newest) <= now < CALENDAR.announced_at(upcoming)
        assert CALENDAR.days(newest, upcoming) == [newest, upcoming]
        # Four evenings in a row without announcement have not happened.
        assert (upcoming - newest).days <= 5


# A list's stragglers come up to some 20 at a time, a true list had 100 or more.
ENOUGH = 45


class TestRecorded:
    """What someone found in arXiv's lists each day after 20:00, with days left out and lists read too early.

    New ids are given in order as they are announced. So ids tell what happened on the days that were not seen, too.
    """

    def test_nothing_was_announced_on_a_day_that_the_calendar_leaves_out(self, lists):
        announced = [day for day, _, fresh in lists if len(fresh) >= ENOUGH]
        assert len(announced) == 291
        assert not [day for day in announced if not CALENDAR.is_announced(day)]

    def test_no_ids_were_given_on_holidays_and_hundreds_on_every_other_day_without_a_list(self, lists):
        weekdays = [found for found in lists if found[0].isoweekday() < 6]
        given_ids = {}
        for (_, _, before), (day, highest, fresh), (_, _, after) in zip(
            weekdays, weekdays[1:], weekdays[2:], strict=False
        ):
            if len(fresh) < ENOUGH and len(before) >= ENOUGH and len(after) >= ENOUGH:
                is_same_month = after[0][0] == highest[0]
                given_ids[f"{day}"] = after[0][1] - (highest[1] if is_same_month else 0)
        holidays = {day for day in given_ids if not CALENDAR.is_announced(date.fromisoformat(day))}
        assert holidays == {"2025-06-20", "2025-07-07", "2025-09-02", "2026-01-02", "2026-06-22"}
        assert all(given_ids[day] < 50 for day in holidays)
        others = given_ids.keys() - holidays
        assert len(others) == 15
        assert all(given_ids[day] > 300 for day in others)


@pytest.fixture(scope="module")
def lists(recorded) -> list[tuple[date, tuple[int, int], list[tuple[int, int]]]]:
    """Each day from 2025-03-18 to 2026-07-01: the highest id before it, and its ids above that, (year and month, number)."""
    rows, highest = [], (0, 0)
    for offset in range(471):
        day = date(2025, 3, 18) + timedelta(offset)
        path = recorded / "arxiv_corpus" / f"{day}.jsonl.gz"
        data = gzip.decompress(path.read_bytes()) if path.exists() else b""
        found = {(int(month), int(number)) for month, number in re.findall(rb'^\{"id": "(\d{4})\.(\d{5})', data, re.M)}
        fresh = sorted(each for each in found if each > highest)
        rows.append((day, highest, fresh))
        highest = max([highest, *fresh])
    return rows
