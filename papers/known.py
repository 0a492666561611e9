"""A paper's row as ingestion works on it: no model instance, since thousands are read and made in a second."""

from collections.abc import Iterable
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.utils import timezone

from papers import bulk
from papers.models import Paper


class Known:
    """The columns that ingestion reads and writes, under their names in the database.

    One that isn't set has the model's default. `mirrored_authors` and `withheld` are JSON as text. `is_dirty` tells that there is
    something to be saved.
    """

    is_dirty = False

    arxiv_id: str
    hex_id: str
    title: str
    abstract: str
    author_names: list[str]
    primary_category_id: str | None
    organization_id: int | None
    published_at: datetime
    updated_at: datetime | None
    version: int | None
    withdrawn_at: datetime | None
    deleted_at: datetime | None
    submitter: str
    comment: str
    journal_reference: str
    doi: str
    license: str
    source: str
    summary: str
    summary_model: str
    keywords: list[str]
    keywords_model: str
    project_page: str
    github_repo: str
    github_stars: int | None
    media_urls: list[str]
    mirrored_upvote_count: int
    mirrored_comment_count: int
    mirrored_on: date | None
    mirrored_authors: str
    stated: str
    looked_up_at: datetime | None
    edited_fields: list[str]
    withheld: str
    modified_at: datetime

    def __init__(self, pk: int, arxiv_id: str) -> None:
        self.pk, self.arxiv_id = pk, arxiv_id


COLUMNS = tuple(Known.__annotations__)
# What no reader sees: when only this changes, the paper has not.
UNSEEN = {"withheld", "stated", "looked_up_at", "mirrored_on", "mirrored_authors"}

_FIELDS = {field.attname: field for field in Paper._meta.concrete_fields if not (field.generated or field.primary_key)}
for _column in COLUMNS:
    setattr(Known, _column, _FIELDS[_column].get_default())
Known.mirrored_authors, Known.withheld = "[]", "{}"
_values = attrgetter("pk", *COLUMNS)


def read(keys: list[int]) -> dict[int, Known]:
    """The papers of these primary keys, locked, so that no edit made meanwhile is written over."""
    # In the order in which all who lock papers do.
    query = f"select id, {', '.join(COLUMNS)} from papers_paper where id = any(%s) order by id for no key update"
    papers = {}
    for pk, *values in bulk.select(query, [keys]) if keys else ():
        papers[pk] = paper = Known(pk, values[0])
        vars(paper).update(zip(COLUMNS, values, strict=True))
    return papers


def add(papers: list[Known]) -> None:
    """Store papers that are not there yet."""
    now = timezone.now()
    for paper, hex_id in zip(papers, bulk.hex_ids(len(papers)), strict=True):
        vars(paper).setdefault("hex_id", hex_id)
        paper.modified_at = now
    said = [name for name in COLUMNS if any(name in vars(paper) for paper in papers)]
    # What no source says is the same for all of them; and where that is null, the database needn't be told.
    silent = {name: getattr(Known, name, field.get_default()) for name, field in _FIELDS.items() if name not in said}
    silent = {name: _written(value) for name, value in silent.items() if value is not None}
    values, rest = attrgetter("pk", *said), list(silent.values())
    bulk.copy(Paper, ("id", *said, *silent), ([*map(_written, values(paper)), *rest] for paper in papers))


def save(papers: Iterable[Known]) -> None:
    """Write what has become of papers that are there."""
    bulk.update(Paper, COLUMNS, [_values(paper) for paper in papers])


def _written(value: Any) -> Any:
    return bulk.array(value) if type(value) is list else value
