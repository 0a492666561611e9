"""Who may: a member, signed in."""

from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django_htmx.http import HttpResponseClientRedirect


def member_required(view):
    """Send a visitor to the sign-in page and back; under htmx the whole page goes, not the swapped part."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.htmx:
            back = request.htmx.current_url_abs_path or settings.LOGIN_REDIRECT_URL
            return HttpResponseClientRedirect(redirect_to_login(back).url)
        return redirect_to_login(request.POST.get("next") or settings.LOGIN_REDIRECT_URL)

    return checked
