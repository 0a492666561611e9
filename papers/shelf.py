"""Where a paper stands: in its categories, on the days that arXiv listed it, and with the versions it has had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from papers import bulk, statement
from papers.arxiv import taxonomy
from papers.models import Category, Listing, Paper, Version

if TYPE_CHECKING:
    from papers.ingest import Stored

KINDS = {kind: rank for rank, kind in enumerate(Listing.Kind.values)}


def make_categories(batch: list[Stored]) -> None:
    """Make those that the rows name and that aren't there yet."""
    names = {name for stored in batch for name in stored.record.categories}
    names |= {it.category for stored in batch for it in stored.record.announcements}
    known = set(Category.objects.filter(name__in=names).values_list("name", flat=True))
    found = [taxonomy.find(name) for name in sorted(names - known)]
    Category.objects.bulk_create(
        [Category(name=it.name, title=it.title, group=it.group) for it in found if it], ignore_conflicts=True
    )


def write_categories(batch: list[Stored]) -> None:
    """Link each paper to the categories of the statement that decides, and to no others."""
    link = Paper.categories.through
    said = [stored for stored in batch if statement.CATEGORIES in stored.decided]
    said = [stored for stored in said if "categories" not in stored.paper.edited_fields]
    before = _by_paper("select paper_id, category_id from papers_paper_categories where paper_id = any(%s)", said)
    changed, rows = [], []
    for stored in said:
        categories = dict.fromkeys(stored.record.categories)
        links = {name for (name,) in before.get(stored.pk, ())}
        if links != categories.keys():
            rows += [(stored.pk, name) for name in categories]
            stored.changes.add("categories")
            if links:
                changed.append(stored.pk)
    if changed:
        bulk.execute("delete from papers_paper_categories where paper_id = any(%s)", [changed])
    bulk.copy(link, ("paper_id", "category_id"), rows)


VERSION = ("number", "submitted_at", "size_kilobytes", "is_withdrawal")


def write_versions(batch: list[Stored]) -> None:
    """Keep the versions of the statement that decides, which names all."""
    said = [stored for stored in batch if statement.HISTORY in stored.decided]
    query = f"select paper_id, {', '.join(VERSION)} from papers_version where paper_id = any(%s) order by number"
    before = _by_paper(query, said)
    changed, rows = [], []
    for stored in said:
        versions = [(it.number, it.submitted_at, it.size_kilobytes, it.is_withdrawal) for it in stored.record.versions]
        written = before.get(stored.pk, [])
        if written != versions:
            rows += [(stored.pk, *version) for version in versions]
            stored.changes.add("versions")
            if written:
                changed.append(stored.pk)
    if changed:
        bulk.execute("delete from papers_version where paper_id = any(%s)", [changed])
    bulk.copy(Version, ("paper_id", *VERSION), rows)


def write_listings(batch: list[Stored]) -> None:
    """Add what was announced; of two kinds of one announcement the first in the readers' order holds."""
    said = [stored for stored in batch if stored.record.announcements]
    before = _by_paper("select paper_id, day, category_id, kind, id from papers_listing where paper_id = any(%s)", said)
    rows, moved = [], []
    for stored in said:
        announced: dict = {}
        for it in stored.record.announcements:
            kind = announced.setdefault((it.day, it.category), it.kind)
            announced[it.day, it.category] = min(kind, it.kind, key=KINDS.__getitem__)
        written = {(day, category): (kind, key) for day, category, kind, key in before.get(stored.pk, ())}
        for (day, category), kind in announced.items():
            known_kind, key = written.get((day, category), ("", 0))
            if not known_kind:
                rows.append((stored.pk, day, category, kind))
            elif KINDS[kind] < KINDS[known_kind]:
                moved.append((key, kind))
            else:
                continue
            stored.changes.add("listings")
    bulk.update(Listing, ("kind",), moved)
    bulk.copy(Listing, ("paper_id", "day", "category_id", "kind"), rows)


def _by_paper(query: str, batch: list[Stored]) -> dict[int, list[tuple]]:
    """What is written of the papers that are not new, by paper: the query's first column."""
    keys = [stored.pk for stored in batch if not stored.is_new]
    found: dict[int, list[tuple]] = {}
    for key, *rest in bulk.select(query, [keys]) if keys else ():
        found.setdefault(key, []).append(tuple(rest))
    return found
