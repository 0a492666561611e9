"""What a digest can be narrowed to, as people name it: each kind's names read, and shown again."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower, Upper

from papers.arxiv import taxonomy
from papers.completion import complete
from papers.models import Author, Authorship, Organization
from papers.models.author import author_slug
from papers.query import cleaned

# Of those that aren't understood so many are looked up, each at the cost of a query; in a sentence so many are named.
MOST_LOOKED_UP, MOST_NAMED = 5, 4
_OPERATOR = re.compile(r"^(?:cat|category|author|org):", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    """One of a kind: `key` is what an interest stores, `label` and the smaller `detail` what people read."""

    key: str
    label: str
    detail: str = ""


@dataclass(frozen=True)
class Problem:
    """A text that names none, or several: then it may be one of `options`."""

    text: str
    reason: str
    options: Sequence[Name] = ()


class Kind(ABC):
    """Categories, authors or organizations."""

    noun: ClassVar[str]  # as papers/completion.py calls it
    remedy: ClassVar[str]

    @abstractmethod
    def known(self, keys: Iterable[str]) -> dict[str, Name]:
        """Those of these keys that are here; at most one query."""

    @abstractmethod
    def find(self, texts: Sequence[str]) -> dict[str, list[Name]]:
        """What each text names exactly, which may be none or several; at most one query."""

    def read(self, typed: str, most: int) -> tuple[list[Name], list[Problem]]:
        """The names in what somebody typed, parted by commas, and what could not be understood of it.

        What has commas within is tried as a whole first: "LeCun, Yann" is one name.
        """
        wholes = [_bare(part) for part in re.split(r"[;\r\n]", typed)]
        parts = {whole: [text for part in whole.split(",") if (text := _bare(part))] for whole in wholes if whole}
        texts = list(dict.fromkeys(it for whole, pieces in parts.items() for it in (whole, *pieces)))[: 3 * most]
        found = self.find(texts) if texts else {}
        names: list[Name] = []
        problems: list[Problem] = []
        for whole, pieces in parts.items():
            for text in [whole] if found.get(whole) else pieces:
                match found.get(text, []):
                    case [name]:
                        names.append(name)
                    case several:
                        problems.append(self._problem(text, several, is_looked_up=len(problems) < MOST_LOOKED_UP))
        return names, problems

    def _problem(self, text: str, several: list[Name], *, is_looked_up: bool) -> Problem:
        if not several and is_looked_up:
            several = [Name(it.key, it.label, it.detail) for it in complete(text, [self.noun], [self.noun])]
        if several:
            return Problem(text, f"“{text}” may mean one of these. Tick what you mean, then save.", several)
        return Problem(text, f"There is no {self.noun} “{text}” here. {self.remedy}")


class Categories(Kind):
    noun = "category"
    remedy = "Write it as arXiv does, such as cs.CV, or cs for a whole archive."

    def known(self, keys):
        return {key: _category(key) for key in keys if taxonomy.is_known(key)}

    def find(self, texts):
        found = {}
        for text in texts:
            spelled = taxonomy.spelled(text)
            names = [spelled] if spelled else _TITLES.get(text.lower(), [])
            found[text] = list(dict.fromkeys(map(_category, names)))
        return found


class Authors(Kind):
    noun = "author"
    remedy = "Write the name as it stands on a paper on this site."

    def known(self, keys):
        return {author.slug: Name(author.slug, author.name) for author in Author.objects.filter(slug__in=list(keys))}

    def find(self, texts):
        slugs = {text: {author_slug(text), author_slug(_turned(text))} for text in texts}
        seen = Authorship.objects.filter(author=OuterRef("pk"), is_hidden=False, paper__hidden_at=None)
        authors = Author.objects.filter(Exists(seen), slug__in=set().union(*slugs.values()))
        names = [Name(author.slug, author.name) for author in authors]
        return {text: [name for name in names if name.key in mine] for text, mine in slugs.items()}


class Organizations(Kind):
    noun = "organization"
    remedy = "Write its short or full name as it stands on papers here, such as nvidia."

    def known(self, keys):
        found = Organization.objects.named(keys).order_by()
        return {it.name.lower(): _organization(it) for it in found}

    def find(self, texts):
        lower = [text.lower() for text in texts]
        ways = Q(upper_name__in=[text.upper() for text in texts]) | Q(lower_full_name__in=lower)
        found = Organization.objects.alias(upper_name=Upper("name"), lower_full_name=Lower("full_name")).filter(ways)
        by_text: dict[str, list[Name]] = {}
        for text in texts:
            by_name = [it for it in found if it.name.lower() == text.lower()]
            by_text[text] = [
                _organization(it) for it in by_name or found if text.lower() in (it.name.lower(), it.full_name.lower())
            ]
        return by_text


KINDS: dict[str, Kind] = {"categories": Categories(), "authors": Authors(), "organizations": Organizations()}


def names_of(interest: dict[str, list[str]]) -> dict[str, list[Name]]:
    """The names in an interest as it is stored, by kind; who isn't here any more goes by the key. At most two queries."""
    names = {}
    for kind, keys in interest.items():
        known = KINDS[kind].known(keys)
        names[kind] = sorted((known.get(key, Name(key, key)) for key in keys), key=lambda name: name.label.lower())
    return names


def in_words(names: dict[str, list[Name]]) -> str:
    """What a digest of these holds: "Papers in cs.CV or cs.LG, by Ada Lovelace, or from NVIDIA"; "" where nothing is named."""
    parts = []
    if categories := names.get("categories"):
        parts.append("in " + _listed([f"all of {it.key}" if _is_archive(it.key) else it.key for it in categories]))
    for kind, word in {"authors": "by", "organizations": "from"}.items():
        if names.get(kind):
            parts.append(f"{word} {_listed([it.label for it in names[kind]])}")
    if not parts:
        return ""
    # Where a part is a list itself, a comma parts it from the next.
    comma = "," if len(parts) > 2 or any(" or " in part for part in parts) else ""
    return "Papers " + (", ".join(parts[:-1]) + f"{comma} or " if parts[1:] else "") + parts[-1]


def _listed(words: list[str]) -> str:
    if len(words) > MOST_NAMED:
        words = [*words[: MOST_NAMED - 1], f"{len(words) - MOST_NAMED + 1} others"]
    return (", ".join(words[:-1]) + " or " if words[1:] else "") + words[-1]


def _bare(text: str) -> str:
    """Without the operator and the quotation marks that search would need."""
    return _OPERATOR.sub("", cleaned(text)).strip('" ')


def _turned(text: str) -> str:
    """Yann LeCun for LeCun, Yann."""
    surname, comma, given = text.partition(",")
    return f"{given.strip()} {surname.strip()}" if comma else text


def _is_archive(name: str) -> bool:
    return name in taxonomy.ARCHIVES and name not in taxonomy.CATEGORIES


def _category(spelling: str) -> Name:
    name = taxonomy.canonical(spelling)
    it = taxonomy.ARCHIVES.get(name) or taxonomy.CATEGORIES[name]
    return Name(name, it.title, f"all of {name}" if _is_archive(name) else name)


def _organization(it: Organization) -> Name:
    return Name(it.name.lower(), it.full_name, "" if it.name.lower() == it.full_name.lower() else it.name)


_TITLES: dict[str, list[str]] = {}
for _it in (*taxonomy.ARCHIVES.values(), *taxonomy.CATEGORIES.values()):
    _TITLES.setdefault(_it.title.lower(), []).append(_it.name)
