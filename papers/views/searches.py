"""A member's saved searches, and the link that ends their alerts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import member_required
from accounts.models import User
from papers import address
from papers.forms import SavedSearchForm
from papers.models import SavedSearch
from papers.models.saved_search import TooMany, member_named_by

TOO_MANY = (
    f"You have saved {SavedSearch.MOST} searches, which is as many as one may. Delete one that you no longer need."
)


@require_safe
@login_required
def searches(request):
    return _page(request)


@require_POST
@member_required
def save_search(request):
    """Keep a search. For htmx the form, or word that it is saved; for everyone else the page of all that are."""
    where, problem, saved = request.POST.get("address", ""), "", None
    try:
        problem = " ".join(address.read(address.normal(where)).problems)
        if not problem:
            saved = SavedSearch.objects.keep(where, by=request.user, is_alerting="is_alerting" in request.POST)
    except ValueError:
        problem = "There is nothing to look for: type a few words into the search first."
    except TooMany:
        problem = TOO_MANY
    if request.htmx:
        return render(request, "papers/_save_search.html", {"saved_search": saved, "problem": problem})
    if saved is None:
        return _page(request, problem=problem)
    messages.success(request, "The search is saved.")
    return redirect("papers:searches")


@require_POST
@member_required
def change_search(request, pk):
    saved = get_object_or_404(request.user.saved_searches, pk=pk)
    form = _form(saved, request.POST)
    if not form.is_valid():
        return _page(request, wrong=form)
    saved.change(**form.cleaned_data)
    messages.success(request, "Saved.")
    return redirect("papers:searches")


@require_POST
@member_required
def delete_search(request, pk):
    get_object_or_404(request.user.saved_searches, pk=pk).delete()
    messages.success(request, "The search is deleted.")
    return redirect("papers:searches")


@csrf_exempt  # RFC 8058: a mail program posts here without cookies; the signed token is the permission.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_alerts(request, token):
    try:
        member = member_named_by(token)
    except (signing.BadSignature, User.DoesNotExist):
        return render(request, "papers/stop_alerts.html", status=404)
    if request.method == "POST":
        member.saved_searches.all().stop_alerts()
    are_on = member.saved_searches.filter(is_alerting=True).exists()
    return render(request, "papers/stop_alerts.html", {"member": member, "are_on": are_on})


def _form(saved: SavedSearch, data=None) -> SavedSearchForm:
    # One of several on the page, each with names of its own for its fields.
    return SavedSearchForm(data, instance=saved, auto_id=f"id_{saved.pk}_%s", label_suffix="")


def _page(request, *, problem: str = "", wrong: SavedSearchForm | None = None):
    """All of a member's searches, each with its form; one that was filled in wrongly as it was."""
    forms = {saved: _form(saved) for saved in request.user.saved_searches.all()}
    if wrong:
        forms[wrong.instance] = wrong
    return render(request, "papers/searches.html", {"forms": forms, "problem": problem, "most": SavedSearch.MOST})
