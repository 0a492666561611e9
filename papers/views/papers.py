"""One paper's page."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from papers.models import Paper


@require_safe
def paper(request, arxiv_id):
    paper = get_object_or_404(Paper.objects.visible().for_cards().seen_by(request.user), arxiv_id=arxiv_id)
    entry = paper.entries.first_of_paper()
    return render(
        request,
        "papers/paper.html",
        {
            "paper": paper,
            "entry": entry,
            "rank": entry and entry.rank,
            "authorships": paper.authorships.shown(),
            "upvoters": paper.upvotes.newest()[:8],
            "categories": paper.categories.order_by("name"),
        },
    )
