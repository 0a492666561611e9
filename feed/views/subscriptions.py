"""The digest's subscriptions, by signed links: a GET shows the page, only its button's POST changes anything."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpResponseForbidden
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from django_ratelimit.core import is_ratelimited

from feed import tasks
from feed.forms import PreferencesForm, SubscribeForm
from feed.models import Subscription


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
        Subscription.objects.ask(**form.cleaned_data)
        tasks.send_confirmations.ring()
    template = "feed/_subscribe.html" if request.htmx and request.method == "POST" else "feed/subscribe.html"
    return render(request, template, {"form": form, "asked": asked})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request, token):
    subscription = _named(token, "confirm")
    if subscription and subscription.state == Subscription.State.UNSUBSCRIBED:
        # Who has left since must ask again: an old mail is no new consent.
        subscription = None
    if subscription and request.method == "POST":
        subscription.confirm()
    return render(request, "feed/confirm.html", {"subscription": subscription}, status=200 if subscription else 404)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request, token):
    subscription = _named(token, "manage")
    form = PreferencesForm(request.POST or None, instance=subscription, label_suffix="")
    if subscription and request.method == "POST" and form.is_valid():
        # Nothing but these: who unsubscribes at this moment stays unsubscribed.
        subscription.save(update_fields=list(form.fields))
        messages.success(request, "Saved.")
        return redirect(request.path)
    context = {"subscription": subscription, "form": form, "token": token}
    return render(request, "feed/manage.html", context, status=200 if subscription else 404)


@never_cache
@require_POST
def delete_subscription(request, token):
    if subscription := _named(token, "manage"):
        subscription.delete()
    return render(request, "feed/deleted.html")


@csrf_exempt  # RFC 8058: a mail program posts here without cookies; the signed token is the permission.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    subscription = _named(token, "unsubscribe")
    if subscription and request.method == "POST":
        subscription.unsubscribe()
    return render(request, "feed/unsubscribe.html", {"subscription": subscription}, status=200 if subscription else 404)


def _address(group, request) -> str:
    """The visitor's network address, as far as the proxies before us can be believed."""
    return get_adapter().get_client_ip(request)


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
