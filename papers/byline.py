"""Who wrote a paper, as its sources print it: one row a name, each belonging to the author behind the name.

The names and their order are those of the statement that decides. Who stands behind a name, and whether it hides, is
what Hugging Face's newest day says that knows the name; the paper keeps that for what later versions will print.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from papers import author_names, bulk, statement
from papers.arxiv.record import AuthorName
from papers.huggingface.daily_paper import DailyPaper
from papers.models import Authorship, Person
from papers.models.author import author_slug

if TYPE_CHECKING:
    from papers.ingest import Stored


class Line(NamedTuple):
    """What one authorship says; two that are equal need no writing."""

    name: str
    affiliation: str = ""
    hex_id: str = ""
    is_hidden: bool = False
    person_id: int | None = None
    person_status: str = ""
    person_status_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Byline:
    """A paper's lines as they are written and as they should be."""

    stored: Stored
    before: list[Line]
    after: list[Line]


class Claim(NamedTuple):
    """What the mirror knew of a name on `day`; `handle` is a person's, `changed_at` an ISO 8601 time, or ""."""

    name: str
    hex_id: str
    is_hidden: bool
    handle: str
    status: str
    changed_at: str
    day: str

    @classmethod
    def of(cls, author: AuthorName, day: date) -> Claim:
        handle = author.person.handle if author.person else ""
        changed_at = author.person_status_changed_at
        return cls(
            author.name,
            author.hex_id,
            author.is_hidden,
            handle,
            author.person_status,
            changed_at.isoformat() if changed_at else "",
            day.isoformat(),
        )


def state(batch: list[Stored], people: dict[str, int]) -> list[Byline]:
    """Set each paper's printed names; return the bylines that have to be written. `people` are keys by handle."""
    spoken, known = [], {}
    for stored in batch:
        remembered = stored.paper.mirrored_authors
        claims = _claims(stored)
        # As the database writes it out again.
        stored.set(mirrored_authors=json.dumps(claims, ensure_ascii=False) if claims else "[]")
        if "author_names" in stored.paper.edited_fields:
            continue
        if statement.NAMES in stored.decided or stored.paper.mirrored_authors != remembered:
            spoken.append(stored)
            known[stored.pk] = claims
    people = _with_those_known(people, known)
    written = _written([stored.pk for stored in spoken if not stored.is_new])
    bylines = []
    for stored in spoken:
        before = written.get(stored.pk, [])
        printed: list[tuple[str, str]]
        if statement.NAMES in stored.decided:
            printed = [(author.name, author.affiliation) for author in stored.record.authors]
        else:
            printed = [(line.name, line.affiliation) for line in before]
        after = _lines(printed, known[stored.pk], before, people)
        stored.set(author_names=[line.name for line in after if not line.is_hidden])
        if before != after:
            stored.changes.add("authorships")
            bylines.append(Byline(stored, before, after))
    return bylines


COLUMNS = ("paper_id", "author_id", "position", *Line._fields)


def write(bylines: list[Byline]) -> None:
    """Replace the authorships of these papers, which are stored by now."""
    replaced = [byline.stored.pk for byline in bylines if byline.before]
    if replaced:
        bulk.execute("delete from papers_authorship where paper_id = any(%s)", [replaced])
    authors = author_names.keys({line.name for byline in bylines for line in byline.after})
    bulk.copy(Authorship, COLUMNS, _rows(bylines, authors))
    author_names.part(
        {line.name for byline in bylines for line in byline.before}
        - {line.name for byline in bylines for line in byline.after}
    )


def _rows(bylines: list[Byline], authors: dict[str, int]) -> Iterator[tuple]:
    drawn = iter(bulk.hex_ids(sum(len(byline.after) for byline in bylines)))
    for byline in bylines:
        for position, line in enumerate(byline.after):
            name, affiliation, hex_id, *rest = line
            author = authors[author_slug(name)]
            yield (byline.stored.pk, author, position, name, affiliation, hex_id or next(drawn), *rest)


def _claims(stored: Stored) -> list[Claim]:
    """What is known of each name, from the newest day that has it; namesakes are of one day and in their order."""
    text, row = stored.paper.mirrored_authors, stored.row
    claims = [Claim(*values) for values in json.loads(text)] if text != "[]" else []
    if not isinstance(row, DailyPaper):
        return claims
    days = {author_slug(claim.name): claim.day for claim in claims}
    said = [Claim.of(author, row.day) for author in row.record.authors]
    heard = [claim for claim in said if claim.day >= days.get(author_slug(claim.name), "")]
    slugs = {author_slug(claim.name) for claim in heard}
    return sorted(
        heard + [claim for claim in claims if author_slug(claim.name) not in slugs],
        key=lambda claim: author_slug(claim.name),
    )


def _with_those_known(people: dict[str, int], claims: dict[int, list[Claim]]) -> dict[str, int]:
    """The people of whom this batch speaks, and those of whom earlier days did."""
    missing = {claim.handle for of_paper in claims.values() for claim in of_paper} - people.keys() - {""}
    if not missing:
        return people
    return people | dict(Person.objects.filter(handle__in=missing).values_list("handle", "pk"))


def _lines(
    printed: list[tuple[str, str]], claims: list[Claim], before: list[Line], people: dict[str, int]
) -> list[Line]:
    if not claims and not before:
        return [Line(name, affiliation) for name, affiliation in printed]
    find_claim, find_before = _Namesakes(claims), _Namesakes(before)
    lines, taken = [], {""}
    for name, affiliation in printed:
        claim, then = find_claim(name), find_before(name)
        # Two lines must not share an id; and an id once drawn stays.
        hex_ids = [it.hex_id for it in (claim, then) if it and it.hex_id not in taken]
        line = Line(name, affiliation, hex_ids[0] if hex_ids else "")
        if claim:
            changed_at = datetime.fromisoformat(claim.changed_at) if claim.changed_at else None
            line = line._replace(
                is_hidden=claim.is_hidden,
                person_id=people.get(claim.handle),
                person_status=claim.status,
                person_status_changed_at=changed_at,
            )
        lines.append(line)
        taken.add(line.hex_id)
    return lines


class _Namesakes:
    """Finds the line of a name; namesakes on one paper one after the other, in their order."""

    def __init__(self, lines: list):
        self.lines: dict[str, list] = {}
        for line in lines:
            self.lines.setdefault(author_slug(line.name), []).append(line)

    def __call__(self, name: str):
        lines = self.lines.get(author_slug(name))
        return lines.pop(0) if lines else None


def _written(papers: list[int]) -> dict[int, list[Line]]:
    if not papers:
        return {}
    query = f"select paper_id, {', '.join(Line._fields)} from papers_authorship where paper_id = any(%s)"
    written: dict[int, list[Line]] = {}
    for paper, *values in bulk.select(f"{query} order by paper_id, position", [papers]):
        written.setdefault(paper, []).append(Line(*values))
    return written
