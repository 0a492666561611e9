"""arXiv identifiers: every form that people and programs write, read into the one that names a paper.

The schemes: https://info.arxiv.org/help/arxiv_identifier.html
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from papers.arxiv import taxonomy


@dataclass(frozen=True, slots=True)
class ArxivId:
    """A paper's canonical id without version ("2412.03560", "hep-th/9901001") and the version, when one was named."""

    value: str
    version: int | None = None

    def __str__(self) -> str:
        return self.value if self.version is None else f"{self.value}v{self.version}"


def parse(text: str) -> ArxivId:
    """Read an id, an `arXiv:` or `oai:` name, a DOI of arXiv's or the URL of a paper's page, PDF or HTML.

    Raises ValueError with a line that says what is wrong with `text`.
    """
    # Canonical ids, and OAI-PMH's names of them, come by the million.
    if plain := _PLAIN.fullmatch(text):
        return ArxivId(plain["id"])
    shown = text.strip() if len(text) <= 80 else text.strip()[:80] + "…"
    if not text.strip():
        raise ValueError("there is no arXiv id")
    candidate = text.strip() if len(text) <= _LONGEST else ""
    if _URL.match(candidate):
        candidate = _id_in_url(candidate)
    match = _WRITTEN.fullmatch(candidate)
    if not match:
        raise ValueError(f"‘{shown}’ is not an arXiv id: it should look like 2412.03560 or hep-th/9901001")
    version = int(match["version"]) if match["version"] else None
    if match["new"]:
        return ArxivId(_checked_new(match["new"], shown), version)
    return ArxivId(_checked_old(match["archive"].lower(), match["number"], shown), version)


def month(arxiv_id: str) -> date:
    """Return the last day of the month in which a canonical id was given: no paper is younger than that.

    Raises ValueError when `arxiv_id` is not canonical.
    """
    if not _CANONICAL.fullmatch(arxiv_id):
        raise ValueError(f"‘{arxiv_id[:80]}’ is not a canonical arXiv id")
    archive, _, number = arxiv_id.rpartition("/")
    short_year = int(number[:2])
    year = 1900 + short_year if archive and short_year >= 91 else 2000 + short_year
    return _last_day(year, int(number[2:4]))


# The archives that existed before April 2007, when numbers stopped to name their archive.
_OLD_ARCHIVES = sorted((taxonomy.ARCHIVES.keys() | taxonomy.FORMER_ARCHIVES.keys()) - {"econ", "eess", "q-fin", "stat"})

# Canonical ids alone: 0704.0001 to 1412.9999, five digits from 1501 on, hep-th/9108001 to hep-th/0703999.
PATTERN = (
    r"(?:(?:070[4-9]|071[0-2]|(?:0[89]|1[0-4])(?:0[1-9]|1[0-2]))\.(?!0000)[0-9]{4}"
    r"|(?:1[5-9]|[2-9][0-9])(?:0[1-9]|1[0-2])\.(?!00000)[0-9]{5}"
    rf"|(?:{'|'.join(map(re.escape, _OLD_ARCHIVES))})"
    r"/(?:910[7-9]|911[0-2]|(?:9[2-9]|0[0-6])(?:0[1-9]|1[0-2])|070[1-3])(?!000)[0-9]{3})"
)

_CANONICAL = re.compile(PATTERN)
_PLAIN = re.compile(rf"(?:oai:arXiv\.org:)?(?P<id>{PATTERN})")

# Longer than any URL of a paper with its query.
_LONGEST = 500

_URL = re.compile(
    r"(?:https?://|(?:[a-z0-9-]+\.)*(?:arxiv|alphaxiv|doi)\.org/|(?:www\.)?(?:huggingface\.co|hf\.co)/)", re.I
)

_WRITTEN = re.compile(
    r"(?:oai:arxiv\.org:|10\.48550/arxiv\.|arxiv:\s*)?"
    r"(?:(?P<new>[0-9]{4}\.[0-9]{3,6})|(?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2}(?:[a-z-]*))?/(?P<number>[0-9]{7}))"
    r"(?:v(?P<version>[1-9][0-9]{0,3}))?"
    r"(?:\s*\[[\w.-]+\])?",
    re.IGNORECASE | re.ASCII,
)

_ARXIV_PAGES = {"abs", "pdf", "html", "format", "ps", "src", "e-print"}
_ALPHAXIV_PAGES = {"abs", "pdf", "overview", "html", "resources", "audio"}


def _id_in_url(url: str) -> str:
    """Return what stands in a paper's URL in the place of the id, or "" when the URL is no paper's."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    page, _, rest = unquote(parts.path).strip("/").partition("/")
    if host == "doi.org":
        return f"{page}/{rest}"
    if host in {"huggingface.co", "hf.co"}:
        return rest.removesuffix(".md") if page == "papers" else ""
    is_paper = (host == "alphaxiv.org" and page in _ALPHAXIV_PAGES) or (
        (host == "arxiv.org" or host.endswith(".arxiv.org")) and page in _ARXIV_PAGES
    )
    return rest.removesuffix(".pdf") if is_paper else ""


@lru_cache(maxsize=2048)
def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _checked_new(value: str, shown: str) -> str:
    if _CANONICAL.fullmatch(value):
        return value
    number, _, digits = value.partition(".")
    wanted = "five" if number >= "1501" else "four"
    if not 1 <= int(number[2:]) <= 12:
        reason = f"there is no month {number[2:]}"
    elif number < "0704":
        reason = "ids of this form begin with 0704, in April 2007"
    elif len(digits) != (5 if wanted == "five" else 4):
        reason = f"ids of {number} have {wanted} digits after the point"
    else:
        reason = "numbers begin with 1"
    raise ValueError(f"‘{shown}’ is not an arXiv id: {reason}")


def _checked_old(archive: str, number: str, shown: str) -> str:
    value = f"{archive}/{number}"
    if _CANONICAL.fullmatch(value):
        return value
    if archive not in _OLD_ARCHIVES:
        reason = f"arXiv has had no archive ‘{archive}’ with ids of this form"
    else:
        reason = "ids of this form are a year and month from 9107 to 0703 and a number from 001 on"
    raise ValueError(f"‘{shown}’ is not an arXiv id: {reason}")
