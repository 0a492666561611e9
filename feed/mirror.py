"""Hugging Face's daily feed, mirrored: its rows become papers, and entries on their day."""

from datetime import UTC, datetime, time, timedelta

from feed.models import Entry
from papers.huggingface.daily_paper import DailyPaper
from papers.ingest import Stored
from papers.models import Person

# A day's rows are submitted on it or on the days before: a weekend's stand on Monday. Trending trusts this time.
NEAR = timedelta(days=7)


def enter(batch: list[Stored]) -> None:
    """Give each mirrored paper its entry on its day; an entry that a member or moderator made stays theirs.

    Meant as `then` of `papers.ingest.ingest`: it runs within the batch's transaction.
    """
    mirrored = [(stored, stored.row) for stored in batch if isinstance(stored.row, DailyPaper)]
    entries = Entry.objects.filter(paper__in=[stored.pk for stored, _ in mirrored])
    known = {(entry.paper_id, entry.day): entry for entry in entries}
    handles = [row.submitted_by.handle for _, row in mirrored if row.submitted_by]
    people = dict(Person.objects.filter(handle__in=handles).values_list("handle", "pk"))
    missing, changed = [], []
    for stored, row in mirrored:
        words = {
            "submitted_at": _submitted_at(row),
            "submitted_by_person_id": people.get(row.submitted_by.handle) if row.submitted_by else None,
            "is_author_participating": row.is_author_participating,
        }
        entry = known.get((stored.pk, row.day))
        if entry is None:
            missing.append(Entry(paper_id=stored.pk, day=row.day, origin=Entry.Origin.HUGGINGFACE, **words))
        elif entry.origin == Entry.Origin.HUGGINGFACE and any(getattr(entry, key) != words[key] for key in words):
            for key, value in words.items():
                setattr(entry, key, value)
            changed.append(entry)
        else:
            continue
        stored.changes.add("entries")
    Entry.objects.bulk_create(missing)
    Entry.objects.bulk_update(changed, ["submitted_at", "submitted_by_person", "is_author_participating"])
    Entry.objects.mark_featured(entry.paper_id for entry in missing + changed)


def _submitted_at(row: DailyPaper) -> datetime:
    """When the paper was submitted there; the day's start where that is missing or nowhere near its day."""
    start = datetime.combine(row.day, time(), UTC)
    if row.submitted_at is None or abs(row.submitted_at - start) > NEAR:
        return start
    return row.submitted_at
