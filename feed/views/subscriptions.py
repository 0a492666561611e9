"""The digest's subscriptions, by signed links: a GET shows the page, only its button's POST changes anything."""

import re
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpResponseForbidden, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_ratelimit.core import is_ratelimited

from feed import disclosure, naming, tasks
from feed.forms import PreferencesForm, SubscribeForm
from feed.models import Entry, Subscription
from feed.periods import Week


@csrf_exempt  # The banner stands on cached pages, which can carry no token: the browser's own word is checked instead.
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request):
    form = SubscribeForm(request.POST or None)
    if request.method == "POST" and not _comes_from_here(request):
        return HttpResponseForbidden("This form works only from the site's own pages.", content_type="text/plain")
    if request.method == "POST" and is_ratelimited(
        request, group="subscribe", key=_address, rate="20/h", increment=True
    ):
        form.add_error(None, "Too many tries from your network. Please wait an hour, then try again.")
    asked = request.method == "POST" and form.is_valid()
    if asked:
        where = f"the form on {_place(request)}"
        Subscription.objects.ask(**form.cleaned_data, how=where, ip_address=_address("subscribe", request))
        tasks.send_confirmations.ring()
    template = "feed/_subscribe.html" if request.htmx and request.method == "POST" else "feed/subscribe.html"
    return render(request, template, {"form": form, "asked": asked})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, token):
    subscription = _named(token, "confirm")
    if subscription and subscription.has_ended:
        # Who has left since must ask again: an old mail is no new consent.
        subscription = None
    if subscription and request.method == "POST":
        subscription.confirm(how="the button on the mail's page", ip_address=_address("confirm", request))
    context = {"subscription": subscription}
    if subscription:
        context["holds"] = naming.in_words(naming.names_of(subscription.interest))
    return render(request, "feed/confirm.html", context, status=200 if subscription else 404)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request, token):
    subscription = _named(token, "manage")
    if subscription is None:
        return render(request, "feed/manage.html", status=404)
    form = PreferencesForm(request.POST or None, instance=subscription, label_suffix="")
    is_saved = form.is_bound and form.is_valid()
    if is_saved:
        form.save()
        if not request.htmx:
            messages.success(request, "Saved.")
            return redirect(request.path)
        form = PreferencesForm(instance=subscription, label_suffix="")
    week = Week.current().previous()
    context = {
        "subscription": subscription,
        "token": token,
        "form": form,
        "is_saved": is_saved,
        "holds": naming.in_words(form.names),
        "last_week": Entry.objects.visible().in_period(week).about(subscription.narrowed_to).count(),
    }
    template = "feed/manage.html#preferences" if request.htmx and request.method == "POST" else "feed/manage.html"
    return render(request, template, context)


@never_cache
@require_safe
def record(request, token):
    """All that is stored about an address, for whoever has its link."""
    subscription = _named(token, "manage")
    if subscription is None:
        return render(request, "feed/manage.html", status=404)
    response = JsonResponse(disclosure.of(subscription), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="digest-subscription.json"'
    return response


@never_cache
@require_POST
def delete_subscription(request, token):
    subscription = _named(token, "manage")
    if subscription is None:
        return render(request, "feed/manage.html", status=404)
    subscription.delete()
    return render(request, "feed/deleted.html")


@csrf_exempt  # RFC 8058: a mail program posts here without cookies; the signed token is the permission.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    subscription = _named(token, "unsubscribe")
    if subscription and request.method == "POST":
        is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
        subscription.unsubscribe(
            how="one click in the mail program" if is_one_click else "the button on the mail's page"
        )
    return render(request, "feed/unsubscribe.html", {"subscription": subscription}, status=200 if subscription else 404)


def _address(group, request) -> str:
    """The visitor's network address, as far as the proxies before us can be believed."""
    return get_adapter().get_client_ip(request)


def _place(request) -> str:
    """On which page of the site a form stood, by the fixed part of its address: what comes after may be a secret."""
    url = request.htmx.current_url or request.headers.get("Referer", "")
    try:
        route = resolve(urlsplit(url).path).route
    except (ValueError, Resolver404):
        return request.path
    fixed = re.split(r"[<(^]", route)[0]
    return f"/{fixed}" + ("…" if fixed != route else "")


def _named(token, purpose):
    try:
        return Subscription.objects.named_by(token, purpose=purpose)
    except (signing.BadSignature, Subscription.DoesNotExist):
        return None


def _comes_from_here(request) -> bool:
    """Whether the browser says that a page of this site sent the form. What no browser sends gets in: it has no cookies to abuse."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin in (settings.SITE_URL, f"{request.scheme}://{request.get_host()}")
