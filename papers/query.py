"""What people type into the search field, read: words, "phrases", -without, and operators such as `cat:cs.CV`.

Anything can be typed. What means nothing is taken as words; what an operator can't mean is told in `problems`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Self

from papers.arxiv import ids, taxonomy
from papers.choice import Choice

# Characters: longer than any title.
LIMIT = 250
# Beyond so many, further operators and phrases say nothing that a page of results could show.
MOST_PARTS = 30

_PART = re.compile(
    r"""(?P<minus>-)?(?:(?P<operator>author|cat|category|org|year|has|in|title|keyword):)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))""",
    re.IGNORECASE,
)
_YEARS = re.compile(r"(\d{4})(?:(?:-|–|\.\.)(\d{4}))?")
_FIRST_YEAR, _LAST_YEAR = 1986, 2100


@dataclass
class Query:
    """`text` is what was typed, cleaned. Of a paper `words` may be there and the more the better; all else must be.

    `phrases`, `titles` and `authors` are phrases anywhere, in the title, among the authors. `facets` are groups of
    which one each must hold ("cat:cs.CV", "year:2025", "has:code", "in:feed", "org:nvidia", "key:diffusion models").
    `without_…` are phrases and facets that must not be there. `arxiv_id` is the paper's that was
    named by an id or an address, or "". `problems` are sentences for who has typed.
    """

    text: str
    words: str = ""
    phrases: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    facets: list[list[str]] = field(default_factory=list)
    without_phrases: list[str] = field(default_factory=list)
    without_titles: list[str] = field(default_factory=list)
    without_authors: list[str] = field(default_factory=list)
    without_facets: list[str] = field(default_factory=list)
    arxiv_id: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Nothing was asked for; what must not be there alone is no question either."""
        return not (self.words or self.phrases or self.titles or self.authors or self.facets)

    @property
    def last_year(self) -> int | None:
        """The latest year that a paper may be of; None where none was said."""
        groups = [group for group in self.facets if all(facet.startswith("year:") for facet in group)]
        return min((max(int(facet[5:]) for facet in group) for group in groups), default=None)

    def narrowed(self, choice: Choice) -> Self:
        """The same with what was chosen beside the results."""
        return replace(self, facets=self.facets + choice.facets)

    @property
    def meaning(self) -> str:
        """What is asked for, as the model reads it."""
        return " ".join([*self.titles, *self.phrases, self.words]).strip()


def parse(text: str) -> Query:
    """Read a query; never raises."""
    text = cleaned(text)
    query = Query(text)
    if len(text) > LIMIT:
        query.problems.append(f"A search may have {LIMIT} characters; this one has {len(text):,}. Please shorten it.")
        return query
    query.arxiv_id = _arxiv_id(text)
    words: list[str] = []
    for number, part in enumerate(_PART.finditer(text)):
        operator = (part["operator"] or "").lower()
        value = (part["word"] if part["phrase"] is None else part["phrase"]).strip()
        if not value or (number >= MOST_PARTS and (operator or part["minus"] or part["phrase"] is not None)):
            continue
        if operator:
            _OPERATORS[operator](query, value, bool(part["minus"]))
        elif part["minus"]:
            query.without_phrases.append(value)
        elif part["phrase"] is not None:
            query.phrases.append(value)
        elif value != "-" and not (value.endswith(":") and value[:-1].lower() in _OPERATORS):
            # An operator without its value is still being typed.
            words.append(value)
    query.words = " ".join(words)
    return query


def cleaned(text: str) -> str:
    """The text in NFC on one line, with plain quotes, without what no database and no page may hold."""
    text = "".join(" " if unicodedata.category(letter) in ("Cc", "Cs", "Cn") else letter for letter in text[:10_000])
    return unicodedata.normalize("NFC", " ".join(text.translate(_QUOTES).split()))


_QUOTES = str.maketrans({quote: '"' for quote in "“”„‟«»"} | {minus: "-" for minus in "−‐"})


def _arxiv_id(text: str) -> str:
    """The id that all of the text is; also in an address, of arXiv's, of Hugging Face's or of ours."""
    if not any(map(str.isdigit, text)):
        return ""
    candidate = re.split("[?#]", text.rpartition("/papers/")[2])[0].strip("/") if "/papers/" in text else text
    try:
        return ids.parse(candidate).value
    except ValueError:
        return ""


def _phrase(name: str) -> Callable[[Query, str, bool], None]:
    def add(query: Query, value: str, is_without: bool) -> None:
        getattr(query, f"without_{name}" if is_without else name).append(value)

    return add


def _facet(query: Query, facets: list[str], is_without: bool) -> None:
    if is_without:
        query.without_facets += facets
    else:
        query.facets.append(facets)


def _category(query: Query, value: str, is_without: bool) -> None:
    names = [_CATEGORIES[name] for part in value.split(",") if (name := part.strip().lower()) in _CATEGORIES]
    if not names:
        query.problems.append(f"arXiv has no category “{value}”. Write it as arXiv does, such as cat:cs.CV.")
        return
    _facet(query, [f"cat:{name}" for name in names], is_without)


def _year(query: Query, value: str, is_without: bool) -> None:
    match = _YEARS.fullmatch(value)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not _FIRST_YEAR <= first <= last <= _LAST_YEAR:
        query.problems.append(f"“{value}” is no year. Write year:2025, or year:2023-2025.")
        return
    _facet(query, [f"year:{year}" for year in range(first, last + 1)], is_without)


def _has(query: Query, value: str, is_without: bool) -> None:
    if value.lower() != "code":
        query.problems.append(f"Papers can’t be searched for “has:{value}”, only for has:code.")
        return
    _facet(query, ["has:code"], is_without)


def _in(query: Query, value: str, is_without: bool) -> None:
    if value.lower() not in ("feed", "daily"):
        query.problems.append(f"Papers can’t be searched for “in:{value}”, only for in:feed.")
        return
    _facet(query, ["in:feed"], is_without)


_OPERATORS: dict[str, Callable[[Query, str, bool], None]] = {
    "author": _phrase("authors"),
    "title": _phrase("titles"),
    "cat": _category,
    "category": _category,
    "year": _year,
    "has": _has,
    "in": _in,
    "org": lambda query, value, is_without: _facet(query, [f"org:{value.lower()}"], is_without),
    "keyword": lambda query, value, is_without: _facet(query, [f"key:{value.lower()[:200]}"], is_without),
}
_CATEGORIES = {name.lower(): name for name in taxonomy.CATEGORIES} | {
    name.partition(".")[0].lower(): name.partition(".")[0] for name in taxonomy.CATEGORIES
}
