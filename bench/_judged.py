"""Searches whose right answers are known: the judged ones of CACM, and papers looked for by what is remembered of them."""

import gzip
import math
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from _stage import RECORDED

CACM = RECORDED / "relevance" / "cacm"
# Queries of each kind of what is remembered, and the seed that chooses them.
COUNT, SEED = 300, 20261125
# Of a title's words, so many are forgotten.
FORGOTTEN = 0.3


@dataclass(frozen=True)
class Judged:
    """A query, and the arXiv ids of the papers that answer it."""

    text: str
    answers: frozenset[str]


def cacm_documents() -> Iterator[dict]:
    """CACM's documents as papers: `arxiv_id` made of their number, `title`, `abstract`, `authors`."""
    for number, fields in _fields(gzip.decompress((CACM / "cacm.all.gz").read_bytes()).decode("latin-1")):
        authors = [line.strip() for line in fields["A"].splitlines() if line.strip()]
        yield {
            "arxiv_id": cacm_id(number),
            "title": " ".join(fields["T"].split()),
            "abstract": " ".join(fields["W"].split()),
            "authors": [" ".join(reversed(name.split(", ", 1))) for name in authors],
            "published_at": datetime(1979, 1, 1, tzinfo=UTC),
        }


def cacm_queries() -> list[Judged]:
    answers = defaultdict(set)
    for line in (CACM / "qrels.text").read_text().splitlines():
        number, document, *_ = line.split()
        answers[int(number)].add(cacm_id(int(document)))
    queries = _fields((CACM / "query.text").read_text("latin-1"))
    return [
        Judged(" ".join(fields["W"].split()), frozenset(answers[number]))
        for number, fields in queries
        if answers[number]
    ]


def cacm_id(number: int) -> str:
    return f"0001.{number:05}" if number > 9999 else f"0001.{number:04}"


def mutilated_titles(papers: Sequence[tuple[str, str, str]]) -> list[Judged]:
    """Titles with words forgotten and the others out of order; `papers` are arXiv ids, titles and abstracts."""
    chance = random.Random(SEED)
    queries = []
    for arxiv_id, title, _ in chance.sample(papers, COUNT):
        words = title.split()
        kept = chance.sample(words, max(min(3, len(words)), round(len(words) * (1 - FORGOTTEN))))
        queries.append(Judged(" ".join(kept), frozenset([arxiv_id])))
    return queries


def first_sentences(papers: Sequence[tuple[str, str, str]]) -> list[Judged]:
    from papers.markup import first_sentence, plain

    chance = random.Random(SEED + 1)
    chosen = chance.sample([row for row in papers if row[2]], COUNT)
    return [
        Judged(plain(first_sentence(abstract, limit=400)), frozenset([arxiv_id])) for arxiv_id, _, abstract in chosen
    ]


def ndcg(found: Sequence[str], answers: frozenset[str], *, at: int = 10) -> float:
    """Normalised discounted cumulative gain of the first `at`, each answer worth the same (Järvelin, Kekäläinen 2002)."""
    gain = sum(1 / math.log2(place + 2) for place, name in enumerate(found[:at]) if name in answers)
    return gain / sum(1 / math.log2(place + 2) for place in range(min(at, len(answers))))


def reciprocal_rank(found: Sequence[str], answers: frozenset[str], *, at: int = 10) -> float:
    return next((1 / place for place, name in enumerate(found[:at], 1) if name in answers), 0.0)


def mean(queries: Sequence[Judged], measure: Callable, find: Callable[[str], Sequence[str]]) -> float:
    return sum(measure(find(query.text), query.answers) for query in queries) / len(queries)


def _fields(text: str) -> Iterator[tuple[int, defaultdict[str, str]]]:
    """SMART's form: ".I 1" begins a text, ".T" and the like its fields."""
    for block in re.split(r"^\.I ", text, flags=re.MULTILINE)[1:]:
        number, _, rest = block.partition("\n")
        fields: defaultdict[str, str] = defaultdict(str)
        for name, content in re.findall(r"^\.([A-Z])\n(.*?)(?=^\.[A-Z]\n|\Z)", rest, re.MULTILINE | re.DOTALL):
            fields[name] = content
        yield int(number), fields
