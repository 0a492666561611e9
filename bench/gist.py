"""Benchmark: the keywords and the sentence of an abstract, held against those that Hugging Face gives, and papers a second.

Of the recorded papers every second one: the others are what the weights in papers/gist.py were found on.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from _stage import RECORDED, table

COUNT = 5
# Endings that make no other word of it; the longest first.
ENDINGS = re.compile(r"(?:ational|ations|ation|ings|ing|ers|er|ed|ly|es|s|e)$")


def main() -> None:
    if not (RECORDED / "hf_daily").is_dir():
        print("bench/gist.py: skipped, the recorded answers (../shared/data) are not beside this checkout")
        return
    import django

    django.setup()
    from papers import embeddings, gist
    from papers.markup import plain, sentences

    model = embeddings.load(embeddings.DEFAULT)
    rows = list(recorded())[1::2]
    papers = [(row.record.title, row.record.abstract) for row in rows]
    start = time.process_time()
    found = [gist.of(*paper, model) for paper in papers]
    seconds = time.process_time() - start

    judged = [[stems(keyword) for keyword in row.keywords] for row in rows]
    frequent = [most_frequent(plain(f"{title}\n\n{abstract}")) for title, abstract in papers]
    table(
        f"Keywords of {len(rows):,} papers beside Hugging Face's, of which there are {mean(map(len, judged)):.1f} a paper",
        ("which five", "found whole", "whole or in part", "likeness"),
        [
            ("papers/gist.py", *shares([keywords for keywords, _ in found], judged)),
            ("the most frequent runs of words", *shares(frequent, judged)),
        ],
    )

    with_summary = [
        (row.summary, sentence, sentences(row.record.abstract))
        for row, (_, sentence) in zip(rows, found, strict=True)
        if row.summary
    ]
    likeness: dict[str, Callable[[str, Sequence[str]], Iterable[str]]] = {
        "papers/gist.py": lambda ours, every: [ours],
        "the first": lambda ours, every: every[:1],
        "any": lambda ours, every: every,
    }
    table(
        f"The abstract's sentence beside Hugging Face's summary of {len(with_summary):,} papers (ROUGE-1, F)",
        ("which sentence", "likeness"),
        [
            (
                name,
                f"{mean(mean(rouge(it, summary) for it in which(ours, every)) for summary, ours, every in with_summary):.3f}",
            )
            for name, which in likeness.items()
        ]
        + [
            (
                "the likest there is",
                f"{mean(max(rouge(it, summary) for it in every) for summary, _, every in with_summary):.3f}",
            )
        ],
    )
    print(f"\nBoth of a paper: {len(rows) / seconds:,.0f} papers a second of one core")


def recorded() -> Iterable:
    """Papers with keywords, each as its last row has it."""
    import gzip

    from papers.arxiv.record import SourceError
    from papers.huggingface import records
    from papers.huggingface.daily_paper import DailyPaper

    rows = {}
    for path in sorted((RECORDED / "hf_daily").glob("*.json.gz")):
        try:
            parsed = list(records.parse(gzip.decompress(path.read_bytes())))
        except SourceError:
            continue
        rows |= {row.record.arxiv_id: row for row in parsed if isinstance(row, DailyPaper) and row.keywords}
    return [rows[arxiv_id] for arxiv_id in sorted(rows)]


def shares(chosen: Sequence[Sequence[str]], judged: Sequence[Sequence[tuple[str, ...]]]) -> tuple[str, str, str]:
    """How many of the chosen keywords are one of the judged ones, and how many are one, a part of one or hold one.

    A word such as "model" is a part of many. So there is the likeness, too, to the judged one that is the likest: the
    words that both have over those that either has (Jaccard), on average.
    """
    found = [(stems(keyword), theirs) for keywords, theirs in zip(chosen, judged, strict=True) for keyword in keywords]
    whole = mean(ours in theirs for ours, theirs in found)
    part = mean(any(holds(ours, other) or holds(other, ours) for other in theirs) for ours, theirs in found)
    alike = mean(max(jaccard(set(ours), set(other)) for other in theirs) for ours, theirs in found)
    return f"{whole:.1%}", f"{part:.1%}", f"{alike:.3f}"


def jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def most_frequent(text: str) -> list[str]:
    """The most frequent runs of one to three words without a stop word in them, the longer first where they are level."""
    from papers.stopwords import STOPWORDS

    counted: Counter[str] = Counter()
    for stretch in re.split(r"[^\w\s-]+", text.lower()):
        words = stretch.split()
        for length in (1, 2, 3):
            for start in range(len(words) - length + 1):
                run = words[start : start + length]
                if not STOPWORDS.intersection(run) and all(len(word) > 1 for word in run):
                    counted[" ".join(run)] += 1
    return sorted(counted, key=lambda run: (-counted[run], -len(run.split())))[:COUNT]


def stems(phrase: str) -> tuple[str, ...]:
    words = re.findall(r"\w+", re.sub(r"\s*\([^)]*\)", "", phrase.lower()))
    return tuple(ENDINGS.sub("", word) if len(word) > 4 else word.removesuffix("s") for word in words)


def holds(long: tuple[str, ...], short: tuple[str, ...]) -> bool:
    places = range(len(long) - len(short) + 1)
    return bool(short) and any(long[place : place + len(short)] == short for place in places)


def rouge(one: str, other: str) -> float:
    """ROUGE-1's F (Lin, 2004): the harmonic mean of the shares of words, by their stems, that the other has too."""
    words, others = Counter(stems(one)), Counter(stems(other))
    return 2 * (words & others).total() / max(words.total() + others.total(), 1)


def mean(numbers: Iterable[float]) -> float:
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


if __name__ == "__main__":
    main()
