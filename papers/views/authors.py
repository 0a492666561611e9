"""An author's papers."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from papers.keyset import paginate
from papers.models import Author, Paper


@require_safe
def author(request, slug):
    author = get_object_or_404(Author, slug=slug)
    papers = Paper.objects.visible().by_author(author).for_cards().seen_by(request.user)
    page = paginate(papers, order=papers.NEWEST, cursor=request.GET.get("after", ""), size=30)
    if not page.items:
        raise Http404("No paper by this author is in this catalogue.")
    return render(request, "papers/author.html", {"author": author, "page": page})
