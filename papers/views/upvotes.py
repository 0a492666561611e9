"""Upvoting and taking it back."""

from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from accounts.access import member_required
from papers.models import Paper

from .back import back


@require_POST
@member_required
def upvote(request, arxiv_id):
    paper = get_object_or_404(Paper.objects.visible(), arxiv_id=arxiv_id)
    paper.upvote(by=request.user)
    return _button(request, paper, is_upvoted=True)


@require_POST
@member_required
def withdraw_upvote(request, arxiv_id):
    paper = get_object_or_404(Paper.objects.visible(), arxiv_id=arxiv_id)
    paper.withdraw_upvote(by=request.user)
    return _button(request, paper, is_upvoted=False)


def _button(request, paper, *, is_upvoted):
    """For htmx the button, on the paper's page with all that stands beside it; for everyone else the page one came from."""
    if request.htmx:
        context = {"paper": paper, "is_upvoted": is_upvoted}
        if request.POST.get("variant") == "wide":
            # On the paper's page the faces change with the count.
            return render(request, "papers/_votes.html", {**context, "upvoters": paper.upvotes.newest_faces()})
        return render(request, "papers/_upvote.html", context)
    return redirect(f"{back(request, otherwise=paper.get_absolute_url())}#upvote-{paper.arxiv_id}")
