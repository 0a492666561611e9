"""How good search is and how quick: judged queries, papers looked for by what is remembered, and sixty queries timed.

The papers are the recorded announcements; with PAPERS=1000000 as many more are made of parts of theirs, and all is timed
again. Loading those takes half an hour.
"""

import os
import random
import time
from collections.abc import Callable, Sequence
from statistics import median, quantiles

import _judged
from _corpus import announced
from _stage import RECORDED, stage, table

PAPERS = int(os.environ.get("PAPERS", "0"))
SEED = 20261125
# Queries of a kind, and how often each is asked; its median counts.
COUNT, TIMES = 15, 5
FREQUENT = (
    "model", "learning", "data", "language models", "neural network", "deep learning", "large language model", "image",
    "reasoning", "training", "attention", "robust method", "new framework", "performance", "generation",
)  # fmt: skip
FILTERS = (
    "cat:cs.CV", "cat:cs.CL year:2026", "year:2025", "cat:cs.LG", "-survey cat:cs.AI", "cat:cs.RO year:2025", "cat:stat.ML",
    "cat:cs", "year:2026 -benchmark", "cat:cs.IR", "cat:cs.CV year:2026", "cat:eess.IV", "cat:cs.CL -translation", "cat:cs.HC",
    "cat:math.OC",
)  # fmt: skip


def main() -> None:
    if not (RECORDED / "arxiv_corpus").is_dir():
        print("bench/search.py: skipped, the recorded data (../shared/data) are not beside this checkout")
        return
    with stage():
        judged()
    with stage():
        load()
        papers = known()
        remembered(papers)
        queries = chosen(papers)
        before = timed(queries)
        if len(papers) < PAPERS:
            grow(PAPERS)
            after = timed(queries)
            rows = [(kind, f"{after[kind] / before[kind]:.2f}") for kind in before]
            table("Cost among so many, by the medians", ("queries", "× the cost before"), rows)


def judged() -> None:
    """CACM: 3,204 documents, 52 judged queries."""
    from papers.arxiv.record import AuthorName, Record
    from papers.ingest import ingest

    ingest(
        Record(**{**paper, "authors": tuple(map(AuthorName, paper["authors"]))}) for paper in _judged.cacm_documents()
    )
    _settle()
    queries = _judged.cacm_queries()
    rows = [(name, f"{_judged.mean(queries, _judged.ndcg, find):.4f}") for name, find in ways().items()]
    table(f"CACM, {len(queries)} judged queries", ("ranked", "nDCG@10"), rows)


def remembered(papers: Sequence[tuple[str, str, str]]) -> None:
    """Papers looked for by their titles, words forgotten and out of order, and by their abstracts' first sentences."""
    kinds = (_judged.mutilated_titles(papers), _judged.first_sentences(papers))
    rows = []
    for name, find in ways().items():
        rows.append((name, *[f"{_judged.mean(kind, _judged.reciprocal_rank, find):.4f}" for kind in kinds]))
    table(
        f"{len(papers):,} papers, {_judged.COUNT} looked for of each kind, MRR@10",
        ("ranked", "titles", "sentences"),
        rows,
    )


def ways() -> dict[str, Callable[[str], list[str]]]:
    """The site's own search, and its two parts alone; each returns arXiv ids."""
    from papers import search
    from papers.models import Paper
    from papers.query import Query

    names = dict(Paper.objects.values_list("pk", "arxiv_id"))

    def by(**parts) -> Callable[[str], list[str]]:
        return lambda text: [names[pk] for pk in search.search(Query(text, words=text), **parts).papers[:10]]

    return {"by both": by(), "by words": by(by_meaning=False), "by meaning": by(by_words=False)}


def load() -> None:
    """All papers of the recorded announcements, each id once, as ingestion and the worker store them."""
    from papers.ingest import ingest

    start = time.perf_counter()
    count = len(ingest(announced()).new)
    print(f"\n{count:,} papers were stored in {time.perf_counter() - start:.0f} s")
    _settle()


def known() -> list[tuple[str, str, str]]:
    from papers.models import Paper

    return list(Paper.objects.order_by("arxiv_id").values_list("arxiv_id", "title", "abstract"))


def chosen(papers: Sequence[tuple[str, str, str]]) -> dict[str, list[str]]:
    """Sixty queries: rare words, frequent ones, whole titles, and words with filters."""
    chance = random.Random(SEED)
    titles = [title for _, title, _ in chance.sample(papers, 3 * COUNT)]
    return {
        "rare words": [" ".join(sorted(title.split(), key=len)[-2:]) for title in titles[:COUNT]],
        "frequent words": list(FREQUENT),
        "titles": titles[COUNT : 2 * COUNT],
        "filtered": [
            f"{' '.join(sorted(title.split(), key=len)[-2:])} {narrow}"
            for title, narrow in zip(titles[2 * COUNT :], FILTERS, strict=True)
        ],
    }


def timed(queries: dict[str, list[str]]) -> dict[str, float]:
    """Print milliseconds of the site's search by kind of query; return the medians."""
    from papers import search
    from papers.models import Paper
    from papers.query import parse

    times = {
        kind: [milliseconds(lambda text=text: search.search(parse(text))) for text in texts]
        for kind, texts in queries.items()
    }
    times["all of them"] = [it for kind in times.values() for it in kind]
    rows = [(kind, len(them), f"{median(them):.1f}", f"{p95(them):.1f}") for kind, them in times.items()]
    table(f"Among {Paper.objects.count():,} papers, milliseconds", ("queries", "number", "p50", "p95"), rows)
    return {kind: median(them) for kind, them in times.items()}


