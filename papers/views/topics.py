"""Topics: all of them, and the papers on one."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from papers import directory
from papers import topics as subjects
from papers.models import Topic

ORDERS = {"newest": subjects.newest, "upvotes": subjects.most_upvoted}


@require_safe
def topics(request):
    return render(request, "papers/topics.html", {"directory": directory.Directory.now()})


@require_safe
def category(request, name):
    topic = subjects.find(name)
    return _topic(request, topic) if topic.name == name else redirect(topic, permanent=True)


@require_safe
def keyword(request, name):
    topic = Topic.objects.find(Topic.Kind.KEYWORD, name.lower()[: Topic.LONGEST])
    return _topic(request, topic) if topic.name == name else redirect(topic, permanent=True)


def _topic(request, topic):
    order = request.GET.get("order", "newest")
    if order not in ORDERS:
        raise Http404(f"There is no order “{order}”. There are {' and '.join(ORDERS)}.")
    page = ORDERS[order](topic, seen_by=request.user, cursor=request.GET.get("after", ""))
    if not (page.items or topic.is_category or subjects.newest(topic, seen_by=request.user).items):
        raise Http404(f"No paper in this catalogue has the keyword “{topic.name}”.")
    context = {
        "topic": topic,
        "order": order,
        "page": page,
        "archive": topic.archive,
        "beside": directory.beside(topic),
        "canonical_path": topic.get_absolute_url(),
    }
    return render(request, "papers/topic.html", context)
