"""One paper's page."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from papers import history
from papers.arxiv import ids
from papers.models import Paper
from papers.similar import similar


@require_safe
def paper(request, arxiv_id):
    papers = Paper.objects.visible().for_cards().with_meaning().seen_by(request.user)
    paper = papers.filter(arxiv_id=arxiv_id).first()
    if paper is None:
        raise Http404(f"The paper {arxiv_id} is not in this catalogue.")
    entries, versions = list(paper.entries.of_paper()), list(paper.versions.order_by("number"))
    entry, categories = entries[0] if entries else None, list(paper.categories.order_by("name"))
    return render(
        request,
        "papers/paper.html",
        {
            "paper": paper,
            "entry": entry,
            "rank": entry and entry.rank,
            "authorships": paper.authorships.shown(),
            "upvoters": paper.upvotes.newest_faces(),
            "categories": categories,
            "similar": similar(paper, [category.name for category in categories]),
            "versions": versions,
            "readable": history.last_readable(versions),
            "history": history.lines(paper, versions, paper.listings.all(), entries),
        },
    )


@require_safe
def other_spelling(request, spelling):
    """An id written otherwise (a version, an old class, a URL) leads to the paper's one address."""
    try:
        arxiv_id = ids.parse(spelling).value
    except ValueError as error:
        raise Http404(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    if arxiv_id == spelling or not Paper.objects.visible().filter(arxiv_id=arxiv_id).exists():
        raise Http404(f"The paper {arxiv_id} is not in this catalogue.")
    return redirect("papers:paper", arxiv_id, permanent=True)