def p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


def milliseconds(work: Callable[[], object]) -> float:
    def once() -> float:
        start = time.perf_counter()
        work()
        return 1000 * (time.perf_counter() - start)

    return median(once() for _ in range(TIMES))


def grow(total: int) -> None:
    """Make papers of one paper's title and vector, a little moved, and another's abstract, until there are `total`."""
    from papers import bulk
    from papers.models import EmbeddingModel, SearchDocument

    model = EmbeddingModel.objects.get(is_in_force=True)
    ((count, last),) = bulk.select("select count(*), max(id) from papers_paper", [])
    start = time.perf_counter()
    # Nothing here refers to what isn't there, and nothing is to be read again: no triggers.
    bulk.execute("set session_replication_role = replica")
    bulk.execute("set maintenance_work_mem = '2GB'")
    indexes = [index.name for index in SearchDocument._meta.indexes[:2]]
    bulk.execute(f"drop index if exists {', '.join([model.index, *indexes])}")
    for name, offset in ((f"copy {number}", last * number) for number in range(1, -(-total // count))):
        bulk.execute(
            COPIES, {"offset": offset, "total": total, "count": count, "last": last, "name": name, "model": model.pk}
        )
    bulk.execute("set session_replication_role = origin")
    for index, column in zip(indexes, ("words", "title"), strict=True):
        bulk.execute(f"create index {index} on papers_searchdocument using gin ({column})")
    print(f"\n{total:,} papers were made in {time.perf_counter() - start:.0f} s", flush=True)
    start = time.perf_counter()
    from papers import vectors

    vectors.make_index(model)
    bulk.execute("analyze")
    _forget()
    print(f"Their vectors were indexed in {time.perf_counter() - start:.0f} s", flush=True)


COPIES = """
with pairs as materialized (
    select id, lead(id, 1 + (%(offset)s / %(last)s)::int * 37) over (order by id) as other from papers_paper where id <= %(last)s
), made as (
    insert into papers_paper (id, arxiv_id, hex_id, title, abstract, author_names, primary_category_id, published_at, modified_at,
        created_at, submitter, comment, journal_reference, doi, license, source, summary, summary_model, keywords, keywords_model,
        project_page, github_repo, media_urls, upvote_count, mirrored_upvote_count, mirrored_comment_count, mirrored_authors, edited_fields, stated)
    select paper.id + %(offset)s, paper.arxiv_id || 'c' || %(offset)s, left(md5(%(name)s || ' of ' || paper.id), 24), paper.title, rest.abstract,
        paper.author_names, paper.primary_category_id, paper.published_at - (%(offset)s / %(last)s) * interval '500 days',
        now(), now(), '', '', '', '', '', 'arxiv', '', '', '{}', '', '', '', '{}', 0, 0, 0, '[]', '{}', ''
    from pairs join papers_paper paper on paper.id = pairs.id join papers_paper rest on rest.id = coalesce(other, pairs.id)
    where (%(offset)s / %(last)s) * %(count)s < %(total)s
    order by paper.id limit %(total)s - (%(offset)s / %(last)s) * %(count)s
    returning id, title, abstract, published_at
), documents as (
    insert into papers_searchdocument (paper_id, words, title, published_at)
    select made.id, document.title || ts_delete(ts_filter(rest.words, '{b,c,d}'), array['year:2025', 'year:2026']) ||
        array_to_tsvector(array['year:' || extract(year from made.published_at)])
        || (select array_to_tsvector(coalesce(array_agg(lexeme), '{}')) from unnest(document.words) where lexeme like 'cat:%%'),
        document.title, made.published_at
    from made join papers_searchdocument document on document.paper_id = made.id - %(offset)s
    join pairs on pairs.id = document.paper_id join papers_searchdocument rest on rest.paper_id = coalesce(other, pairs.id)
)
insert into papers_embedding (paper_id, model_id, vector)
select made.id, %(model)s, l2_normalize(mine.vector + (select array_agg(random() * 0.04 - 0.02) from generate_series(1, 384)
    where made.id > 0)::real[]::halfvec)
from made join papers_embedding mine on mine.paper_id = made.id - %(offset)s and mine.model_id = %(model)s
"""


def _settle() -> None:
    """What workers and the database do by and by: embed, and look at the tables."""
    from papers import bulk, embeddings, vectors
    from papers.models import Stale

    waiting, start = Stale.objects.filter(part=Stale.Part.MEANING).count(), time.perf_counter()
    while vectors.catch_up():
        pass
    print(f"{waiting:,} papers were embedded, stored and indexed in {time.perf_counter() - start:.0f} s")
    texts = [embeddings.text(title, abstract) for _, title, abstract in known()[:2_000]]
    start = time.process_time()
    embeddings.load(embeddings.DEFAULT).embed(texts)
    print(f"Embedding alone: {len(texts) / (time.process_time() - start):,.0f} papers a second of one core")
    bulk.execute("analyze")
    _forget()


def _forget() -> None:
    from papers import rarity

    rarity.forget()


if __name__ == "__main__":
    main()
