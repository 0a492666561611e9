"""A member's own feed: papers near to one that the member has upvoted, the recent ones first.

    score = (closeness - UNLIKED · closeness to "less like this") · ½ ^ (age / HALF_LIFE)

Closeness is the cosine of two papers' vectors, to the nearest of the member's newest upvotes, which is also the reason
that the page gives. What was measured: docs/search.md. Nothing is kept: each look learns anew.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from papers import nearest
from papers.models import EmbeddingModel, Paper

# With fewer upvotes, the list would say more about one paper than about its reader.
NEEDED = 3
COUNT = 30
# The newest upvotes, and the newest "less like this", that are learned from: twice as many found no more.
LEARNED_FROM = 20
# A paper 90 days older must be twice as close. Measured for 3 to 365 days: from 90 on it finds nearly all that it ever
# does, and the shortest of these keeps out best what the readers of a daily site have long seen.
HALF_LIFE = timedelta(days=90)
# How much "less like this" counts against an upvote. At half, a paper that is as near to one as to the other falls as
# far as by waiting one half-life, and does not vanish: it was not "never".
UNLIKED = 0.5
# Candidates: so many near each upvote, and the newest of all.
NEAR, NEWEST = 50, 2_000
EFFORT = 60

STATEMENT = """
with liked as materialized (
    select embedding.paper_id, vector from papers_upvote upvote
    join papers_paper paper on paper.id = upvote.paper_id and hidden_at is null
    join papers_embedding embedding on embedding.paper_id = upvote.paper_id and model_id = {model}
    where user_id = {user} and l2_norm(vector) > 0 order by upvote.created_at desc, upvote.id desc limit {learned_from}
),
unliked as materialized (
    select vector from papers_dismissal dismissal
    join papers_embedding embedding on embedding.paper_id = dismissal.paper_id and model_id = {model}
    where user_id = {user} and l2_norm(vector) > 0 order by dismissal.created_at desc, dismissal.id desc limit {learned_from}
),
candidates as materialized (
    select near.paper_id from liked cross join lateral (
        select paper_id from papers_embedding where model_id = {model} order by vector <=> liked.vector limit {near}
    ) near
    union (select id from papers_paper where hidden_at is null order by published_at desc, id desc limit {newest})
),
weighed as materialized (
    select paper.id, because, closeness, greatest(published_at, featured_at) as since, greatest(0, (
        select max(1 - (embedding.vector <=> unliked.vector)) from unliked
    )) as unliked
    from candidates join papers_paper paper on paper.id = paper_id
    join papers_embedding embedding on embedding.paper_id = paper.id and model_id = {model} and l2_norm(vector) > 0
    cross join lateral (
        select liked.paper_id as because, 1 - (embedding.vector <=> liked.vector) as closeness from liked
        order by closeness desc, because desc limit 1
    ) nearest
    where hidden_at is null and withdrawn_at is null and deleted_at is null
        and not exists (select from papers_upvote upvote where upvote.paper_id = paper.id and user_id = {user})
        and not exists (select from papers_dismissal dismissal where dismissal.paper_id = paper.id and user_id = {user})
)
select id, because from weighed
order by greatest(closeness - {weight} * unliked, 0.01) * power(0.5, extract(epoch from %s - since) / {half_life}) desc, id desc
limit {count}
"""


@dataclass(frozen=True)
class Recommendation:
    """`because` is the upvoted paper that it is nearest to."""

    paper: Paper
    because: Paper


def recommend(member, *, count: int = COUNT) -> list[Recommendation]:
    """What this member may like to read next, the best first; nothing that was upvoted or dismissed. Three queries."""
    model = EmbeddingModel.objects.filter(is_in_force=True).first()
    if model is None:
        return []
    statement = STATEMENT.format(
        model=model.pk,
        user=member.pk,
        learned_from=LEARNED_FROM,
        near=NEAR,
        newest=NEWEST,
        weight=UNLIKED,
        half_life=HALF_LIFE.total_seconds(),
        count=count,
    )
    found = nearest.select(statement, [timezone.now()], effort=EFFORT)
    papers = Paper.objects.visible().for_cards().seen_by(member).in_bulk({key for row in found for key in row})
    return [
        Recommendation(papers[paper], papers[because])
        for paper, because in found
        if paper in papers and because in papers
    ]
