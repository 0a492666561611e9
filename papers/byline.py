"""Who wrote a paper, as its sources print it: one row a name, each belonging to the author behind the name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from papers.arxiv.record import AuthorName
from papers.models import Author, Authorship, Person
from papers.models.author import author_slug

if TYPE_CHECKING:
    from papers.ingest import Stored


@dataclass(frozen=True)
class Line:
    """What one authorship says; two that are equal need no writing."""

    name: str
    affiliation: str = ""
    hex_id: str = ""
    is_hidden: bool = False
    person_id: int | None = None
    person_status: str = ""
    person_status_changed_at: datetime | None = None

    @classmethod
    def of(cls, author: AuthorName, people: dict[str, Person]) -> Line:
        person = people.get(author.person.handle) if author.person else None
        return cls(
            author.name,
            author.affiliation,
            author.hex_id,
            author.is_hidden,
            person.pk if person else None,
            author.person_status,
            author.person_status_changed_at,
        )

    def completed_by(self, other: Line | None) -> Line:
        """This line, with what it leaves open taken from another's."""
        if other is None:
            return self
        mine = (
            self
            if self.person_id
            else replace(
                self,
                person_id=other.person_id,
                person_status=other.person_status,
                person_status_changed_at=other.person_status_changed_at,
                is_hidden=self.is_hidden or other.is_hidden,
            )
        )
        return replace(mine, affiliation=self.affiliation or other.affiliation, hex_id=self.hex_id or other.hex_id)


def state(batch: list[Stored]) -> None:
    """Set the printed names on each paper whose names this source may say."""
    for stored in batch:
        if stored.record.authors and (stored.outweighs or not stored.paper.author_names):
            stored.set("author_names", [author.name for author in stored.record.authors if not author.is_hidden])


def write(batch: list[Stored], people: dict[str, Person]) -> None:
    """Make the authorships of each paper what its sources together say; untouched where nothing is new."""
    batch = [stored for stored in batch if stored.record.authors]
    written = _written([stored.paper.pk for stored in batch if not stored.is_new])
    stale, lines = [], {}
    for stored in batch:
        before = written.get(stored.paper.pk, [])
        after = _merged(stored, before, [Line.of(author, people) for author in stored.record.authors])
        if before != after:
            stored.changes.add("authorships")
            lines[stored.paper.pk] = after
            stale.append(stored.paper.pk)
    Authorship.objects.filter(paper__in=stale).delete()
    authors = _authors({line.name for after in lines.values() for line in after})
    Authorship.objects.bulk_create(
        [
            Authorship(paper_id=paper, author_id=authors[author_slug(line.name)], position=position, **_fields(line))
            for paper, after in lines.items()
            for position, line in enumerate(after)
        ],
        batch_size=2000,
    )


def _merged(stored: Stored, before: list[Line], said: list[Line]) -> list[Line]:
    """The stronger source's names in its order, each completed by what the other says of the same name."""
    is_said_stronger = not before or stored.outweighs
    strong, weak = (said, before) if is_said_stronger else (before, said)
    same_name: dict[str, list[Line]] = {}
    for line in weak:
        same_name.setdefault(author_slug(line.name), []).append(line)
    # Namesakes on one paper are matched in their order.
    merged = []
    for line in strong:
        others = same_name.get(author_slug(line.name))
        other = others.pop(0) if others else None
        if other and other.hex_id and not is_said_stronger:
            # A source's own id replaces the one that we drew.
            line = replace(line, hex_id=other.hex_id)
        merged.append(line.completed_by(other))
    return _distinct(merged)


def _distinct(lines: list[Line]) -> list[Line]:
    """The same lines, none with an id that an earlier one has: two namesakes must not share it."""
    taken: set[str] = set()
    distinct = []
    for line in lines:
        if line.hex_id in taken:
            line = replace(line, hex_id="")
        taken.add(line.hex_id)
        distinct.append(line)
    return distinct


def _written(papers: list[int]) -> dict[int, list[Line]]:
    rows = Authorship.objects.filter(paper__in=papers).order_by("paper", "position")
    written: dict[int, list[Line]] = {}
    for paper, *values in rows.values_list("paper", *Line.__dataclass_fields__):
        written.setdefault(paper, []).append(Line(*values))
    return written


def _fields(line: Line) -> dict:
    """The line's columns; without an id of the source's the model draws one."""
    return {name: getattr(line, name) for name in Line.__dataclass_fields__ if name != "hex_id" or line.hex_id}


def _authors(names: set[str]) -> dict[str, int]:
    """The author behind each name, made where there is none yet; ids by slug."""
    by_slug = {author_slug(name): name for name in sorted(names, reverse=True)}
    known = dict(Author.objects.filter(slug__in=list(by_slug)).values_list("slug", "pk"))
    made = Author.objects.bulk_create(
        [Author(slug=slug, name=name) for slug, name in by_slug.items() if slug not in known]
    )
    return known | {author.slug: author.pk for author in made}
