"""How well "For you" finds what a member likes, by the site's own function, on Hugging Face's recorded days.

They hold no single member's upvotes. So who submitted papers there stands in for a member: what they brought in before
a day is what they upvoted, and what they bring in within the next month is what they should be shown, among all papers
that came until that month's end. Who submitted very many reads for everybody and has no taste to be learned.
"""

import gzip
import json
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from _stage import RECORDED, stage, table

FIRST, SPLITS, MONTH = datetime(2024, 9, 1, tzinfo=UTC), 20, timedelta(30)
AT, MOST_SUBMITTED, SEED = 20, 60, 20261125
HALF_LIVES = (7, 30, 60, 90, 180, 365)


@dataclass(frozen=True)
class Case:
    """A stand-in for a member at the end of a month: primary keys of papers liked before it, and found in it."""

    member: int
    end: datetime
    liked: list[int]
    wanted: frozenset[int]


def main() -> None:
    if not (RECORDED / "hf_daily").is_dir():
        print("bench/for_you.py: skipped, the recorded data (../shared/data) are not beside this checkout")
        return
    with stage():
        cases = load()
        rows = [
            ("random, of the last 30 days", *measure(cases, lambda case: chosen(case, by="random"))),
            ("most upvoted, of the last 30 days", *measure(cases, lambda case: chosen(case, by="upvotes"))),
            ("For you", *measure(cases, recommended)),
            *[(f"For you, half-life {days} days", *measure(cases, aged(days))) for days in HALF_LIVES],
        ]
        members = len({case.member for case in cases})
        table(f"{len(cases)} months of {members} stand-ins for members", ("list", f"hits@{AT}", f"recall@{AT}"), rows)
        table(
            "Two stand-ins as one, who wants less of what the second likes",
            ("list", f"hits@{AT} of the first", "of the second"),
            less_like_this(cases),
        )


def load() -> list[Case]:
    """Take in the recorded papers with their vectors, and make the cases of them."""
    from accounts.models import User
    from papers import vectors
    from papers.models import Paper

    found: dict[str, tuple[datetime, str, Paper]] = {}
    for path in sorted((RECORDED / "hf_daily").glob("*.json.gz")):
        day = datetime.fromisoformat(path.name[:10]).replace(tzinfo=UTC)
        for row in json.loads(gzip.decompress(path.read_bytes())):
            paper = row["paper"]
            submitter = paper.get("submittedOnDailyBy") or row.get("submittedBy") or {}
            stored = Paper(
                arxiv_id=paper["id"],
                title=" ".join(paper["title"].split())[:1000],
                abstract=paper.get("summary") or "",
                published_at=paper["publishedAt"],
                featured_at=day,
                mirrored_upvote_count=paper.get("upvotes") or 0,
            )
            found.setdefault(paper["id"], (day, submitter.get("user") or submitter.get("name") or "", stored))
    Paper.objects.bulk_create([stored for _, _, stored in found.values()], batch_size=1_000)
    vectors.catch_up()
    by_submitter = defaultdict(list)
    for day, submitter, stored in found.values():
        by_submitter[submitter].append((day, stored.pk))
    by_submitter.pop("", None)
    cases = []
    for number, submitted in enumerate(by_submitter.values()):
        if not 4 <= len(submitted) <= MOST_SUBMITTED:
            continue
        member = User.objects.create(username=f"member-{number}", email=f"member-{number}@example.org").pk
        for start in (FIRST + MONTH * split for split in range(SPLITS)):
            liked = [pk for day, pk in submitted if day < start]
            wanted = frozenset(pk for day, pk in submitted if start <= day < start + MONTH)
            if len(liked) >= 3 and wanted:
                cases.append(Case(member, start + MONTH, liked, wanted))
    return sorted(cases, key=lambda case: (case.end, case.member))


def measure(cases: Sequence[Case], find: Callable[[Case], Sequence[int]]) -> tuple[str, str]:
    """The share of cases with a hit, and of what was wanted that is found."""
    found = [case.wanted & set(find(case)) for case in cases]
    hits = sum(map(bool, found)) / len(cases)
    recall = sum(len(it) / len(case.wanted) for it, case in zip(found, cases, strict=True)) / len(cases)
    return f"{hits:.3f}", f"{recall:.3f}"


def chosen(case: Case, *, by: str) -> list[int]:
    from papers.models import Paper

    month = Paper.objects.filter(featured_at__gte=case.end - MONTH, featured_at__lt=case.end).exclude(pk__in=case.liked)
    if by == "upvotes":
        return list(month.order_by("-mirrored_upvote_count", "pk").values_list("pk", flat=True)[:AT])
    keys = list(month.order_by("pk").values_list("pk", flat=True))
    return random.Random(f"{SEED} {case.member} {case.end}").sample(keys, min(AT, len(keys)))


def recommended(case: Case, *, dismissed: Sequence[int] = ()) -> list[int]:
    """What the site shows that member at that time; what came later is hidden."""
    import time_machine

    from accounts.models import User
    from papers import for_you
    from papers.models import Dismissal, Upvote

    show_until(case.end)
    member = User.objects.get(pk=case.member)
    # The later, the newer; and only the newest of them are learned from.
    with time_machine.travel(case.end, tick=False):
        Upvote.objects.filter(user=member).delete()
        Dismissal.objects.filter(user=member).delete()
        Upvote.objects.bulk_create(Upvote(user=member, paper_id=pk) for pk in case.liked)
        Dismissal.objects.bulk_create(Dismissal(user=member, paper_id=pk) for pk in dismissed)
        return [it.paper.pk for it in for_you.recommend(member, count=AT)]


@lru_cache(maxsize=1)
def show_until(end: datetime) -> None:
    """Done anew only where the end is another: cases come in its order."""
    from papers.models import Paper

    Paper.objects.filter(featured_at__gte=end).hide()
    Paper.objects.filter(featured_at__lt=end).show()


def aged(days: int) -> Callable[[Case], list[int]]:
    def find(case: Case) -> list[int]:
        from papers import for_you

        kept = for_you.HALF_LIFE
        try:
            for_you.HALF_LIFE = timedelta(days)
            return recommended(case)
        finally:
            for_you.HALF_LIFE = kept

    return find


def less_like_this(cases: Sequence[Case]) -> list[tuple]:
    """Who likes what two like, and is done with half of what the second does."""
    chance, pairs = random.Random(SEED), []
    for case in cases:
        others = [it for it in cases if it.end == case.end and it.member != case.member and len(it.liked) >= 6]
        if others:
            pairs.append((case, chance.choice(others)))
    rows = []
    for name, is_dismissing in (("upvotes of both alone", False), ("and half of the second's dismissed", True)):
        hits = [0, 0]
        for first, second in pairs:
            half = len(second.liked) // 2
            both = Case(first.member, first.end, [*second.liked[:half], *first.liked], frozenset())
            found = set(recommended(both, dismissed=second.liked[half:] if is_dismissing else ()))
            hits[0] += bool(found & first.wanted)
            hits[1] += bool(found & second.wanted)
        rows.append((name, f"{hits[0] / len(pairs):.3f}", f"{hits[1] / len(pairs):.3f}"))
    return rows


if __name__ == "__main__":
    main()
