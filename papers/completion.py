"""What is being typed into a search field, completed: authors, organizations, categories, keywords.

Only the end of the text counts: an operator that has been begun (`org:nvi`, `author:"Yann L`), or else the last few
words, which may be the beginning of a name.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import Length, Lower

from papers import bulk
from papers.arxiv import taxonomy
from papers.models import Organization, Paper, Topic
from papers.models.author import author_slug
from papers.query import LIMIT, cleaned

# Lines of the list where an operator asks for it. Where nobody has asked it must leave the results below to be seen: then
# so many of each kind, which a phone has room for.
MOST, MOST_UNASKED = 8, 2
# Letters: with one, nearly everything begins.
LEAST = 2
# Words: longer names are few, and these are found by their last words, too.
LONGEST_NAME = 3
# Of the first so many names in the alphabet that begin alike, those with the most papers are offered; so many are counted.
CANDIDATES, COUNTED = 60, 50

# In the search field words are words: there keywords are offered only where an operator asks for them.
OFFERED = ("category", "organization", "author")
EVERY = (*OFFERED, "keyword")


@dataclass(frozen=True)
class Completion:
    """`fills` comes in the place of `typed`, the end of the text; `label` and `detail` are read in the list.

    By its `key` it is known, whatever its spelling: cs.CV, an author's slug, an organization's name in lower case, a keyword.
    """

    kind: str
    key: str
    label: str
    detail: str
    typed: str
    fills: str

    @property
    def without_operator(self) -> "Completion":
        """The same for a field that takes nothing but its kind."""
        is_by_name = self.kind == "author" and author_slug(self.label) == self.key
        return replace(self, fills=self.label if is_by_name else self.key)


@dataclass(frozen=True)
class Beginning:
    """An end of the text, and what of it may be a name's beginning."""

    typed: str
    words: str

    def begins(self, *names: str) -> bool:
        return any(name.lower().startswith(self.words.lower()) for name in names)


def complete(text: str, kinds: Sequence[str] = OFFERED, asked: Sequence[str] = EVERY) -> list[Completion]:
    """At most MOST lines for the end of the text: of one of the kinds `asked` where an operator says which, else of `kinds`,
    of each of several fewer.

    One query for each kind but categories, which need none.
    """
    text = text[-LIMIT:]
    # Letter by letter, so that its places are the text's: what is offered must fit what stands in the field.
    plain = "".join(cleaned(letter)[:1] or " " for letter in text)
    if operator := _OPERATOR.search(plain):
        kind, words = _KINDS[operator[1].lower()], cleaned(operator[2]).strip('" ')
        if kind not in asked or len(words) < LEAST:
            return []
        return _COMPLETE[kind]([Beginning(text[operator.start() :], words)], MOST)
    if not (beginnings := _names(text, plain)):
        return []
    most = MOST_UNASKED if len(kinds) > 1 else MOST
    found = [it for kind in kinds for it in _COMPLETE[kind](beginnings, most)]
    # Where "yann lec" begins a name, whatever "lec" begins is not meant.
    longest = max((len(it.typed) for it in found), default=0)
    return [it for it in found if len(it.typed) == longest]


_KINDS = {"author": "author", "org": "organization", "cat": "category", "category": "category", "keyword": "keyword"}
_OPERATOR = re.compile(rf'(?:^|(?<=[\s-]))({"|".join(_KINDS)}):("[^"]*|[^\s"]*)$', re.IGNORECASE)
_WORD = re.compile(r'(?<!\S)[^\s":-][^\s":]*(?!\S)')


def _names(text: str, plain: str) -> list[Beginning]:
    """The last words, the longest run of them first; none within a phrase or after a space."""
    if plain.count('"') % 2 or plain[-1:].isspace():
        return []
    start, beginnings = len(plain), list[Beginning]()
    for word in list(_WORD.finditer(plain))[: -LONGEST_NAME - 1 : -1]:
        if plain[word.end() : start].strip():
            break
        start = word.start()
        beginnings.insert(0, Beginning(text[start:], cleaned(plain[start:])))
    return [it for it in beginnings if len(it.words) >= LEAST]


