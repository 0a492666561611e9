"""What moderators did: the public log, and taking an action back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from papers.keyset import paginate
from papers.models import Action, Paper
from papers.moderation import Conflict, may_moderate, undo
from papers.query import cleaned

SIZE = 50


@require_safe
def log(request):
    actions = Action.objects.for_log()
    chosen: dict[str, object] = {}
    if arxiv_id := cleaned(request.GET.get("paper", "")):
        chosen["paper"] = get_object_or_404(Paper, arxiv_id=arxiv_id)
    if handle := cleaned(request.GET.get("by", "")):
        chosen["by"] = get_object_or_404(User, username__iexact=handle)
    if (kind := request.GET.get("kind")) in Action.Kind:
        chosen["kind"] = kind
    page = paginate(actions.filter(**chosen), order=("-at", "-id"), cursor=request.GET.get("after", ""), size=SIZE)
    context = {
        "page": page,
        "chosen": chosen,
        "kinds": Action.Kind.choices,
        "undoable": {action.pk for action in page if _may_undo(request.user, action)},
    }
    return render(request, "feed/log.html", context)


@require_POST
@login_required
def undo_action(request, pk):
    """Take an action back, unless what it made has been changed since; who may not gets 403."""
    action = get_object_or_404(Action, pk=pk)
    try:
        undo(action, by=request.user, reason=request.POST.get("reason", ""))
        messages.success(request, "Undone. That stands in the log, too, and can be undone.")
    except Conflict as conflict:
        who = f" by {conflict.latest.by.get_full_name()}" if conflict.latest else ""
        messages.error(request, f"Not undone: it was changed again since{who}. Undo the later action first.")
    except ValidationError as error:
        messages.error(request, f"Not undone. {' '.join(error.messages)}")
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else reverse("feed:log"))


def _may_undo(user: User, action: Action) -> bool:
    return user.is_authenticated and not action.is_undone and may_moderate(user, action.content_type.model_class())
