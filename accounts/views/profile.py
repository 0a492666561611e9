"""A member's page, and the form behind it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import ProfileForm
from accounts.models import User


@require_safe
def profile(request, handle):
    member = get_object_or_404(User.objects.active(), username__iexact=handle)
    if handle != member.username:
        # Not for ever: the member may come to like the other spelling.
        return redirect(member.get_absolute_url() + request.get_full_path().removeprefix(request.path))
    lists = {"submitted": member.entries.visible(), "upvoted": member.upvotes.visible()}
    counts = {name: rows.count() for name, rows in lists.items()}
    shown = request.GET.get("show") or ("submitted" if counts["submitted"] else "upvoted")
    if shown not in lists:
        raise Http404("A profile shows papers submitted and papers upvoted, nothing else.")
    page = lists[shown].newest_page(seen_by=request.user, cursor=request.GET.get("after", ""))
    context = {"member": member, "counts": counts, "shown": shown, "page": page, "is_own": member == request.user}
    return render(request, "accounts/profile.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_profile(request):
    # A copy of its own: what is typed wrongly must not stand in the page's header as the member's name.
    member = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=member)
    if request.method == "POST" and form.is_valid():
        # Only what was typed: an account deleted meanwhile must not come back.
        member.save(update_fields=form.changed_data)
        messages.success(request, "Your profile is saved.")
        return redirect(member)
    return render(request, "accounts/edit_profile.html", {"form": form})
