"""The author behind printed names: one for all that normalise to the same, called by the best of them."""

from collections.abc import Iterable

from papers import bulk
from papers.models import Author
from papers.models.author import author_slug


def keys(names: Iterable[str]) -> dict[str, int]:
    """The primary keys of these names' authors, by slug; who isn't there yet is made."""
    best: dict[str, str] = {}
    for name in names:
        slug = author_slug(name)
        if slug not in best or _grade(name) > _grade(best[slug]):
            best[slug] = name
    known = {
        slug: (key, name)
        for key, slug, name in bulk.select(
            "select id, slug, name from papers_author where slug = any(%s::text[])", [bulk.array(list(best))]
        )
    }
    better = [
        (known[slug][0], name)
        for slug, name in best.items()
        if slug in known and _grade(name) > _grade(known[slug][1]) and author_slug(known[slug][1]) == slug
    ]
    bulk.update(Author, ("name",), better)
    missing = [slug for slug in best if slug not in known]
    made = dict(zip(missing, bulk.keys(Author, len(missing)), strict=True))
    bulk.copy(Author, ("id", "slug", "name"), ((key, slug, best[slug]) for slug, key in made.items()))
    return {slug: key for slug, (key, _) in known.items()} | made


def part(names: Iterable[str]) -> None:
    """Some papers print these names no more: their authors are called as those that still do, or are no more."""
    names = list(names)
    slugs = [author_slug(name) for name in names]
    if not slugs:
        return
    bulk.execute(
        "delete from papers_author where slug = any(%s) and not exists"
        " (select from papers_authorship where author_id = papers_author.id)",
        [slugs],
    )
    bulk.execute(
        "update papers_author set name = best.name from (select distinct on (author_id) author_id, papers_authorship.name"
        " from papers_authorship join papers_author on papers_author.id = author_id where slug = any(%s)"
        """ order by author_id, papers_authorship.name collate "C" ~ '^[a-z]', papers_authorship.name collate "C" desc)"""
        # What a moderator has called one is no name that papers print.
        " as best where best.author_id = papers_author.id and papers_author.name = any(%s)",
        [slugs, names],
    )


def _grade(name: str) -> tuple[bool, str]:
    """Capitals above small ones at the beginning, within a name small ones above capitals, accents above none."""
    return not "a" <= name[:1] <= "z", name
