"""Where a change made by a plain form leads: the page it was made on."""

from django.utils.http import url_has_allowed_host_and_scheme


def back(request, *, otherwise: str) -> str:
    """The form's `next`, when that is a page of this site."""
    there = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(there, {request.get_host()}, require_https=request.is_secure())
    return there if is_ours else otherwise
