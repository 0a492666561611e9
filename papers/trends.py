"""What research turns to: each topic's papers and upvotes month by month, and the keywords that rise.

Counting that while somebody waits would take seconds among a million papers. It is counted once a night, all of it
anew, in one pass over the papers: so it needs no account of what has changed, and no error stays.
"""

from datetime import UTC, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from papers import bulk
from papers.models import Topic
from papers.topics import filed_under

# "This month" is the last 30 days rather than the calendar's, which on its second day would hold next to nothing. What
# was usual is the half year before: long enough that one conference doesn't make it.
RECENT, BEFORE = timedelta(days=30), timedelta(days=180)
# A keyword with fewer papers in those 30 days does not rise: chance alone takes three to five.
LEAST_RECENT = 5
# Papers added to both sides of the ratio. A count of five that comes about by chance varies by more than two (a Poisson
# distribution's deviation is the root of its mean), so ratios of such counts say nothing, and dividing by none is
# infinite; with five more on both sides a keyword that never was needs ten papers to count as threefold, while one with
# hundreds is hardly touched.
SMOOTHING = 5
# Less than a quarter more is no news.
LEAST_RISE = 1.25
# On a large site most keywords are of one paper alone and have no course over time: they are not kept.
MANY_PAPERS, LEAST_PAPERS = 10_000, 5


@transaction.atomic
def count() -> int:
    """Count all topics anew; return how many there are. Safe to repeat, and to run beside itself."""
    bulk.execute("lock table papers_topic in share row exclusive mode")
    # A night's work may take the memory that a page may not; without it everything is sorted on the disk.
    bulk.execute("set local work_mem = '128MB'; set local jit = off")
    today = datetime.combine(timezone.now().astimezone(UTC).date(), time(), UTC)
    names = filed_under()
    values = {
        "recent": today - RECENT,
        "before": today - RECENT - BEFORE,
        "categories": [category for category, _ in names],
        "topics": [topic for _, topic in names],
        "least_recent": LEAST_RECENT,
        "smoothing": SMOOTHING,
        "least_rise": LEAST_RISE,
        "many_papers": MANY_PAPERS,
        "least_papers": LEAST_PAPERS,
    }
    for statement in (
        COUNT,
        "analyze counted",
        KEEP,
        "analyze kept",
        WRITE_TOPICS,
        FORGET_TOPICS,
        WRITE_MONTHS,
        FORGET_MONTHS,
    ):
        bulk.execute(statement, values)
    bulk.execute("drop table counted, kept")
    return Topic.objects.count()


# Each of a topic's papers once, also where it is filed under two names of one subject. Behind "worded" are all papers
# that have keywords.
COUNT = """
create temporary table counted as
with paper as materialized (
    select id, date_trunc('month', published_at at time zone 'utc')::date as month, total_upvote_count as upvotes,
        published_at >= %(recent)s as is_recent, published_at >= %(before)s and published_at < %(recent)s as is_before
    from papers_paper where hidden_at is null
),
worded as (
    select id, left(lower(keyword), 200) as topic, min(left(keyword, 200)) as spelling
    from papers_paper cross join unnest(keywords) as keyword where hidden_at is null and keyword <> '' group by 1, 2
),
held as (
    select 'all' as kind, id, '' as topic, '' as spelling from paper
    union all select 'worded', id, '', '' from papers_paper where hidden_at is null and keywords <> '{}'
    union all select 'keyword', id, topic, spelling from worded
    union all select distinct 'category', paper_id, topic, '' from papers_paper_categories
        join unnest(%(categories)s::text[], %(topics)s::text[]) as name (category, topic) on category = category_id
)
select kind, topic, spelling, month, count(*) as papers, sum(upvotes) as upvotes,
    count(*) filter (where is_recent) as recent, count(*) filter (where is_before) as before
from held join paper using (id) group by 1, 2, 3, 4
"""
KEEP = """
create temporary table kept as
with spelled as (
    select kind, topic, spelling, sum(papers) as papers, sum(recent) as recent, sum(before) as before
    from counted group by 1, 2, 3
),
summed as (
    select kind, topic, (array_agg(spelling order by papers desc, spelling))[1] as spelling,
        sum(papers) as papers, sum(recent) as recent, sum(before) as before
    from spelled group by 1, 2
),
total as (
    select sum(papers) filter (where kind = 'all') as papers,
        sum(recent) filter (where kind = 'worded') as recent, sum(before) filter (where kind = 'worded') as before
    from counted
),
expected as (
    select topic.*, coalesce(topic.before * total.recent / nullif(total.before, 0), 0)::float8 as usual,
        kind = 'keyword' and topic.recent >= %(least_recent)s and total.before >= total.recent as may_rise
    from summed topic cross join total
    where kind in ('all', 'category')
        or (kind = 'keyword' and (topic.papers >= %(least_papers)s or total.papers < %(many_papers)s))
),
compared as (
    select *, case when may_rise then (recent + %(smoothing)s) / (usual + %(smoothing)s) end as rise from expected
)
select kind, topic, spelling, papers, recent, usual, case when rise >= %(least_rise)s then rise end as rise from compared
"""
# A row that says the same as before is left alone.
WRITE_TOPICS = """
insert into papers_topic as known (kind, name, spelling, paper_count, recent_count, usual_count, rise)
select kind, topic, spelling, papers, recent, usual, rise from kept
on conflict (kind, name) do update set spelling = excluded.spelling, paper_count = excluded.paper_count,
    recent_count = excluded.recent_count, usual_count = excluded.usual_count, rise = excluded.rise
where (known.spelling, known.paper_count, known.recent_count, known.usual_count, known.rise)
    is distinct from (excluded.spelling, excluded.paper_count, excluded.recent_count, excluded.usual_count, excluded.rise)
"""
FORGET_TOPICS = """
with gone as (
    select id from papers_topic known
    where not exists (select from kept where (kept.kind, kept.topic) = (known.kind, known.name))
),
gone_months as (delete from papers_trend using gone where topic_id = gone.id)
delete from papers_topic known using gone where known.id = gone.id
"""
WRITE_MONTHS = """
insert into papers_trend as known (topic_id, month, paper_count, upvote_count)
select topic.id, month, sum(papers), sum(upvotes)
from counted join papers_topic topic on (topic.kind, topic.name) = (counted.kind, counted.topic) group by 1, 2
on conflict (topic_id, month) do update
    set paper_count = excluded.paper_count, upvote_count = excluded.upvote_count
where (known.paper_count, known.upvote_count) is distinct from (excluded.paper_count, excluded.upvote_count)
"""
FORGET_MONTHS = """
delete from papers_trend known using papers_topic topic
where topic.id = known.topic_id and not exists (
    select from counted where (counted.kind, counted.topic, counted.month) = (topic.kind, topic.name, known.month)
)
"""
