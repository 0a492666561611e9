"""A member's own feed, and "less like this"."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.access import member_required
from papers import for_you as feed_of_ones_own
from papers.models import Paper

from .back import back


@require_safe
def for_you(request):
    member = request.user
    context: dict[str, Any] = {"needed": feed_of_ones_own.NEEDED}
    if member.is_authenticated and member.is_feed_personal:
        context["upvote_count"] = member.upvotes.visible().count()
        if context["upvote_count"] >= feed_of_ones_own.NEEDED:
            context["recommendations"] = feed_of_ones_own.recommend(member)
            context["dismissed_count"] = member.dismissals.visible().count()
    return render(request, "papers/for_you.html", context)


@require_safe
@login_required
def dismissals(request):
    page = request.user.dismissals.all().newest_page(cursor=request.GET.get("after", ""))
    return render(request, "papers/dismissals.html", {"page": page})


@require_POST
@member_required
def dismiss(request, arxiv_id):
    paper = get_object_or_404(Paper.objects.visible(), arxiv_id=arxiv_id)
    paper.dismiss(by=request.user)
    if request.htmx:
        return render(request, "papers/_dismissed.html", {"paper": paper})
    messages.success(request, "You will see less like that one.")
    return redirect("papers:for_you")


@require_POST
@member_required
def withdraw_dismissal(request, arxiv_id):
    paper = get_object_or_404(Paper.objects.visible(), arxiv_id=arxiv_id)
    paper.withdraw_dismissal(by=request.user)
    return redirect(back(request, otherwise=reverse("papers:for_you")))
