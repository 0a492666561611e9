"""What only Hugging Face knows of a paper: votes, summary, links, organization, and the people behind them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, TypeVar

from papers.arxiv.record import OrganizationRecord, PersonRecord
from papers.huggingface.daily_paper import DailyPaper
from papers.models import Organization, Paper, Person

if TYPE_CHECKING:
    from papers.ingest import Stored

STATED = ("summary", "summary_model", "project_page", "github_repo", "github_stars", "withdrawn_at")
Spoken = TypeVar("Spoken", PersonRecord, OrganizationRecord)


def state(batch: list[Stored]) -> None:
    """Set on each paper what its newest mirrored day says; nothing is blanked by a row that is silent."""
    organizations = _organizations(batch)
    owners = _owners(batch)
    for stored in batch:
        row = stored.mirrored
        if row is None:
            continue
        arxiv_id = stored.paper.arxiv_id
        for name in STATED:
            if getattr(row, name) not in ("", None):
                stored.set(name, getattr(row, name))
        for name in ("keywords", "media_urls"):
            if getattr(row, name):
                stored.set(name, list(getattr(row, name)))
        if row.organization:
            stored.set("organization_id", organizations[row.organization.name.lower()].pk)
        if row.upvotes is not None:
            stored.set("mirrored_upvote_count", row.upvotes)
        if row.comments is not None:
            stored.set("mirrored_comment_count", row.comments)
        stored.set("mirrored_on", row.day)
        # A source that gives one id to two papers must not keep the second out: the first has it.
        if row.discussion_hex_id and owners.setdefault(row.discussion_hex_id, arxiv_id) == arxiv_id:
            stored.set("hex_id", row.discussion_hex_id)


def _owners(batch: list[Stored]) -> dict[str, str]:
    """Which paper has each of the ids that the rows give."""
    given = {stored.row.discussion_hex_id for stored in batch if isinstance(stored.row, DailyPaper)}
    return dict(Paper.objects.filter(hex_id__in=given).values_list("hex_id", "arxiv_id"))


def write_people(batch: list[Stored]) -> dict[str, Person]:
    """People elsewhere whom the rows name, written down as their newest day knows them; by handle."""
    said: dict[str, tuple[date, PersonRecord]] = {}
    for stored in batch:
        if isinstance(stored.row, DailyPaper):
            for person in (*(author.person for author in stored.record.authors), stored.row.submitted_by):
                if person and person.handle:
                    _hear(said, person.handle, stored.row.day, person)
    known = {person.handle: person for person in Person.objects.filter(handle__in=list(said))}
    missing = {handle: Person(handle=handle) for handle in said if handle not in known}
    return _write(Person, known | missing, said, ["name", "avatar_url"])


def _organizations(batch: list[Stored]) -> dict[str, Organization]:
    """The organizations that the rows name, by their name in small letters."""
    said: dict[str, tuple[date, OrganizationRecord]] = {}
    for stored in batch:
        if isinstance(stored.row, DailyPaper) and (organization := stored.row.organization):
            _hear(said, organization.name.lower(), stored.row.day, organization)
    known = {it.name.lower(): it for it in Organization.objects.named(said)}
    renamed = {it.hex_id: it for it in Organization.objects.filter(hex_id__in=[it.hex_id for _, it in said.values()])}
    for key, (_, record) in said.items():
        if key not in known and record.hex_id in renamed:
            known[key] = renamed[record.hex_id]
    missing = {
        key: Organization(name=record.name, full_name=record.full_name or record.name)
        for key, (_, record) in said.items()
        if key not in known
    }
    return _write(Organization, known | missing, said, ["full_name", "avatar_url"])


def _hear(said: dict[str, tuple[date, Spoken]], key: str, day: date, record: Spoken) -> None:
    """Of several words on the same one, the newest day's counts, and of one day's the last."""
    if key not in said or day >= said[key][0]:
        said[key] = (day, record)


def _write(
    model: type[Person] | type[Organization], rows: dict, said: dict[str, tuple[date, Spoken]], names: list[str]
) -> dict:
    """Bring the rows up to date with what was said of them, unless they know a newer day; save what that changes."""
    # A source that gives one id to two must not bring the batch down: the first keeps it.
    hex_ids = {record.hex_id for _, record in said.values() if record.hex_id}
    owners = dict(model.objects.filter(hex_id__in=hex_ids).values_list("hex_id", "pk"))
    changed = []
    for key, (day, record) in said.items():
        row = rows[key]
        if row.seen_on and row.seen_on > day:
            continue
        words = {name: getattr(record, name) for name in names if getattr(record, name)} | {"seen_on": day}
        if record.hex_id and owners.setdefault(record.hex_id, row.pk or key) in (row.pk, key):
            words["hex_id"] = record.hex_id
        if any(getattr(row, name) != value for name, value in words.items()):
            for name, value in words.items():
                setattr(row, name, value)
            changed.append(row)
    missing = [row for row in rows.values() if row.pk is None]
    model.objects.bulk_update([row for row in changed if row.pk], [*names, "hex_id", "seen_on"])
    model.objects.bulk_create(missing)
    return rows
