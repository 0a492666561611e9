"""What topics cost: a page of a large one and of a small one, a completion, and the nightly count; among many papers.

The papers are invented, the same each time: few topics have most of them, most topics have few. Yardsticks are the rows
of thirty papers by their keys, serialised with json.dumps, and one pass over all papers that counts their keywords alone.
"""

import json
import os
import random
from datetime import UTC, datetime, timedelta

from _stage import best, stage, table

TOTAL = int(os.environ.get("PAPERS", "100000"))
SEED, BATCH, TIMES = 20261125, 2_000, 15
YEARS, AUTHORS_EACH, KEYWORDS_EACH = 10, 3, 5
SYLLABLES = (
    "an",
    "bel",
    "cho",
    "dra",
    "el",
    "fin",
    "go",
    "hu",
    "is",
    "jo",
    "ka",
    "li",
    "mar",
    "no",
    "or",
    "pe",
    "ri",
    "su",
)
COUNT_KEYWORDS = """
select keyword, date_trunc('month', published_at at time zone 'utc'), count(*), sum(total_upvote_count)
from papers_paper cross join unnest(keywords) keyword where hidden_at is null group by 1, 2
"""


def main() -> None:
    with stage():
        from django.conf import settings

        settings.ALLOWED_HOSTS = ["testserver"]
        settings.STORAGES = {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
        chance, few = random.Random(SEED), TOTAL // 10
        people = load(few, chance)
        before, _ = measure(people)
        load(TOTAL - few, chance)
        after, counts = measure(people)
        rows = [(name, *after[name][1:], f"{after[name][0] / before[name][0]:.2f}") for name in after]
        heads = ("answer", "ms", "× thirty rows", f"× among {few:,}")
        table(f"Topics among {TOTAL:,} papers, uncached, as an anonymous visitor", heads, rows)
        table("The nightly count", ("count", "s", "× one pass"), counts)


def load(count: int, chance: random.Random) -> list[str]:
    """Add so many invented papers; return the names of their authors."""
    from papers import bulk, documents
    from papers.arxiv import taxonomy
    from papers.models import Author, Authorship, Category, Organization, Paper
    from papers.models.author import author_slug

    def skewed(number: int) -> int:
        return int(number * chance.random() ** 4)

    names = list(taxonomy.CATEGORIES)
    Category.objects.bulk_create([Category(name=name) for name in names], ignore_conflicts=True)
    people = list(dict.fromkeys(f"{invented(chance, 2)} {invented(chance, 3)}" for _ in range(count // 2)))
    written = [Author(slug=author_slug(name), name=name) for name in people]
    Author.objects.bulk_create(written, ignore_conflicts=True, batch_size=BATCH)
    authors = list(Author.objects.filter(slug__in=[it.slug for it in written]))
    groups = [f"{invented(chance, 2)}-{number}".lower() for number in range(count // 200)]
    Organization.objects.bulk_create(
        [Organization(name=name, full_name=name.title()) for name in groups], ignore_conflicts=True
    )
    organizations = list(Organization.objects.values_list("pk", flat=True))
    now, first = datetime.now(UTC), Paper.objects.count()
    for start in range(first, first + count, BATCH):
        papers = Paper.objects.bulk_create(
            Paper(
                arxiv_id=f"{number // 99_999 + 2401}.{number % 99_999 + 1:05}",
                title=f"On {invented(chance, 3)} and {invented(chance, 3)}",
                abstract=" ".join(invented(chance, 3) for _ in range(30)),
                primary_category_id=names[skewed(len(names))],
                organization_id=organizations[skewed(len(organizations))],
                keywords=[f"subject {skewed(count)}" for _ in range(KEYWORDS_EACH)],
                mirrored_upvote_count=skewed(skewed(300) + 1),
                published_at=now - timedelta(days=chance.random() * 365 * YEARS),
            )
            for number in range(start, min(start + BATCH, first + count))
        )
        link = Paper.categories.through
        filed = {(it.pk, name) for it in papers for name in (it.primary_category_id, names[skewed(len(names))])}
        link.objects.bulk_create(link(paper_id=paper, category_id=name) for paper, name in sorted(filed))
        Authorship.objects.bulk_create(
            Authorship(paper=paper, author=author, position=place, name=author.name)
            for paper in papers
            for place, author in enumerate({authors[skewed(len(authors))] for _ in range(AUTHORS_EACH)})
        )
    while documents.catch_up():
        pass
    bulk.execute("vacuum analyze")
    return people


def invented(chance: random.Random, syllables: int) -> str:
    return "".join(chance.choices(SYLLABLES, k=syllables)).title()


def measure(people: list[str]) -> tuple[dict[str, tuple], list[tuple]]:
    """What each answer takes, in seconds, milliseconds and yardsticks, and what the count takes."""
    from django.test import Client
    from django.urls import reverse

    from papers import bulk, trends
    from papers.models import Paper, Topic

    first = best(trends.count, times=1)
    again = best(trends.count, times=3)
    one_pass = best(lambda: bulk.select(COUNT_KEYWORDS, []), times=5)
    counts = [
        ("one pass over the keywords", f"{one_pass:.3f}", "1.0"),
        (f"all of {Topic.objects.count():,} topics, what is new written", f"{first:.1f}", f"{first / one_pass:.1f}"),
        ("again, with nothing changed", f"{again:.1f}", f"{again / one_pass:.1f}"),
    ]
    bulk.execute("vacuum analyze papers_topic, papers_trend")
    categories = [it for it in Topic.objects.categories().most_used() if not it.is_archive]
    keywords = list(Topic.objects.keywords().most_used())
    keys = list(Paper.objects.order_by("-published_at").values_list("pk", flat=True)[:30])
    client = Client()

    def complete(text):
        return lambda: client.get(reverse("papers:completions"), {"q": text})

    def page(topic, **query):
        return lambda: client.get(topic.get_absolute_url(), query)

    answers = {
        "thirty papers by their keys": lambda: json.dumps(
            list(Paper.objects.filter(pk__in=keys).values()), default=str
        ),
        "the largest category": page(categories[0]),
        "the smallest category": page(categories[-1]),
        "the most used keyword": page(keywords[0]),
        "one of the least used keywords": page(keywords[-1]),
        "the largest category, most upvoted": page(categories[0], order="upvotes"),
        "the smallest category, most upvoted": page(categories[-1], order="upvotes"),
        "the index of topics": lambda: client.get(reverse("papers:topics")),
        "trends": lambda: client.get(reverse("papers:trends")),
        "completing author:an": complete("author:an"),
        "completing a whole author": complete(f"author:{people[0].split()[-1]}"),
        "completing org:an": complete("org:an"),
        "completing keyword:subject": complete("keyword:subject"),
        "completing words": complete(f"papers by {people[0][:-2]}"),
    }
    seconds = {name: best(answer, times=TIMES) for name, answer in answers.items()}
    unit = seconds["thirty papers by their keys"]
    return {name: (it, f"{it * 1000:.1f}", f"{it / unit:.1f}") for name, it in seconds.items()}, counts


if __name__ == "__main__":
    main()
