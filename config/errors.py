"""Errors as pages of the site."""

from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token


def bad_request(request, exception):
    return render(request, "400.html", status=400)


def forbidden(request, exception):
    return render(request, "403.html", status=403)


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)


@requires_csrf_token
def not_found(request, exception):
    """Views say in their Http404 what is missing; the URL map's own refusals say nothing a reader could use."""
    message = exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""
    return render(request, "404.html", {"message": message}, status=404)


def server_error(request):
    # Nothing that may be broken is asked: no database, no cache, no context processor.
    return HttpResponseServerError(render_to_string("500.html"))
