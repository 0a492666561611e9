"""The feed of a day, a week or a month."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from feed.calendar import Calendar
from feed.models import Entry
from feed.periods import Day
from papers.keyset import paginate
from papers.models import Listing, Paper

# A whole day of Hugging Face's feed fits one page (its longest so far has 50 rows), and rows of two and three are full.
PAGE_SIZE = 60


@require_safe
def home(request):
    return redirect("feed:papers")


@require_safe
def papers(request):
    """The newest day that has entries."""
    day = Entry.objects.visible().newest_day()
    return _feed(request, Day(day) if day else Day.current())


@require_safe
def period(request, period):
    return _feed(request, period)


@require_safe
def no_period(request, slug, example):
    raise Http404(f"There is no date “{slug}”. An address here ends like {example}.")


def _feed(request, period):
    visible = Entry.objects.visible()
    entries = visible.in_period(period)
    cards = entries.for_cards().seen_by(request.user)
    page = paginate(cards, order=cards.RANKED, cursor=request.GET.get("after", ""), size=PAGE_SIZE)
    before, after = visible.day_before(period), visible.day_after(period)
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
        "canonical_path": period.get_absolute_url(),
    }
    # A day that hasn't come is no page; a day without papers is one, since some may come.
    return render(request, "feed/period.html", context, status=404 if period.is_future and not page.items else 200)
