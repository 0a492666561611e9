"""How long similar papers and "For you" take, and how many of the six truly nearest are found.

The six are also asked for by going through all vectors: the yardstick of both time and truth.
"""

import gzip
import json
import os
import random
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from statistics import quantiles

from _stage import RECORDED, stage, table

COUNT, EXACT, MEMBERS, SEED = 300, 20, 50, 20261125
# With PAPERS=1000000 among as many, too, which takes half an hour to make.
TOTAL = int(os.environ.get("PAPERS", "0"))

# A copy lies between its paper and another, nearer to the first, and is as many years older as it has copies before it.
COPY = """
insert into papers_paper ({columns}, arxiv_id, hex_id, published_at)
select {columns}, arxiv_id || '-' || number, substr(md5(arxiv_id || number), 1, 24), published_at - number * interval '1 year'
from papers_paper, generate_series(1, %s) number order by number, id limit %s
"""
COPY_CATEGORIES = """
insert into papers_paper_categories (paper_id, category_id)
select made.id, category_id from papers_paper made join papers_paper paper on paper.arxiv_id = split_part(made.arxiv_id, '-', 1)
join papers_paper_categories link on link.paper_id = paper.id where made.arxiv_id like '%%-%%'
"""
COPY_VECTORS = """
insert into papers_embedding (model_id, paper_id, vector)
select model_id, made.id, l2_normalize(own.vector + own.vector + other.vector)
from papers_paper made join papers_paper paper on paper.arxiv_id = split_part(made.arxiv_id, '-', 1)
join papers_embedding own on own.paper_id = paper.id
join (select vector, row_number() over (order by paper_id) - 1 as place from papers_embedding) other
    on other.place = (hashint8(made.id)::bigint & 2147483647) %% %s
where made.arxiv_id like '%%-%%'
"""


def main() -> None:
    if not (RECORDED / "arxiv_corpus").is_dir():
        print("bench/neighbours.py: skipped, the recorded data (../shared/data) are not beside this checkout")
        return
    with stage():
        count = load()
        rows = [*measure(f"{count:,}")]
        if count < TOTAL:
            multiply(TOTAL)
            rows += measure(f"{TOTAL:,}")
        heads = ("list", "p50 ms", "p95 ms", "of the true six", "through all, p50 ms")
        table("Lists by nearness", heads, rows)


def load() -> int:
    """Take in the recorded papers, with their categories and vectors; return how many."""
    from papers import bulk, vectors
    from papers.arxiv import taxonomy
    from papers.models import Category, Paper, Stale

    found = {}
    for path in sorted((RECORDED / "arxiv_corpus").glob("*.jsonl.gz")):
        day = datetime.fromisoformat(path.name[:10]).replace(tzinfo=UTC)
        with gzip.open(path, "rt") as lines:
            for row in map(json.loads, lines):
                row["categories"] = [name for name in row["categories"] if taxonomy.is_known(name)]
                found.setdefault(row["id"], (row, day))
    Category.objects.bulk_create(
        Category(name=name) for name in {it for row, _ in found.values() for it in row["categories"]}
    )
    papers = Paper.objects.bulk_create(
        [
            Paper(
                arxiv_id=row["id"],
                title=" ".join(row["title"].split())[:1000],
                abstract=row["summary"],
                author_names=[name[:300] for name in row["authors"]],
                primary_category_id=row["categories"][0],
                published_at=day,
            )
            for row, day in found.values()
        ],
        batch_size=2_000,
    )
    link = Paper.categories.through
    links = [
        link(paper=paper, category_id=it)
        for paper in papers
        for it in dict.fromkeys(found[paper.arxiv_id][0]["categories"])
    ]
    link.objects.bulk_create(links, batch_size=10_000)
    model = vectors.model("wordllama")
    model.position = 0
    # An index of many is made sooner than it grows.
    bulk.execute(f"drop index {model.index}")
    for _ in vectors.fill(model):
        pass
    vectors.make_index(model)
    Stale.objects.all()._raw_delete("default")
    return len(papers)


