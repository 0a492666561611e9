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


# What could be chosen of one kind is counted under what is chosen of the others: a number says what its choice leads to.
COUNT = """
with found as materialized (
    select id, extract(year from published_at at time zone 'utc')::int as year,
        github_repo <> '' as has_code, featured_at is not null as is_in_feed
    from papers_paper where id = any(%(papers)s) and hidden_at is null
),
judged as materialized (
    select *, %(years)s::int[] is null or year = any(%(years)s::int[]) as of_years,
        %(categories)s::text[] is null or exists (
            select from papers_paper_categories where paper_id = found.id and category_id = any(%(categories)s::text[])
        ) as in_categories,
        has_code or not %(has_code)s as fits_code, is_in_feed or not %(in_feed)s as fits_feed
    from found
)
select 'category', category_id, count(*) from judged join papers_paper_categories on paper_id = judged.id
    where of_years and fits_code and fits_feed group by 2
union all select 'year', year::text, count(*) from judged where in_categories and fits_code and fits_feed group by 2
union all select 'switch', 'code', count(*) from judged where has_code and of_years and in_categories and fits_feed
union all select 'switch', 'feed', count(*) from judged where is_in_feed and of_years and in_categories and fits_code
"""


def options(found: Results, choice: Choice) -> Options:
    """What these papers can be narrowed by, and what has been chosen, in one query."""
    counts: dict[str, dict[str, int]] = {"category": {}, "year": {}, "switch": {}}
    values = {
        "papers": found.papers,
        "categories": list(choice.categories) or None,
        "years": list(choice.years) or None,
        "has_code": choice.has_code,
        "in_feed": choice.in_feed,
    }
    for kind, value, count in bulk.select(COUNT, values):
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
