"""Periods of the feed: a day, an ISO week or a month, each a value that knows its neighbours and its address."""

import calendar
import zoneinfo
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import total_ordering
from typing import ClassVar, Self

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS

# arXiv began in August 1991, in a week and month that have neighbours; a date outside these years is a slip of the finger or a crawler astray.
FIRST_YEAR, LAST_YEAR = 1990, 2099


def today() -> date:
    """The feed day that runs now: a date in FEED_TIME_ZONE."""
    return feed_day(timezone.now())


def feed_day(moment: datetime) -> date:
    return moment.astimezone(zoneinfo.ZoneInfo(settings.FEED_TIME_ZONE)).date()


def next_digest_hour(zone_name: str, after: datetime) -> datetime:
    """The first moment after `after`, in UTC, at which it strikes DIGEST_HOUR in a time zone ("": the site's).

    An hour that summer time leaves out strikes when it would have; of one that comes twice the first counts. So there is
    one a day.
    """
    zone = zoneinfo.ZoneInfo(zone_name or settings.FEED_TIME_ZONE)
    day = after.astimezone(zone).date()
    while (moment := datetime.combine(day, time(settings.DIGEST_HOUR), zone).astimezone(UTC)) <= after:
        day += timedelta(days=1)
    return moment


@total_ordering
@dataclass(frozen=True)
class Period(ABC):
    """Days from `start` up to, not including, `end`. Subclasses say how long and how it is written."""

    start: date
    name: ClassVar[str]  # in addresses and URL names
    noun: ClassVar[str]  # in sentences

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls(day)

    @classmethod
    def current(cls) -> Self:
        return cls.containing(today())

    @classmethod
    def parse(cls, slug: str) -> Self:
        """The period that an address names. Raises ValueError when there is no such date."""
        period = cls.containing(cls._first_day(slug))
        if not FIRST_YEAR <= period.start.year <= LAST_YEAR:
            raise ValueError(f"{slug} is outside {FIRST_YEAR} to {LAST_YEAR}")
        return period

    def __lt__(self, other: "Period") -> bool:
        return self.start < other.start

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def is_future(self) -> bool:
        return self.start > today()

    @property
    def is_current(self) -> bool:
        return today() in self

    def next(self) -> Self:
        return self.containing(self.end)

    def previous(self) -> Self:
        return self.containing(self.start - timedelta(days=1))

    def get_absolute_url(self) -> str:
        return reverse(f"feed:{self.name}", args=[self])

    @property
    @abstractmethod
    def end(self) -> date:
        """The first day after it."""

    @property
    def closed_at(self) -> datetime:
        """When it is over: at the end of its last day in FEED_TIME_ZONE."""
        return datetime.combine(self.end, time.min, zoneinfo.ZoneInfo(settings.FEED_TIME_ZONE))

    @property
    @abstractmethod
    def slug(self) -> str:
        """As addresses write it."""

    @property
    @abstractmethod
    def title(self) -> str:
        """As a heading writes it."""

    @property
    def short_title(self) -> str:
        """As the date button writes it; the year is left out when it is this year."""
        return self.title

    @property
    def mail_title(self) -> str:
        """As a subject writes it: short, and with the year, because mail is kept."""
        return self.title

    @staticmethod
    def _first_day(slug: str) -> date:
        return date.fromisoformat(slug)

    def __str__(self):
        return self.slug


class Day(Period):
    name, noun = "day", "day"

    @property
    def end(self) -> date:
        return self.start + timedelta(days=1)

    @property
    def slug(self) -> str:
        return self.start.isoformat()

    @property
    def title(self) -> str:
        return f"{self.start:%A, %B} {self.start.day}, {self.start.year}"

    @property
    def short_title(self) -> str:
        if self.start.year == today().year:
            return f"{self.start:%A, %b} {self.start.day}"
        return f"{self.start:%a, %b} {self.start.day}, {self.start.year}"

    @property
    def mail_title(self) -> str:
        return f"{self.start:%b} {self.start.day}, {self.start.year}"


class Week(Period):
    name, noun = "week", "week"

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls(day - timedelta(days=day.weekday()))

    @staticmethod
    def _first_day(slug: str) -> date:
        year, week = slug.split("-W")
        return date.fromisocalendar(int(year), int(week), 1)

    @property
    def end(self) -> date:
        return self.start + timedelta(days=7)

    @property
    def slug(self) -> str:
        year, week, _ = self.start.isocalendar()
        return f"{year}-W{week:02}"

    @property
    def title(self) -> str:
        last = self.end - timedelta(days=1)
        year, week, _ = self.start.isocalendar()
        first = f"{self.start:%B} {self.start.day}" + (f", {self.start.year}" if self.start.year != last.year else "")
        until = f"{last.day}" if last.month == self.start.month else f"{last:%B} {last.day}"
        return f"Week {week} of {year}: {first} – {until}, {last.year}"

    @property
    def short_title(self) -> str:
        last = self.end - timedelta(days=1)
        until = f"{last.day}" if last.month == self.start.month else f"{last:%b} {last.day}"
        year = "" if last.year == today().year else f", {last.year}"
        return f"{self.start:%b} {self.start.day} – {until}{year}"

    @property
    def mail_title(self) -> str:
        year, week, _ = self.start.isocalendar()
        return f"week {week} of {year}"


class Month(Period):
    name, noun = "month", "month"

    @classmethod
    def containing(cls, day: date) -> Self:
        return cls(day.replace(day=1))

    @staticmethod
    def _first_day(slug: str) -> date:
        return date.fromisoformat(f"{slug}-01")

    @property
    def end(self) -> date:
        return self.start + timedelta(days=calendar.monthrange(self.start.year, self.start.month)[1])

    @property
    def slug(self) -> str:
        return f"{self.start:%Y-%m}"

    @property
    def title(self) -> str:
        return f"{MONTHS[self.start.month]} {self.start.year}"


class PeriodConverter:
    """A period in an address. What is no date is no page."""

    period: ClassVar[type[Period]]

    def to_python(self, slug: str) -> Period:
        return self.period.parse(slug)

    def to_url(self, period: Period | date) -> str:
        return period.slug if isinstance(period, Period) else self.period.containing(period).slug


class DayConverter(PeriodConverter):
    regex, period = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", Day


class WeekConverter(PeriodConverter):
    regex, period = r"[0-9]{4}-W[0-9]{2}", Week


class MonthConverter(PeriodConverter):
    regex, period = r"[0-9]{4}-[0-9]{2}", Month
