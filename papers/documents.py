"""Keeps what search reads of papers up to date: the words of each that is to be seen, and what it can be narrowed by."""

import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from papers import bulk
from papers.models import Stale

# Papers in one transaction.
BATCH_SIZE = 1_000
# The queue of what must be quick, confirmations of addresses too, waits no longer; the timetable rings every minute.
ENOUGH = timedelta(seconds=50)

# Those that are hidden lose their document, the others are given theirs. "And" is no word to be found, but keeps the end of
# one name from standing beside the beginning of the next.
WRITE = """
with gone as (
    delete from papers_searchdocument document using papers_paper paper
    where paper.id = document.paper_id and paper.id = any(%(papers)s) and hidden_at is not null
)
insert into papers_searchdocument (paper_id, words, title, published_at)
select paper.id, setweight(titles.words, 'A') || setweight(to_tsvector('english', papers_folded(abstract)), 'B')
    || setweight(to_tsvector('english', papers_folded(array_to_string(author_names, ' and '))), 'C')
    || array_to_tsvector(facets), titles.words, published_at
from papers_paper paper
left join papers_organization organization on organization.id = organization_id
cross join lateral (select to_tsvector('english', papers_folded(paper.title)) as words) titles
cross join lateral (select array_remove(array[
        'year:' || extract(year from published_at at time zone 'utc'),
        'org:' || lower(organization.name),
        case when github_repo <> '' then 'has:code' end,
        case when featured_at is not null then 'in:feed' end
    ], null)
    || array(select 'cat:' || category_id from papers_paper_categories where paper_id = paper.id)
    || array(select distinct 'cat:' || split_part(category_id, '.', 1) from papers_paper_categories
        where paper_id = paper.id and category_id like '%%.%%')
    || array(select 'key:' || left(lower(keyword), 200) from unnest(keywords) keyword where keyword <> '') as facets) about
where paper.id = any(%(papers)s) and hidden_at is null
on conflict (paper_id) do update set words = excluded.words, title = excluded.title, published_at = excluded.published_at
"""


def refresh(papers: Iterable[int]) -> None:
    """Read these papers anew, by their primary keys, as far as they are stale; within the caller's transaction."""
    _write(Stale.objects.take(Stale.Part.WORDS, among=papers))


def catch_up() -> int:
    """Read stale papers anew until that is ENOUGH; return how many, 0 where none is left. Safe to run beside itself."""
    deadline, count = time.monotonic() + ENOUGH.total_seconds(), 0
    while batch := _catch_up_with_some():
        count += batch
        if time.monotonic() >= deadline:
            break
    return count


@transaction.atomic
def _catch_up_with_some() -> int:
    papers = Stale.objects.take(Stale.Part.WORDS, BATCH_SIZE)
    _write(papers)
    return len(papers)


def _write(papers: list[int]) -> None:
    if papers:
        bulk.execute(WRITE, {"papers": papers})
