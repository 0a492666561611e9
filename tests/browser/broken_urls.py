"""The site's map with addresses at which each kind of error happens."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.shortcuts import render
from django.urls import path

from config import errors
from config.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def bad_request(request):
    raise BadRequest


def forbidden(request):
    raise PermissionDenied


def too_many(request):
    return render(request, "429.html", status=429)


def broken(request):
    raise RuntimeError("This page breaks on purpose.")


urlpatterns = [
    *urlpatterns,
    path("broken/400", bad_request),
    path("broken/403", forbidden),
    path("broken/403-csrf", errors.csrf_failure),
    path("broken/429", too_many),
    path("broken/500", broken),
]
