"""Everything that arXiv announced on a day."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from feed.periods import Day
from feed.standing import Standing
from papers import freshness
from papers.arxiv import taxonomy
from papers.keyset import paginate
from papers.models import Listing, Paper


@require_safe
def newest_announcement(request):
    day = Listing.objects.visible().newest_day()
    return redirect("feed:new", Day(day) if day else Day.current())


@require_safe
def new(request, period):
    listings = Listing.objects.visible()
    category, kind = request.GET.get("category", ""), request.GET.get("kind", Listing.Kind.NEW)
    if category and not taxonomy.is_known(category):
        raise Http404(f"arXiv has no category “{category}”. An address here has one like cs.CV.")
    if kind not in Listing.Kind.values:
        raise Http404(f"“{kind}” is no kind of announcement. There are {', '.join(Listing.Kind.values)}.")
    tally = listings.on(period.start).tally(category)
    papers = Paper.objects.visible().announced(period.start, kind=kind, category=category)
    cards = papers.for_cards().seen_by(request.user)
    before, after = listings.day_before(period.start), listings.day_after(period.start)
    is_newest = after is None and (tally.categories or not period.is_future)
    # How fresh the site is says nothing of the archive.
    standing = Standing.now() if is_newest else None
    context = {
        "tab": "new",
        "period": period,
        "previous": before and Day(before),
        "next": after and Day(after),
        "category": category,
        "kind": kind,
        "tally": tally,
        "standing": standing,
        "categories": _with_stalled(tally.categories, standing),
        "missing": standing and standing.missing(category, period.start),
        "is_announced": freshness.calendar().is_announced(period.start),
        "page": paginate(cards, order=cards.MOST_UPVOTED, cursor=request.GET.get("after", ""), size=50),
    }
    return render(request, "feed/new.html", context, status=404 if period.is_future and not tally.categories else 200)


def _with_stalled(counts, standing):
    """The categories to choose from, with their number of papers: those of the day, and those that should be among them."""
    stalled = standing.stalled if standing else []
    return sorted({**dict.fromkeys(stalled, 0), **dict(counts)}.items())
