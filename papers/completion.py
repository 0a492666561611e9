"""What is being typed into a search field, completed: authors, organizations, categories, keywords.

Only the end of the text counts: an operator that has been begun (`org:nvi`, `author:"Yann L`), or else the last few
words, which may be the beginning of a name.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from papers import bulk
from papers.arxiv import taxonomy
from papers.models import Organization, Topic
from papers.models.author import author_slug
from papers.query import LIMIT, cleaned

# Lines of the list, more would cover the page on a phone; and of each kind, so that none crowds out the others.
MOST, MOST_OF_A_KIND = 8, 4
# Letters: with one, nearly everything begins.
LEAST = 2
# Words: longer names are few, and these are found by their last words, too.
LONGEST_NAME = 3
# Of so many names that begin alike those with the most papers are offered, of which so many are counted.
CANDIDATES, COUNTED = 60, 50

# In the search field words are words: keywords are offered only where one asks for them.
OFFERED = ("category", "organization", "author")


@dataclass(frozen=True)
class Completion:
    """`fills` comes in the place of `typed`, the end of the text; `label` and `detail` are read in the list."""

    kind: str
    label: str
    detail: str
    typed: str
    fills: str


@dataclass(frozen=True)
class Beginning:
    """An end of the text, and what of it may be a name's beginning."""

    typed: str
    words: str

    def begins(self, *names: str) -> bool:
        return any(name.lower().startswith(self.words.lower()) for name in names)


def complete(text: str, kinds: Sequence[str] = OFFERED) -> list[Completion]:
    """At most MOST lines for what is typed; one query for each kind but categories, which need none."""
    kinds, beginnings = _read(text, kinds)
    found = [it for kind in kinds for it in _COMPLETE[kind](beginnings)[:MOST_OF_A_KIND]] if beginnings else []
    return found[:MOST]


_KINDS = {"author": "author", "org": "organization", "cat": "category", "category": "category", "keyword": "keyword"}
_OPERATOR = re.compile(rf'(?:^|(?<=[\s-]))({"|".join(_KINDS)}):("[^"]*|[^\s"]*)$', re.IGNORECASE)
_WORD = re.compile(r'(?<!\S)[^\s":-][^\s":]*(?!\S)')


def _read(text: str, kinds: Sequence[str]) -> tuple[Sequence[str], list[Beginning]]:
    """What may be meant, the longest first."""
    is_open = not text[-1:].isspace()
    text = cleaned(text[-LIMIT:])
    if operator := _OPERATOR.search(text):
        kind, words = _KINDS[operator[1].lower()], operator[2].strip('" ')
        return [kind] if kind in kinds else [], [Beginning(operator[0], words)] if len(words) >= LEAST else []
    if text.count('"') % 2 or not is_open:
        return kinds, []
    start, beginnings = len(text), list[Beginning]()
    for word in list(_WORD.finditer(text))[: -LONGEST_NAME - 1 : -1]:
        if text[word.end() : start].strip():
            break
        start = word.start()
        beginnings.insert(0, Beginning(text[start:], text[start:]))
    return kinds, [it for it in beginnings if len(it.words) >= LEAST]


def _categories(beginnings: Sequence[Beginning]) -> list[Completion]:
    """By their names, then by the words of their titles."""
    by_name, by_title = [], []
    for category in (*taxonomy.ARCHIVES.values(), *taxonomy.CATEGORIES.values()):
        for it in beginnings:
            completion = Completion("category", category.title, category.name, it.typed, f"cat:{category.name}")
            if it.begins(category.name):
                by_name.append(completion)
                break
            if all(re.search(rf"\b{re.escape(word)}", category.title.lower()) for word in it.words.lower().split()):
                by_title.append(completion)
                break
    return list(dict.fromkeys([*by_name, *by_title]))


def _organizations(beginnings: Sequence[Beginning]) -> list[Completion]:
    begins = Q()
    for it in beginnings:
        begins |= Q(lower_name__startswith=it.words.lower()) | Q(lower_full_name__startswith=it.words.lower())
    rows = Organization.objects.alias(lower_name=Lower("name"), lower_full_name=Lower("full_name")).filter(begins)
    return [
        Completion(
            "organization",
            row.full_name,
            row.name,
            next((it.typed for it in beginnings if it.begins(row.name, row.full_name)), beginnings[-1].typed),
            f"org:{row.name}",
        )
        for row in rows.order_by("name")[:MOST_OF_A_KIND]
    ]


def _authors(beginnings: Sequence[Beginning]) -> list[Completion]:
    """By the whole name, or by the surname alone; those with the most papers to be seen, which must be one at least."""
    slugs = [(author_slug(it.words), it.typed) for it in beginnings]
    surname = author_slug(beginnings[-1].words.split()[-1])
    ways = [(BY_NAME, slug) for slug, _ in slugs] + [(BY_SURNAME, surname)]
    statement = AUTHORS.format(" union ".join(way for way, _ in ways))
    values = [value for _, slug in ways for value in (f"{slug}%", CANDIDATES)]
    rows = bulk.select(statement, [*values, COUNTED, MOST_OF_A_KIND])
    return [
        Completion(
            "author",
            name,
            f"{count}{'+' if count == COUNTED else ''} paper{'s' if count > 1 else ''}",
            next((typed for begun, typed in slugs if slug.startswith(begun)), beginnings[-1].typed),
            f'author:"{name.replace(chr(34), "")}"',
        )
        for slug, name, count in rows
    ]


BY_NAME = "(select id, slug, name from papers_author where slug like %s order by slug limit %s)"
BY_SURNAME = (
    "(select id, slug, name from papers_author where substring(slug, '[^-]+$') like %s"
    " order by substring(slug, '[^-]+$') limit %s)"
)
AUTHORS = """
select slug, name, count from ({}) author cross join lateral (
    select count(*) from (
        select from papers_authorship authorship join papers_paper paper on paper.id = paper_id
        where author_id = author.id and not is_hidden and hidden_at is null limit %s
    ) authorship
) papers where count > 0 order by count desc, slug limit %s
"""


def _keywords(beginnings: Sequence[Beginning]) -> list[Completion]:
    begins = Q()
    for it in beginnings:
        begins |= Q(name__startswith=it.words.lower())
    return [
        Completion(
            "keyword",
            topic.label,
            f"{topic.paper_count:,} paper{'s' if topic.paper_count > 1 else ''}",
            next((it.typed for it in beginnings if it.begins(topic.name)), beginnings[-1].typed),
            topic.written,
        )
        for topic in Topic.objects.keywords().filter(begins).most_used()[:MOST_OF_A_KIND]
    ]


_COMPLETE: dict[str, Callable[[Sequence[Beginning]], list[Completion]]] = {
    "category": _categories,
    "organization": _organizations,
    "author": _authors,
    "keyword": _keywords,
}
