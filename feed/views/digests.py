"""What moderators see of the digest before it goes out, or as it went."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from feed.digest import Links
from feed.digest import render as render_mail
from feed.models import Digest, Entry
from feed.periods import Day, Week

may_look = permission_required("feed.view_digest", raise_exception=True)


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


# A mail has its styles on its elements, which no page of ours may; here nothing else may be, and nothing runs.
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


def _for_nobody(digest):
    """The mail with links to where one subscribes, in place of those of a reader."""
    anyone = settings.SITE_URL + reverse("feed:subscribe")
    mail = render_mail(digest)
    return mail and mail.for_reader(Links(anyone, anyone))
