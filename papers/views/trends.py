"""Topics over time, and what rises."""

from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from papers import comparison
from papers import trends as count
from papers.models import Topic

# Rows of what rises.
RISING = 20


@require_safe
def trends(request):
    unit = request.GET.get("by", "")
    if unit and unit not in comparison.UNITS:
        raise Http404(f"Nothing is drawn by “{unit}”. There are {' and '.join(comparison.UNITS)}.")
    chosen, unknown = comparison.find(request.GET.getlist("topic")[: 2 * comparison.MOST])
    plots = {_title(chosen): chosen}
    if not chosen:
        keywords = Topic.objects.keywords().foremost(comparison.MOST)
        plots = {"Categories of this site": comparison.of_the_site(), "The most used keywords": keywords}
    drawn = [(title, comparison.draw(topics, unit)) for title, topics in plots.items() if topics]
    if len({curves.unit for _, curves in drawn}) > 1:
        # All years have something of each.
        drawn = [(title, comparison.draw(topics, "year")) for title, topics in plots.items() if topics]
    context = {
        "chosen": chosen,
        "unknown": unknown,
        "most": comparison.MOST,
        "plots": drawn,
        "unit": unit or (drawn[0][1].unit if drawn else "month"),
        "rising": Topic.objects.rising()[:RISING],
        "least_recent": count.LEAST_RECENT,
        "least_rise": count.LEAST_RISE,
        "smoothing": count.SMOOTHING,
    }
    return render(request, "papers/trends.html", context)


def _title(topics):
    return topics[0].title if len(topics) == 1 else "Side by side"
