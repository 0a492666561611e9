"""What only Hugging Face knows of a paper: votes, summary, links, organization, and the people behind them."""

from __future__ import annotations

from datetime import date
from operator import attrgetter
from typing import TYPE_CHECKING, TypeVar

from papers import bulk, statement
from papers.arxiv.record import OrganizationRecord, PersonRecord
from papers.huggingface.daily_paper import DailyPaper
from papers.models import Organization, Paper, Person, Repository

if TYPE_CHECKING:
    from papers.ingest import Stored

# The row's names where the paper has others.
NAMES = {"upvotes": "mirrored_upvote_count", "comments": "mirrored_comment_count", "discussion_hex_id": "hex_id"}
Spoken = TypeVar("Spoken", PersonRecord, OrganizationRecord)


def state(batch: list[Stored]) -> dict[str, int]:
    """Set on each paper what its rows decide; return the primary keys of the people whom they name, by handle."""
    mirrored = [(stored, stored.row) for stored in batch if isinstance(stored.row, DailyPaper)]
    if not mirrored:
        return {}
    rows = [row for _, row in mirrored]
    people, organizations = _people(rows), _organizations(rows)
    owners = _owners(rows)
    counted = _counted_at_github(rows)
    for stored, row in mirrored:
        for name, letter in statement.HUGGINGFACE.items():
            if letter not in stored.decided:
                continue
            value = getattr(row, name)
            if row.organization and name == "organization":
                stored.set(organization_id=organizations[row.organization.name.lower()].pk)
            # A source that gives one id to two papers must not keep the second out: the first has it.
            elif name == "discussion_hex_id" and owners.setdefault(value, row.record.arxiv_id) != row.record.arxiv_id:
                continue
            # What we had made ourselves gives way, and so does the mark that it was ours.
            elif name == "keywords":
                stored.set(keywords=list(value), keywords_model="")
            elif name == "summary" and statement.HUGGINGFACE["summary_model"] not in statement.read(
                stored.paper.stated
            ):
                stored.set(summary=value, summary_model="")
            elif name != "github_stars" or (row.github_repo or stored.paper.github_repo) not in counted:
                stored.set(**{NAMES.get(name, name): list(value) if isinstance(value, tuple) else value})
        if stored.paper.mirrored_on is None or row.day > stored.paper.mirrored_on:
            stored.set(mirrored_on=row.day)
    return {handle: person.pk for handle, person in people.items()}


def _owners(rows: list[DailyPaper]) -> dict[str, str]:
    """Which paper has each of the ids that the rows give."""
    given = {row.discussion_hex_id for row in rows if row.discussion_hex_id}
    return dict(Paper.objects.filter(hex_id__in=given).values_list("hex_id", "arxiv_id"))


def _counted_at_github(rows: list[DailyPaper]) -> set[str]:
    """The repositories whose stars are known from GitHub itself, which knows better."""
    urls = {row.github_repo for row in rows if row.github_repo}
    return set(Repository.objects.filter(url__in=urls, stars__isnull=False).values_list("url", flat=True))


def _people(rows: list[DailyPaper]) -> dict[str, Person]:
    """People elsewhere whom the rows name, written down as their newest days know them; by handle."""
    said: dict[str, list[tuple[date, PersonRecord]]] = {}
    for row in rows:
        for person in (*(author.person for author in row.record.authors), row.submitted_by):
            if person and person.handle:
                said.setdefault(person.handle, []).append((row.day, person))
    known = {person.handle: person for person in Person.objects.filter(handle__in=list(said))}
    missing = {handle: Person(handle=handle) for handle in said if handle not in known}
    return _write(Person, known | missing, said, ("name", "avatar_url"))


def _organizations(rows: list[DailyPaper]) -> dict[str, Organization]:
    """The organizations that the rows name, by their name in small letters."""
    said: dict[str, list[tuple[date, OrganizationRecord]]] = {}
    for row in rows:
        if row.organization:
            said.setdefault(row.organization.name.lower(), []).append((row.day, row.organization))
    found = {it.name.lower(): it for it in Organization.objects.named(said)}
    hex_ids = {record.hex_id for records in said.values() for _, record in records if record.hex_id}
    by_hex_id = {it.hex_id: it for it in Organization.objects.filter(hex_id__in=hex_ids)}
    for key, records in said.items():
        own = [record.hex_id for _, record in records if record.hex_id]
        if key not in found:
            # One that changed its name there stays one.
            known = next((by_hex_id[hex_id] for hex_id in own if hex_id in by_hex_id), None)
            found[key] = known or Organization()
        for hex_id in own:
            by_hex_id.setdefault(hex_id, found[key])
    return _write(Organization, found, said, ("name", "full_name", "avatar_url"))


def _write(
    model: type[Person] | type[Organization],
    rows: dict,
    said: dict[str, list[tuple[date, Spoken]]],
    names: tuple[str, ...],
) -> dict:
    """Bring the rows up to date with what was said of them: each field as its newest day has it, and save them.

    Of two values of one day, which come from two papers' rows, the greater one holds.
    """
    # A source that gives one id to two must not bring the batch down: the first keeps it.
    hex_ids = {record.hex_id for records in said.values() for _, record in records if record.hex_id}
    owners = dict(model.objects.filter(hex_id__in=hex_ids).values_list("hex_id", "pk"))
    changed = {}
    for key, records in said.items():
        row, is_changed = rows[key], False
        mark = row.pk or -id(row)
        words = statement.read(row.stated)
        for day, record in records:
            word = f"{day:%Y%m%d}"
            for name in (*names, "hex_id"):
                value, letter = getattr(record, name), name[0]
                if not value or (word, value) <= (words.get(letter, ""), getattr(row, name) if letter in words else ""):
                    continue
                if name == "hex_id" and owners.setdefault(value, mark) != mark:
                    continue
                setattr(row, name, value)
                words[letter] = word
                is_changed = True
            if row.seen_on is None or day > row.seen_on:
                row.seen_on, is_changed = day, True
        row.stated = statement.write(words)
        if isinstance(row, Organization) and "f" not in words:
            row.full_name = row.name
        if is_changed:
            changed[id(row)] = row
    missing = {id(row): row for row in rows.values() if row.pk is None}
    columns = (*names, "hex_id", "seen_on", "stated")
    values = attrgetter("pk", *columns)
    bulk.update(model, columns, [values(row) for row in changed.values() if row.pk])
    model.objects.bulk_create(missing.values())
    return rows
