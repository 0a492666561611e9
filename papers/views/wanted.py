"""Asking for a paper that isn't here. What became of it stands on the search for its id."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.access import member_required
from papers import tasks
from papers.models import Paper, Wanted
from papers.models.wanted import NotMissing, TooMany

TOO_MANY = (
    f"You have asked for {Wanted.MOST} papers within a day, which is as many as one may. Ask for this one tomorrow."
)


@require_POST
@member_required
def take_in(request, arxiv_id):
    """For htmx the section that says how it stands; for everyone else the search for the id. One that is here: its page."""
    wanted, problem = None, ""
    try:
        wanted = Wanted.objects.ask(arxiv_id, by=request.user)
    except NotMissing as error:
        if paper := Paper.objects.visible().filter(arxiv_id=arxiv_id).first():
            # The search for its id leads to it.
            return HttpResponseClientRefresh() if request.htmx else redirect(paper)
        raise Http404(f"The paper {arxiv_id} is not in this catalogue.") from error
    except TooMany:
        problem, wanted = TOO_MANY, Wanted.objects.named(arxiv_id)
    else:
        tasks.look_up.ring()
    if request.htmx:
        context = {"arxiv_id": arxiv_id, "wanted": wanted, "problem": problem}
        return render(request, "papers/_wanted.html", context)
    if problem:
        messages.error(request, problem)
    return redirect(f"{reverse('feed:papers')}?{urlencode({'q': arxiv_id})}")
