"""What moderators may change of the feed: its entries, by the one verb of `papers.moderation`."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from feed.models import Entry
from papers import moderation
from papers.editing import HIDDEN, plain
from papers.models import Action, Paper
from papers.moderation import Editable, Kind


def feature(paper: Paper, day: date, *, by: User, reason: str = "") -> Entry:
    """Put a paper into a day's feed, and log it; where it was hidden there it is shown again. Undone, it is hidden.

    Raises PermissionDenied.
    """
    if not moderation.may_moderate(by, Entry):
        raise PermissionDenied
    with transaction.atomic():
        # An entry that is new counts as one that was hidden: so its beginning can be undone.
        fields = {"origin": Entry.Origin.MODERATOR, "submitted_by": by, "hidden_at": timezone.now()}
        entry, _ = Entry.objects.get_or_create(paper=paper, day=day, defaults=fields)
        moderation.moderate(entry, by=by, kind=Action.Kind.FEATURE, reason=reason, hidden=False)
    entry.refresh_from_db()
    return entry


def _write_day(entry: Entry, written: str) -> None:
    day = date.fromisoformat(written)
    if Entry.objects.filter(paper=entry.paper_id, day=day).exclude(pk=entry.pk).exists():
        raise ValidationError({"day": f"The paper has an entry on {day} already, perhaps a hidden one."})
    entry.day = day


moderation.register(
    Entry,
    Kind(
        {
            "day": Editable(lambda entry: entry.day.isoformat(), _write_day, ("day",)),
            "note": plain("note", is_sourced=False),
            "hidden": HIDDEN,
        },
        permission="feed.change_entry",
        paper=lambda entry: entry.paper,
        then=lambda entry: Entry.objects.mark_featured([entry.paper_id]),
    ),
)
