"""What was found, narrowed by what is chosen beside it, and counted by what it can be narrowed by."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict

from papers import bulk
from papers.arxiv import taxonomy
from papers.models import Paper
from papers.query import Query, narrowed
from papers.search import Results, search


@dataclass(frozen=True)
class Choice:
    """What is chosen: any of the categories ("cs.CV"), any of the years, and the two switches."""

    categories: Sequence[str] = ()
    years: Sequence[int] = ()
    has_code: bool = False
    in_feed: bool = False

    @classmethod
    def read(cls, asked: QueryDict) -> "Choice":
        """The choice that an address makes; what can't be chosen is passed over."""
        return cls(
            sorted({name for name in asked.getlist("category") if name in taxonomy.CATEGORIES}),
            sorted({int(year) for year in asked.getlist("year") if re.fullmatch("[12][0-9]{3}", year)}),
            "code" in asked,
            "feed" in asked,
        )

    def __len__(self):
        return len(self.categories) + len(self.years) + self.has_code + self.in_feed

    def of(self, found: Results, query: Query) -> Results:
        """Those of what was found that are chosen. Where not all was found that there is, it is searched for anew."""
        if not self:
            return found
        if found.is_more:
            years = [str(year) for year in self.years]
            return search(
                narrowed(query, categories=self.categories, years=years, has_code=self.has_code, in_feed=self.in_feed)
            )
        papers = Paper.objects.filter(pk__in=found.papers).narrowed(
            categories=self.categories, years=self.years, has_code=self.has_code, in_feed=self.in_feed
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
    """The categories, those of most papers first, the years from the newest, and the two switches."""

    categories: list[Option] = field(default_factory=list)
    years: list[Option] = field(default_factory=list)
    with_code: int = 0
    in_feed: int = 0


COUNT = """
with found as (
    select id, published_at, github_repo, featured_at from papers_paper where id = any(%s) and hidden_at is null
)
select 'category', category_id, count(*) from papers_paper_categories where paper_id in (select id from found) group by 2
union all select 'year', extract(year from published_at at time zone 'utc')::text, count(*) from found group by 2
union all select 'switch', 'code', count(*) from found where github_repo <> ''
union all select 'switch', 'feed', count(*) from found where featured_at is not null
"""


def options(papers: Sequence[int], choice: Choice) -> Options:
    """What these papers can be narrowed by, and what has been chosen, in one query."""
    counts: dict[str, dict[str, int]] = {"category": {}, "year": {}, "switch": {}}
    for kind, value, count in bulk.select(COUNT, [list(papers)]):
        counts[kind][value] = count
    categories = _options(counts["category"], choice.categories)
    years = _options(counts["year"], map(str, choice.years))
    return Options(
        sorted(categories, key=lambda option: (-option.paper_count, option.value)),
        sorted(years, key=lambda option: option.value, reverse=True),
        counts["switch"]["code"],
        counts["switch"]["feed"],
    )


def _options(counts: Mapping[str, int], chosen: Iterable[str]) -> list[Option]:
    chosen = set(chosen)
    return [
        Option(
            value, category.title if (category := taxonomy.find(value)) else "", counts.get(value, 0), value in chosen
        )
        for value in {*counts, *chosen}
    ]
