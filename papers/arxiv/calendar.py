"""When arXiv announces: Sunday to Thursday at 20:00 in New York, holidays excepted, each time under the next day's date.

The schedule: https://info.arxiv.org/help/availability.html. It is what arXiv means to do, so it tells when to look and
when silence is no fault; what was announced is decided by ids.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

NEW_YORK = ZoneInfo("America/New_York")
ANNOUNCED = time(20)
# Observed: OAI-PMH has the evening's records about two and a half hours after their announcement.
HARVESTABLE = time(22, 30)

# Evenings that arXiv's page named beyond the rule below; what it will name next, the operator adds in ARXIV_HOLIDAYS.
PUBLISHED = frozenset(
    {date(2024, 10, 8), date(2024, 12, 26), date(2024, 12, 31), date(2026, 12, 29), date(2026, 12, 31)}
)


class Calendar:
    """Announcement days: the dates that arXiv prints, one day after the New York date of the announcement.

    `holidays` are dates as arXiv's page names them, on top of those that it keeps every year: New York dates without
    an announcement in their evening. One that is named for a Friday takes Sunday's evening away, which would have
    brought what came in until that Friday.
    """

    def __init__(self, holidays: Collection[date] = ()) -> None:
        self._holidays = frozenset(_evening_lost(holiday) for holiday in (*PUBLISHED, *holidays))

    def is_announced(self, day: date) -> bool:
        """Tell whether arXiv prints a list of this date."""
        return self._kind(day - timedelta(1)) == ""

    def days(self, first: date, last: date) -> list[date]:
        """Return the announcement days from `first` to `last`, both included."""
        dates = (first + timedelta(offset) for offset in range((last - first).days + 1))
        return [day for day in dates if self.is_announced(day)]

    def newest(self, now: datetime) -> date:
        """Return the newest day that has been announced at the aware time `now`."""
        return next(day for day in _from(_day(now), step=-1) if self.is_announced(day))

    def next(self, now: datetime) -> date:
        """Return the day that will be announced next after the aware time `now`."""
        return next(day for day in _from(_day(now) + timedelta(1), step=1) if self.is_announced(day))

    def announced_at(self, day: date) -> datetime:
        """Return when a day's list is made public: 20:00 in New York of the evening before, in UTC."""
        return _moment(day - timedelta(1), ANNOUNCED)

    def harvestable_at(self, day: date) -> datetime:
        """Return when OAI-PMH has a day's records: 22:30 in New York of the evening before, in UTC."""
        return _moment(day - timedelta(1), HARVESTABLE)

    def rendered_at(self, day: date) -> datetime:
        """Return when the feeds show a day's list: midnight in New York with which it begins, in UTC."""
        return _moment(day, time())

    def is_quiet(self, now: datetime) -> bool:
        """Tell whether the last 20:00 in New York before `now` brought nothing, as it should."""
        return self.reason(now) != ""

    def reason(self, now: datetime) -> Literal["", "weekend", "holiday"]:
        """Return why the last 20:00 in New York before the aware time `now` brought nothing; "" where it did."""
        return self._kind(_day(now) - timedelta(1))

    def _kind(self, evening: date) -> Literal["", "weekend", "holiday"]:
        if evening.isoweekday() in {5, 6}:
            return "weekend"
        return "holiday" if evening in self._holidays or evening in _kept(evening.year) else ""


def _day(now: datetime) -> date:
    """Return the date that the last 20:00 in New York before `now` would have announced."""
    if now.tzinfo is None:
        raise ValueError(f"{now} has no time zone: it could be any hour of arXiv's day")
    local = now.astimezone(NEW_YORK)
    return local.date() + timedelta(1) if local.time() >= ANNOUNCED else local.date()


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, NEW_YORK).astimezone(UTC)


def _from(day: date, *, step: int) -> Iterator[date]:
    while True:
        yield day
        day += timedelta(step)


@lru_cache(maxsize=64)
def _kept(year: int) -> frozenset[date]:
    """Return the evenings of a year without announcement: of the US holidays, those that arXiv's page names each year.

    It names no others: on Memorial Day, Presidents' Day and Veterans Day arXiv announces.
    """
    fixed = [date(year, month, day) for month, day in ((1, 1), (6, 19), (7, 4), (12, 25))]
    # As federal law has it: Saturday's is kept on Friday, Sunday's on Monday.
    observed = [day + timedelta({6: -1, 7: 1}.get(day.isoweekday(), 0)) for day in fixed]
    king = _weekday_of(year, month=1, weekday=1, first=15)
    labor = _weekday_of(year, month=9, weekday=1, first=1)
    thanksgiving = _weekday_of(year, month=11, weekday=4, first=22)
    return frozenset(map(_evening_lost, [*observed, king, labor, thanksgiving]))


def _weekday_of(year: int, *, month: int, weekday: int, first: int) -> date:
    """Return the first such weekday (from Monday, 1) of a month on or after its day `first`."""
    start = date(year, month, first)
    return start + timedelta((weekday - start.isoweekday()) % 7)


def _evening_lost(holiday: date) -> date:
    return holiday + timedelta(2) if holiday.isoweekday() == 5 else holiday
