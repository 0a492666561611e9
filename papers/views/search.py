"""The search page, which stands at /papers?q=…: the feed's view of /papers hands over to it."""

from urllib.parse import urlencode

from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from papers import search as searching
from papers.choice import Choice
from papers.keyset import paginate, paginate_ranked
from papers.models import Paper, Wanted
from papers.narrowing import chosen, options
from papers.query import parse
from papers.suggestions import suggestions

PAGE_SIZE = 20


@require_safe
def search(request):
    query, choice = parse(request.GET.get("q", "")), Choice.read(request.GET)
    if query.arxiv_id and (paper := Paper.objects.visible().filter(arxiv_id=query.arxiv_id).first()):
        return _there(request, paper)
    wanted = Wanted.objects.named(query.arxiv_id) if query.arxiv_id else None
    found = searching.Results() if query.arxiv_id else searching.search(query)
    shown = chosen(found, query, choice)
    order = request.GET.get("order") if request.GET.get("order") in ("date", "upvotes") else ""
    context = {
        "tab": "search",
        "query": query,
        "choice": choice,
        "found": shown,
        "options": options(found, choice) if found.papers else None,
        "order": order,
        "page": _page(request, shown.papers, order),
        "suggestions": [] if shown.papers else suggestions(query),
        "may_save": not (query.is_empty or query.problems or query.arxiv_id),
        "saved_search": request.user.saved_searches.at(request.GET.urlencode())
        if request.user.is_authenticated
        else None,
        "wanted": wanted,
        "canonical_path": f"{request.path}?{urlencode({'q': query.text})}",
    }
    response = render(request, "papers/search.html", context)
    if wanted and wanted.is_waiting:
        patch_cache_control(response, private=True, no_cache=True)
    return response


def _there(request, paper):
    """The page of a paper that was named by its id. Where a section waits for it, the page around asks anew and is led
    there: so the paper's page takes its place, and Back leads past it.
    """
    if request.htmx.target != "wanted":
        return redirect(paper)
    response = HttpResponseClientRefresh()
    patch_cache_control(response, private=True, no_store=True)
    return response


def _page(request, keys, order):
    papers = Paper.objects.visible().for_cards().seen_by(request.user)
    cursor = request.GET.get("after", "")
    if not order:
        return paginate_ranked(papers, keys, cursor=cursor, size=PAGE_SIZE)
    fields = papers.NEWEST if order == "date" else papers.MOST_UPVOTED
    return paginate(papers.filter(pk__in=keys), order=fields, cursor=cursor, size=PAGE_SIZE)
