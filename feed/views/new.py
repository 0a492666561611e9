"""Everything that arXiv announced on a day."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from feed.periods import Day
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
    context = {
        "tab": "new",
        "period": period,
        "previous": before and Day(before),
        "next": after and Day(after),
        "category": category,
        "kind": kind,
        "tally": tally,
        "page": paginate(cards, order=cards.MOST_UPVOTED, cursor=request.GET.get("after", ""), size=50),
    }
    return render(request, "feed/new.html", context, status=404 if period.is_future and not tally.categories else 200)
