"""A month's days as a grid of weeks, each day with its number of papers."""

import calendar
from dataclasses import dataclass
from datetime import date

from feed.models import Entry
from feed.periods import FIRST_YEAR, Day, Month, today


@dataclass(frozen=True)
class CalendarDay:
    period: Day
    count: int
    is_in_month: bool
    is_today: bool


@dataclass(frozen=True)
class Calendar:
    """`weeks` of seven CalendarDays from Monday on; `previous` and `next` are the months beside it, None past the feed's ends."""

    month: Month
    weeks: list[list[CalendarDay]]
    next: Month | None

    @property
    def previous(self) -> Month | None:
        month = self.month.previous()
        return month if month.start.year >= FIRST_YEAR else None

    @classmethod
    def of(cls, day: date) -> "Calendar":
        """The calendar of the month that holds the day; one query."""
        month = Month.containing(day)
        counts = Entry.objects.visible().per_day(month)
        weeks = [
            [CalendarDay(Day(date), counts.get(date, 0), date in month, date == today()) for date in week]
            for week in calendar.Calendar().monthdatescalendar(month.start.year, month.start.month)
        ]
        return cls(month, weeks, None if month.is_current or month.is_future else month.next())
