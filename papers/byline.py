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


def state(batch: list[Stored], people: dict[str, Person]) -> list[tuple[Stored, list[Line]]]:
    """Set each paper's printed names; return the papers whose lines differ from what is written, with those lines."""
    batch = [stored for stored in batch if stored.record.authors and "author_names" not in stored.paper.edited_fields]
    written = _written([stored.paper.pk for stored in batch if not stored.is_new])
    bylines = []
    for stored in batch:
        before = written.get(stored.paper.pk, [])
        after = _merged(stored, before, [Line.of(author, people) for author in stored.record.authors])
        stored.set("author_names", [line.name for line in after if not line.is_hidden])
        if before != after:
            bylines.append((stored, after))
    return bylines


def write(bylines: list[tuple[Stored, list[Line]]]) -> None:
    """Replace the authorships of these papers, which are saved by now."""
    Authorship.objects.filter(paper__in=[stored.paper.pk for stored, _ in bylines]).delete()
    authors = _authors({line.name for _, lines in bylines for line in lines})
    authorships = []
    for stored, lines in bylines:
        stored.changes.add("authorships")
        for position, line in enumerate(lines):
            author = authors[author_slug(line.name)]
            authorships.append(Authorship(paper=stored.paper, author_id=author, position=position, **_fields(line)))
    Authorship.objects.bulk_create(authorships, batch_size=2000)


def _merged(stored: Stored, before: list[Line], said: list[Line]) -> list[Line]:
    """The stronger source's names in its order; who stands behind a name, only Hugging Face's newest day says."""
    names = said if not before or stored.outweighs else before
    find_said, find_before = _Namesakes(said), _Namesakes(before)
    merged, taken = [], {""}
    for line in names:
        now, then = find_said(line.name), find_before(line.name)
        behind = now if now and stored.mirrored else then
        # Two lines must not share an id; and an id once drawn or given stays.
        hex_ids = [it.hex_id for it in (now, then) if it and it.hex_id not in taken]
        merged.append(
            replace(
                line,
                affiliation=line.affiliation or (then.affiliation if then else ""),
                hex_id=hex_ids[0] if hex_ids else "",
                is_hidden=behind.is_hidden if behind else False,
                person_id=behind.person_id if behind else None,
                person_status=behind.person_status if behind else "",
                person_status_changed_at=behind.person_status_changed_at if behind else None,
            )
        )
        taken.add(merged[-1].hex_id)
    return merged


class _Namesakes:
    """Finds the line of a name; namesakes on one paper one after the other, in their order."""

    def __init__(self, lines: list[Line]):
        self.lines: dict[str, list[Line]] = {}
        for line in lines:
            self.lines.setdefault(author_slug(line.name), []).append(line)

    def __call__(self, name: str) -> Line | None:
        lines = self.lines.get(author_slug(name))
        return lines.pop(0) if lines else None


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
