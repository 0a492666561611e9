"""What a search field offers while one types."""

from dataclasses import asdict

from django.http import JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from papers.completion import OFFERED, complete

# Where topics are chosen, keywords are, and people are not.
KINDS = {"search": OFFERED, "topics": ("category", "keyword")}


# The same for everyone: whoever types what others have typed is answered by a cache.
@require_safe
@cache_control(public=True, max_age=600)
def completions(request):
    kinds = KINDS.get(request.GET.get("for", "search"), OFFERED)
    found = complete(request.GET.get("q", ""), kinds)
    return JsonResponse({"completions": [asdict(it) for it in found]})