def multiply(total: int) -> None:
    """Make so many papers of those that there are, with categories and vectors, past everything that reads new papers."""
    from papers import bulk, vectors
    from papers.models import EmbeddingModel, Paper

    own = {"id", "arxiv_id", "hex_id", "published_at"}
    columns = ", ".join(it.column for it in Paper._meta.concrete_fields if not it.generated and it.column not in own)
    count, model = Paper.objects.count(), EmbeddingModel.objects.get()
    for table_name in ("papers_paper", "papers_paper_categories"):
        bulk.execute(f"alter table {table_name} disable trigger user")
    bulk.execute(COPY.format(columns=columns), [-(-total // count) - 1, total - count])
    bulk.execute(COPY_CATEGORIES, [])
    bulk.execute(f"drop index {model.index}")
    bulk.execute(COPY_VECTORS, [count])
    for table_name in ("papers_paper", "papers_paper_categories"):
        bulk.execute(f"alter table {table_name} enable trigger user")
    # Built in memory, or it takes hours.
    bulk.execute("set maintenance_work_mem = '2500MB'")
    vectors.make_index(model)
    bulk.execute("analyze")


def measure(papers: str) -> list[tuple]:
    from papers import for_you, nearest
    from papers.models import Paper
    from papers.similar import STATEMENT, similar

    keys = random.Random(SEED).sample(list(Paper.objects.values_list("pk", flat=True)), COUNT)
    chosen = [Paper.objects.with_meaning().get(pk=key) for key in keys]
    for paper in chosen[:50]:
        similar(paper, [])
    seconds = timed(lambda paper: similar(paper, []), chosen)
    truth, slow = [], []
    for paper in chosen[:EXACT]:
        # Added to, the distance is in no index.
        exact = STATEMENT.replace(
            "order by embedding.vector <=> %s::halfvec", "order by 0 + (embedding.vector <=> %s::halfvec)"
        )
        values = [paper.meaning, paper.meaning_model, paper.pk, paper.meaning, 6]
        start = time.perf_counter()
        names = {row[0] for row in nearest.select(exact, values, effort=100)}
        slow.append(time.perf_counter() - start)
        truth.append(len(names & {it.arxiv_id for it in similar(paper, [])}) / len(names))
    share = f"{sum(truth) / len(truth):.3f}"
    return [
        (f"similar papers, among {papers}", *milliseconds(seconds), share, milliseconds(slow)[0]),
        (f"For you, among {papers}", *milliseconds(timed(for_you.recommend, members(keys))), "", ""),
    ]


def members(keys: list[int]) -> list:
    """Members with as many upvotes as are learned from, and some wishes for less: of papers without anything in common."""
    from accounts.models import User
    from papers import for_you
    from papers.models import Dismissal, Upvote

    chance, found = random.Random(SEED), []
    for number in range(MEMBERS):
        member, _ = User.objects.get_or_create(username=f"m{number}", defaults={"email": f"m{number}@example.org"})
        chosen = chance.sample(keys, for_you.LEARNED_FROM + 5)
        Upvote.objects.bulk_create([Upvote(user=member, paper_id=key) for key in chosen[5:]], ignore_conflicts=True)
        Dismissal.objects.bulk_create(
            [Dismissal(user=member, paper_id=key) for key in chosen[:5]], ignore_conflicts=True
        )
        found.append(member)
    return found


def timed(work: Callable, items: Iterable) -> list[float]:
    seconds = []
    for item in items:
        start = time.perf_counter()
        work(item)
        seconds.append(time.perf_counter() - start)
    return seconds


def milliseconds(seconds: list[float]) -> tuple[str, str]:
    """The median and the 95th percentile."""
    parts = quantiles(seconds, n=20)
    return f"{parts[9] * 1000:.1f}", f"{parts[18] * 1000:.1f}"


if __name__ == "__main__":
    main()
