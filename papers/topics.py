"""Topics, and the papers on one: newest first or most upvoted, at the same cost whatever their number.

No index has all papers on a topic in the order of their dates: one has the topics (the facets of the search documents),
another the dates. Of a large topic the next page lies among the next few thousand papers, so these are walked through
by their dates. Where they don't fill the page the topic is a small one, at least there: then its papers are found by
their facets, year by year, and only those of the years that are needed are sorted.
"""

from datetime import UTC, datetime

from django.http import Http404
from django.utils import timezone

from papers import bulk
from papers.arxiv import taxonomy
from papers.keyset import Page, paginate, place
from papers.models import Category, Paper, Topic

PAGE_SIZE = 30
# Papers: 10 ms. A topic that has one paper in a hundred fills its page among them.
WALK = 3_000
# arXiv began in August 1991, and some papers came in later under the dates of their first printing.
FIRST_YEAR = 1985
# Behind all papers.
END = datetime(9999, 1, 1, tzinfo=UTC)


def find(spelling: str) -> Topic:
    """The topic of a category or an archive, whatever its capitals, a former name or a double; 404 where arXiv has none."""
    name = taxonomy.spelled(spelling)
    if name is None:
        raise Http404(f"arXiv has no category “{spelling}”. An address here ends like topics/cs.CV.")
    return Topic.objects.find(Topic.Kind.CATEGORY, taxonomy.canonical(name))


def newest(topic: Topic, *, seen_by, cursor: str = "") -> Page:
    """A page of the topic's papers, newest first."""
    order = Paper.objects.all().NEWEST
    published_at, paper = place(Paper, order, cursor) if cursor else (END, 0)
    papers = _walked(topic, published_at, paper)
    if len(papers) <= PAGE_SIZE:
        papers = _by_years(topic, published_at, paper)
    rows = Paper.objects.visible().filter(pk__in=papers).for_cards().seen_by(seen_by)
    return paginate(rows, order=order, size=PAGE_SIZE)


def most_upvoted(topic: Topic, *, seen_by, cursor: str = "") -> Page:
    """A page of those of the topic's papers that anyone has upvoted, the most upvoted first."""
    papers = Paper.objects.visible().upvoted().about(topic).for_cards().seen_by(seen_by)
    return paginate(papers, order=papers.MOST_UPVOTED, cursor=cursor, size=PAGE_SIZE)


def filed_under() -> list[tuple[str, str]]:
    """Each name under which papers are filed, with the topics whose papers those are: cs.SY with cs and eess.SY."""
    names = set(Category.objects.values_list("name", flat=True))
    topics = [Topic(kind=Topic.Kind.CATEGORY, name=name) for name in (*taxonomy.ARCHIVES, *taxonomy.CATEGORIES)]
    by_facet: dict[str, list[str]] = {}
    for topic in topics:
        if taxonomy.canonical(topic.name) == topic.name:
            for facet in topic.facets:
                by_facet.setdefault(facet.removeprefix("cat:"), []).append(topic.name)
    pairs = {
        (name, topic) for name in names for facet in (name, name.partition(".")[0]) for topic in by_facet.get(facet, [])
    }
    return sorted(pairs)


WALKED = """
select paper_id from (
    select paper_id, published_at, words from papers_searchdocument
    where (published_at, paper_id) < (%s, %s) order by published_at desc, paper_id desc limit %s
) newest join papers_paper paper on paper.id = paper_id
where words @@ %s::tsquery and hidden_at is null order by newest.published_at desc, paper_id desc limit %s
"""
# Added to, the date is in no index: that of the words is used. The years come in their order, and no more than are needed.
BY_YEARS = """
select paper_id from generate_series(%s, %s, -1) year cross join lateral (
    select paper_id from papers_searchdocument document join papers_paper paper on paper.id = paper_id
    where words @@ (%s || ' & ''year:' || year || '''')::tsquery
        and (document.published_at + interval '0 seconds', paper_id) < (%s, %s) and hidden_at is null
    order by document.published_at + interval '0 seconds' desc, paper_id desc limit %s
) found limit %s
"""


def _walked(topic: Topic, published_at: datetime, paper: int) -> list[int]:
    values = [published_at, paper, WALK, topic.tsquery, PAGE_SIZE + 1]
    return [key for (key,) in bulk.select(WALKED, values)]


def _by_years(topic: Topic, published_at: datetime, paper: int) -> list[int]:
    last = min(published_at.astimezone(UTC).year, timezone.now().year + 1)
    values = [last, FIRST_YEAR, topic.tsquery, published_at, paper, PAGE_SIZE + 1, PAGE_SIZE + 1]
    return [key for (key,) in bulk.select(BY_YEARS, values)]
