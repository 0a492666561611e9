"""A month's calendar, to jump to a day."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from feed.calendar import Calendar


@require_safe
def calendar(request, month):
    return render(request, "feed/calendar.html", {"calendar": Calendar.of(month.start)})
