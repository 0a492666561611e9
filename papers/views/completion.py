"""What a search field offers while one types."""

from dataclasses import asdict

from django.http import JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from papers.completion import EVERY, OFFERED, complete

# What is offered unasked, and what to an operator. Where topics are chosen, keywords are, and people are not.
TOPICS = ("category", "keyword")
KINDS = {"search": (OFFERED, EVERY), "topics": (TOPICS, TOPICS)}
# Fields that take one kind, and its names without an operator.
ONE_KIND = {"categories": ("category",), "authors": ("author",), "organizations": ("organization",)}


# The same for everyone: whoever types what others have typed is answered by a cache.
@require_safe
@cache_control(public=True, max_age=600)
def completions(request):
    text, purpose = request.GET.get("q", ""), request.GET.get("for")
    if purpose in ONE_KIND:
        found = [it.without_operator for it in complete(text, ONE_KIND[purpose], ONE_KIND[purpose])]
    else:
        found = complete(text, *KINDS.get(purpose, KINDS["search"]))
    return JsonResponse({"completions": [asdict(it) for it in found]})