def _categories(beginnings: Sequence[Beginning], most: int) -> list[Completion]:
    """By their names, then by the words of their titles."""
    by_name, by_title = [], []
    for category in (*taxonomy.ARCHIVES.values(), *taxonomy.CATEGORIES.values()):
        for it in beginnings:
            completion = Completion(
                "category",
                category.canonical,
                category.title,
                category.name,
                it.typed,
                f"cat:{category.name}",
            )
            if it.begins(category.name):
                by_name.append(completion)
                break
            if all(re.search(rf"\b{re.escape(word)}", category.title.lower()) for word in it.words.lower().split()):
                by_title.append(completion)
                break
    found = dict.fromkeys([*by_name, *by_title])
    return sorted(found, key=lambda it: -len(it.typed))[:most]


def _organizations(beginnings: Sequence[Beginning], most: int) -> list[Completion]:
    """Those with papers to be seen, the shortest name first: it is nearest to what is typed."""
    ways = [
        Q(lower_name__startswith=it.words.lower()) | Q(lower_full_name__startswith=it.words.lower())
        for it in beginnings
    ]
    rows = Organization.objects.alias(lower_name=Lower("name"), lower_full_name=Lower("full_name"))
    rows = rows.filter(reduce(or_, ways), Exists(Paper.objects.visible().filter(organization=OuterRef("pk"))))
    longest = Case(*[When(way, then=number) for number, way in enumerate(ways)])
    return [
        Completion(
            "organization",
            row.name.lower(),
            row.full_name,
            row.name,
            next((it.typed for it in beginnings if it.begins(row.name, row.full_name)), beginnings[-1].typed),
            f"org:{row.name}",
        )
        for row in rows.order_by(longest, Length("name"), "name")[:most]
    ]


def _authors(beginnings: Sequence[Beginning], most: int) -> list[Completion]:
    """By the whole name, or a single word by the surname; those with the most papers to be seen, one at least."""
    slugs = [(author_slug(it.words), it.typed) for it in beginnings]
    surnames = [author_slug(it.words) for it in beginnings if " " not in it.words]
    ways = [(BY_NAME, slug) for slug, _ in slugs] + [(BY_SURNAME, surname) for surname in surnames]
    statement = AUTHORS.format(" union all ".join(way for way, _ in ways))
    values = [value for _, slug in ways for value in (len(slug), f"{slug}%", CANDIDATES)]
    rows = bulk.select(statement, [*values, COUNTED, most])
    return [
        Completion(
            "author",
            slug,
            name,
            f"{count}{'+' if count == COUNTED else ''} paper{'s' if count > 1 else ''}",
            next((typed for begun, typed in slugs if slug.startswith(begun)), beginnings[-1].typed),
            f'author:"{name.replace(chr(34), "")}"',
        )
        for slug, name, count in rows
    ]


BY_NAME = "(select id, slug, name, %s as letters from papers_author where slug like %s order by slug limit %s)"
BY_SURNAME = (
    "(select id, slug, name, %s as letters from papers_author where substring(slug, '[^-]+$') like %s"
    " order by substring(slug, '[^-]+$') limit %s)"
)
AUTHORS = """
select slug, name, count from (
    select id, slug, name, max(letters) as letters from ({}) begun group by 1, 2, 3
) author cross join lateral (
    select count(*) from (
        select from papers_authorship authorship join papers_paper paper on paper.id = paper_id
        where author_id = author.id and not is_hidden and hidden_at is null limit %s
    ) authorship
) papers where count > 0 order by letters desc, count desc, slug limit %s
"""


def _keywords(beginnings: Sequence[Beginning], most: int) -> list[Completion]:
    begins = reduce(or_, [Q(name__startswith=it.words.lower()) for it in beginnings])
    return [
        Completion(
            "keyword",
            topic.name,
            topic.label,
            f"{topic.paper_count:,} paper{'s' if topic.paper_count > 1 else ''}",
            next((it.typed for it in beginnings if it.begins(topic.name)), beginnings[-1].typed),
            topic.written,
        )
        for topic in Topic.objects.keywords().filter(begins).most_used()[:most]
    ]


_COMPLETE: dict[str, Callable[[Sequence[Beginning], int], list[Completion]]] = {
    "category": _categories,
    "organization": _organizations,
    "author": _authors,
    "keyword": _keywords,
}
