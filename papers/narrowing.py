"""What was found, narrowed by what is chosen beside it, and counted by what it can be narrowed by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from papers import bulk
from papers.arxiv import taxonomy
from papers.choice import Choice
from papers.models import Paper
from papers.query import Query
from papers.search import Results, search


def chosen(found: Results, query: Query, choice: Choice) -> Results:
    """Those of what was found that are chosen. Where not all was found that there is, it is searched for anew."""
    if not choice:
        return found
    if found.is_more:
        return search(query.narrowed(choice))
    papers = Paper.objects.filter(pk__in=found.papers).narrowed(
        categories=choice.categories, years=choice.years, has_code=choice.has_code, in_feed=choice.in_feed
    )
    kept = set(papers.values_list("pk", flat=True))
    return replace(found, papers=[paper for paper in found.papers if paper in kept])


@dataclass(frozen=True)
class Option:
    """What may be chosen, what it is called in full, how many papers have it, and whether it is chosen."""

    value: str
    title: str
    paper_count: int
    is_chosen: bool


@dataclass(frozen=True)
class Options:
    """The categories, those of most papers first, the years from the newest, and the two switches.

    `are_all` tells whether the papers were counted that there are, not only the best of them.
    """

    categories: list[Option] = field(default_factory=list)
    years: list[Option] = field(default_factory=list)
    with_code: int = 0
    in_feed: int = 0
    are_all: bool = True


COUNT = """
with found as (
    select id, published_at, github_repo, featured_at from papers_paper where id = any(%s) and hidden_at is null
)
select 'category', category_id, count(*) from papers_paper_categories where paper_id in (select id from found) group by 2
union all select 'year', extract(year from published_at at time zone 'utc')::text, count(*) from found group by 2
union all select 'switch', 'code', count(*) from found where github_repo <> ''
union all select 'switch', 'feed', count(*) from found where featured_at is not null
"""


def options(found: Results, choice: Choice) -> Options:
    """What these papers can be narrowed by, and what has been chosen, in one query."""
    counts: dict[str, dict[str, int]] = {"category": {}, "year": {}, "switch": {}}
    for kind, value, count in bulk.select(COUNT, [found.papers]):
        counts[kind][value] = count
    categories = _options(counts["category"], choice.categories)
    years = _options(counts["year"], map(str, choice.years))
    return Options(
        sorted(categories, key=lambda option: (-option.paper_count, option.value)),
        sorted(years, key=lambda option: option.value, reverse=True),
        counts["switch"]["code"],
        counts["switch"]["feed"],
        not found.is_more,
    )


def _options(counts: Mapping[str, int], chosen: Iterable[str]) -> list[Option]:
    chosen = set(chosen)
    return [
        Option(
            value, category.title if (category := taxonomy.find(value)) else "", counts.get(value, 0), value in chosen
        )
        for value in {*counts, *chosen}
    ]
