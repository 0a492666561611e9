"""Moderators set a paper's fields, hand them back to the sources, hide it and show it again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from papers.forms import EditForm
from papers.models import Action, Paper
from papers.moderation import hand_back, moderate

may_edit = permission_required("papers.change_paper", raise_exception=True)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@may_edit
def edit(request, arxiv_id):
    paper = get_object_or_404(Paper.objects.select_related("organization"), arxiv_id=arxiv_id)
    form = EditForm(paper, request.POST or None)
    if request.method == "POST" and form.is_valid():
        action = form.save(by=request.user)
        if not form.errors:
            messages.success(request, "Saved, and written into the log." if action else "Nothing was different.")
            return redirect("papers:edit" if paper.hidden_at else "papers:paper", arxiv_id)
    return render(request, "papers/edit.html", {"paper": paper, "form": form})


@require_POST
@login_required
@may_edit
def hand_back_field(request, arxiv_id):
    """Let the sources speak of a field again."""
    paper, name = get_object_or_404(Paper, arxiv_id=arxiv_id), request.POST.get("field")
    if name not in EditForm.EDITED:
        return HttpResponseBadRequest("There is no such field to hand back.", content_type="text/plain")
    if hand_back(paper, name, by=request.user):
        messages.success(request, f"The {name.replace('_', ' ')} is the source’s again.")
    return redirect("papers:edit", arxiv_id)


@require_POST
@login_required
@may_edit
def hide(request, arxiv_id):
    paper = get_object_or_404(Paper, arxiv_id=arxiv_id)
    moderate(paper, by=request.user, kind=Action.Kind.HIDE, reason=request.POST.get("reason", ""), hidden=True)
    messages.success(request, "Hidden from every page, list and mail.")
    return redirect("papers:edit", arxiv_id)


@require_POST
@login_required
@may_edit
def show(request, arxiv_id):
    paper = get_object_or_404(Paper, arxiv_id=arxiv_id)
    moderate(paper, by=request.user, kind=Action.Kind.SHOW, reason=request.POST.get("reason", ""), hidden=False)
    messages.success(request, "It is to be seen again.")
    return redirect("papers:paper", arxiv_id)
