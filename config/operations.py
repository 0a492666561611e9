"""For those who run the site: is it alive, is it ready, what may crawlers read."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from papers import vectors


@never_cache
@require_safe
def healthz(request):
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(request):
    """The process can do its work: the database answers. What only makes it do less is noted, and no reason to stop it."""
    try:
        note = vectors.trouble()
    except DatabaseError as error:
        return HttpResponse(f"The database does not answer: {error}\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n" + (f"note: {note}\n" if note else ""), content_type="text/plain")


@require_safe
def favicon(request):
    """Where browsers look for the icon unasked."""
    return redirect(static("img/favicon.svg"))


@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        "Disallow: /accounts/",
        "Disallow: /admin/",
        "Disallow: /subscribe/",
        "Disallow: /unsubscribe/",
    ]
    # Each choice of topics would be a page of its own.
    lines += [
        "Disallow: /papers/complete",
        "Disallow: /papers/trends?",
        "Disallow: /*after=",
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('sitemaps')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")
