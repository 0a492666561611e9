"""What moderators see of the digest before it goes out, or as it went."""

import logging
from datetime import date
from smtplib import SMTPException

from anymail.exceptions import AnymailError
from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe
from django_ratelimit.core import is_ratelimited

from feed import circulation
from feed.circulation_plot import Plot
from feed.digest import Links
from feed.digest import render as render_mail
from feed.models import Digest, Entry, Subscription
from feed.periods import Day, Week

logger = logging.getLogger(__name__)

may_look = permission_required("feed.view_digest", raise_exception=True)


@require_safe
@login_required
@may_look
def digests(request, kind):
    """All that was composed, with what became of it, and how many it goes to over time."""
    before = request.GET.get("before", "")
    try:
        rows, older = circulation.mailings(kind, before=date.fromisoformat(before) if before else None)
    except ValueError as error:
        raise Http404("This page is not there. Go back to the first one.") from error
    context = {
        "kind": kind,
        "rows": rows,
        "older": older,
        "is_first_page": not before,
        "digest_hour": settings.DIGEST_HOUR,
        "readers": Subscription.objects.confirmed().count_by_rhythm(),
        "plot": None if before else Plot(circulation.days(Day.current().start)),
    }
    return render(request, "feed/digests.html", context)


@require_safe
@login_required
@may_look
def newest_digest(request):
    days = Entry.objects.visible().newest_days(1)
    return redirect("feed:day_digest", Day(days[0]) if days else Day.current())


@require_safe
@login_required
@may_look
def digest(request, period):
    digest = Digest.objects.look(period)
    before, after = Entry.objects.visible().neighbours(period)
    context = {
        "period": period,
        "day": Day(period.start),
        "week": Week.containing(period.start),
        "previous": before and period.containing(before),
        "next": after and period.containing(after),
        "digest": digest,
        "mail": digest and _for_nobody(digest),
    }
    return render(request, "feed/digest.html", context)


# A mail has its styles on its elements, which no page of ours may; here nothing else may be, and nothing runs. It is not
# cached: "not modified" would come with the policy of our pages, and the frame stay empty.
@never_cache
@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]  # it knows only views without arguments from the address
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
    }
)
@require_safe
@login_required
@may_look
def digest_mail(request, period):
    """The mail's HTML alone, to stand in a frame; what is pressed in it opens elsewhere."""
    digest = Digest.objects.look(period)
    mail = digest and _for_nobody(digest)
    if not mail:
        raise Http404(f"There is no mail on {period}: it has no papers.")
    return HttpResponse(mail.html.replace("<head>", '<head><base target="_blank">', 1))


@require_POST
@login_required
@may_look
def send_test(request, period):
    """Send the mail, as it would go out now, to the moderator who asks."""
    recipient = request.user.verified_email
    mail = (digest := Digest.objects.look(period)) and _for_nobody(digest)
    if is_ratelimited(request, group="test_digest", key="user", rate="20/h", increment=True):
        messages.error(request, "You have sent twenty tests within an hour. Please wait a little before the next one.")
    elif not recipient:
        messages.error(
            request, "Your account has no confirmed email address to send it to. Confirm one in your settings."
        )
    elif not mail:
        messages.error(request, f"There is no mail on this {period.noun}: it has no papers.")
    else:
        try:
            mail.as_message(f"[Test] {mail.subject}", recipient).send()
            messages.success(
                request, f"Sent to {recipient}. Its links to change or leave go to the page where one subscribes."
            )
        except (AnymailError, SMTPException, OSError, ValueError) as error:
            logger.warning("A test of the digest was not sent: %s", error)
            messages.error(request, f"The mail server would not take it: {error}")
    return redirect(f"feed:{period.name}_digest", period)


def _for_nobody(digest):
    """The mail with links to where one subscribes, in place of those of a reader."""
    anyone = settings.SITE_URL + reverse("feed:subscribe")
    mail = render_mail(digest)
    return mail and mail.for_reader(Links(anyone, anyone))
