"""The papers nearest to one by meaning, each with what it shares with it."""

from collections.abc import Iterable
from dataclasses import dataclass

from papers import nearest

COUNT = 6
# Candidates that the index keeps: bench/neighbours.py shows what they cost and how many of the true six they are.
EFFORT = 100
# Shared keywords that one reads at a glance.
MOST_SHARED = 3

# Withdrawn and deleted papers are nobody's next read. A text of unknown words has no direction: its distance is no number.
STATEMENT = """
select paper.arxiv_id, paper.title, paper.keywords,
    array(select category_id from papers_paper_categories link where link.paper_id = near.paper_id order by category_id)
from (
    select embedding.paper_id, embedding.vector <=> %s::halfvec as distance
    from papers_embedding embedding join papers_paper paper on paper.id = embedding.paper_id
    where model_id = %s and embedding.paper_id <> %s and hidden_at is null and withdrawn_at is null and deleted_at is null
    order by embedding.vector <=> %s::halfvec limit %s
) near join papers_paper paper on paper.id = near.paper_id where distance <> 'nan' order by distance, paper.id
"""


@dataclass(frozen=True)
class Similar:
    """`shared` are the keywords that both have, or else their categories in common."""

    arxiv_id: str
    title: str
    shared: list[str]


def similar(paper, categories: Iterable[str]) -> list[Similar]:
    """The six nearest that are to be seen, the nearest first; none for a paper without a vector. One query.

    The paper comes from `with_meaning`, `categories` are the names of its own.
    """
    if paper.meaning is None:
        return []
    values = [paper.meaning, paper.meaning_model, paper.pk, paper.meaning, COUNT]
    own, stand = {word.casefold() for word in paper.keywords}, set(categories)
    return [
        Similar(
            arxiv_id,
            title,
            [word for word in keywords if word.casefold() in own][:MOST_SHARED] or [it for it in names if it in stand],
        )
        for arxiv_id, title, keywords, names in nearest.select(STATEMENT, values, effort=EFFORT)
    ]
