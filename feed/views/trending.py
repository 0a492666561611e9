"""What rises now."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from feed.periods import Day
from papers.keyset import paginate
from papers.models import Paper


@require_safe
def trending(request):
    papers = Paper.objects.visible().trending().for_cards().seen_by(request.user)
    page = paginate(papers, order=papers.TRENDING, cursor=request.GET.get("after", ""), size=30)
    return render(request, "feed/trending.html", {"tab": "trending", "period": Day.current(), "page": page})
