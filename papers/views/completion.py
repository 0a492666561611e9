"""What a search field offers while one types."""

from dataclasses import asdict

from django.http import JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from papers.completion import EVERY, OFFERED, complete

# What is offered unasked, and what to an operator. Where topics are chosen, keywords are, and people are not.
TOPICS = ("category", "keyword")
KINDS = {"search": (OFFERED, EVERY), "topics": (TOPICS, TOPICS)}


# The same for everyone: whoever types what others have typed is answered by a cache.
@require_safe
@cache_control(public=True, max_age=600)
def completions(request):
    kinds, asked = KINDS.get(request.GET.get("for"), KINDS["search"])
    found = complete(request.GET.get("q", ""), kinds, asked)
    return JsonResponse({"completions": [asdict(it) for it in found]})
