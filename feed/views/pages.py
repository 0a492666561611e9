"""Pages that say how the site works."""

from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def about(request):
    return render(request, "feed/about.html")


@require_safe
def privacy(request):
    return render(request, "feed/privacy.html")
