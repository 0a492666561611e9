"""The feed of a day, a week or a month."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from feed.calendar import Calendar
from feed.models import Entry
from feed.periods import Day
from feed.standing import Standing
from papers.keyset import paginate
from papers.models import Listing, Paper
from papers.query import parse
from papers.views import search

# A whole day of Hugging Face's feed fits one page (its longest so far has 50 rows), and rows of two and three are full.
PAGE_SIZE = 60


@require_safe
def home(request):
    return redirect("feed:papers")


@require_safe
def papers(request):
    """The newest day that has entries; what somebody looks for is the search page's."""
    if parse(request.GET.get("q", "")).text:
        return search(request)
    days = Entry.objects.visible().newest_days(2)
    return _feed(request, Day(days[0]) if days else Day.current(), (days[1] if days[1:] else None, None))


@require_safe
def period(request, period):
    return _feed(request, period, Entry.objects.visible().neighbours(period))


@require_safe
def no_period(request, slug, example):
    raise Http404(f"There is no date “{slug}”. An address here ends like {example}.")


def _feed(request, period, neighbours):
    entries = Entry.objects.visible().in_period(period)
    cards = entries.for_cards().seen_by(request.user)
    page = paginate(cards, order=cards.RANKED, cursor=request.GET.get("after", ""), size=PAGE_SIZE)
    before, after = neighbours
    is_newest = period.name == "day" and after is None and not period.is_future
    context = {
        "tab": period.name,
        "period": period,
        "previous": before and period.containing(before),
        "next": after and period.containing(after),
        "page": page,
        "facts": entries.facts(),
        "announced_count": Paper.objects.visible().announced(period.start, kind=Listing.Kind.NEW).count()
        if period.name == "day"
        else 0,
        "calendar": Calendar.of(period.start),
        # How fresh the site is says nothing of the archive.
        "standing": Standing.now() if is_newest else None,
        "canonical_path": period.get_absolute_url(),
    }
    # A day that hasn't come is no page; a day without papers is one, since some may come.
    return render(request, "feed/period.html", context, status=404 if period.is_future and not page.items else 200)
