"""One row of the JSON, read with distrust: what is unusable is left out with a warning, what is essential is refused."""

import re
from datetime import UTC, date, datetime
from typing import Any

from papers.arxiv import ids
from papers.arxiv.address import web_address
from papers.arxiv.record import (
    ABSTRACT_LIMIT,
    NAME_LIMIT,
    TITLE_LIMIT,
    AuthorName,
    OrganizationRecord,
    PersonRecord,
    Record,
    Refusal,
)
from papers.arxiv.text import clean, from_tex, name_from_tex, shortened
from papers.huggingface.daily_paper import DailyPaper

# What a 32-bit column of counts holds.
COUNT_LIMIT = 2**31 - 1
# Characters; Hugging Face's own handles have 42 at most, its words of status and its keywords are short.
HANDLE_LIMIT = 120
STATUS_LIMIT = 40
KEYWORD_LIMIT = 200

Object = dict[str, Any]


def read(item: Any, day: date | None, number: int) -> DailyPaper | Refusal:
    """Return what row `number` (from 1) says; `day` is the day it stands on, its submission's where it is None."""
    if not isinstance(item, dict):
        return Refusal(f"row {number}", "it is no object")
    paper = item.get("paper")
    if not isinstance(paper, dict):
        return Refusal(f"row {number}", "it has no paper")
    try:
        arxiv_id = ids.parse(_text(paper, "id")).value
    except ValueError as error:
        return Refusal(f"row {number}", str(error))
    try:
        return _daily_paper(arxiv_id, item, paper, day)
    except ValueError as error:
        return Refusal(arxiv_id, str(error))


def _daily_paper(arxiv_id: str, item: Object, paper: Object, day: date | None) -> DailyPaper:
    """Read a row whose id is known; raises ValueError with the reason for which it is refused."""
    warnings: list[str] = []
    title = _title(_text(paper, "title") or _text(item, "title"))
    submitted_at = _submitted_at(item, paper)
    listed_at = submitted_at or _time(item, "publishedAt")
    if day is None and listed_at is None:
        raise ValueError("it has no day: name the file like 2026-05-29.json, or say the day")
    submitter = item.get("submittedBy") or paper.get("submittedOnDailyBy")
    fields: Object = {
        "day": day or (listed_at and listed_at.date()),
        "submitted_at": submitted_at,
        "submitted_by": _person(submitter),
        "upvotes": _count(paper, "upvotes"),
        "comments": _count(item, "numComments"),
        "summary": shortened(from_tex(_text(paper, "ai_summary")), ABSTRACT_LIMIT),
        "summary_model": shortened(_text(paper, "ai_summary_model"), HANDLE_LIMIT),
        "keywords": _keywords(paper.get("ai_keywords")),
        "project_page": _address(paper, "projectPage", warnings),
        "github_repo": _repository(paper, warnings),
        "github_stars": _stars(paper, warnings),
        "media_urls": _media(item, paper, warnings),
        "organization": _organization(item.get("organization") or paper.get("organization")),
        "submitter_organization": _organization(item.get("submitterOrganization")),
        "discussion_hex_id": _hex_id(paper.get("discussionId")),
        "is_author_participating": item.get("isAuthorParticipating") is True,
        "withdrawn_at": _time(paper, "withdrawnAt"),
    }
    record = Record(
        arxiv_id=arxiv_id,
        title=title,
        abstract=_abstract(_text(paper, "summary") or _text(item, "summary"), warnings),
        authors=_authors(paper.get("authors"), warnings),
        published_at=_time(paper, "publishedAt"),
        warnings=tuple(warnings),
    )
    return DailyPaper(record=record, **fields)


def _title(text: str) -> str:
    if not text:
        raise ValueError("it has no title")
    if len(text) > TITLE_LIMIT:
        raise ValueError(f"its title has {len(text)} characters, more than {TITLE_LIMIT}")
    return from_tex(text)


def _abstract(text: str, warnings: list[str]) -> str:
    if len(text) > ABSTRACT_LIMIT:
        warnings.append(f"the abstract has {len(text)} characters: cut at {ABSTRACT_LIMIT}")
    return from_tex(shortened(text, ABSTRACT_LIMIT))


def _submitted_at(item: Object, paper: Object) -> datetime | None:
    """Return when a paper was submitted to the day.

    `submittedOnDailyAt` has been there since 2025. Before December 2024 the item's `publishedAt` said it; since then
    that one is only the paper's own date, shifted by hours or to the past.
    """
    submitted_at, listed_at = _time(paper, "submittedOnDailyAt"), _time(item, "publishedAt")
    published_at = _time(paper, "publishedAt")
    if submitted_at is None and listed_at and published_at and listed_at > published_at:
        return listed_at
    return submitted_at


def _authors(values: Any, warnings: list[str]) -> tuple[AuthorName, ...]:
    authors = []
    for value in _list(values):
        name = shortened(name_from_tex(_text(value, "name")), NAME_LIMIT) if isinstance(value, dict) else ""
        if not name:
            warnings.append("an author has no name: kept without that one")
            continue
        person = _person(value.get("user"))
        authors.append(
            AuthorName(
                name=name,
                hex_id=_hex_id(value.get("_id")),
                is_hidden=value.get("hidden") is True,
                person=person,
                person_status=shortened(_text(value, "status"), STATUS_LIMIT),
                person_status_changed_at=_time(value, "statusLastChangedAt"),
            )
        )
    return tuple(authors)


def _person(value: Any) -> PersonRecord | None:
    """Read a person, whose handle is `user` within authors and `name` elsewhere, or None when nothing tells who."""
    if not isinstance(value, dict):
        return None
    handle = _handle(value.get("user")) or _handle(value.get("name"))
    hex_id = _hex_id(value.get("_id")) or _hex_id(value.get("id"))
    if not handle and not hex_id:
        return None
    return PersonRecord(handle, shortened(_text(value, "fullname"), NAME_LIMIT), hex_id, _avatar(value))


def _organization(value: Any) -> OrganizationRecord | None:
    name = _handle(value.get("name")) if isinstance(value, dict) else ""
    if not name:
        return None
    full_name = shortened(_text(value, "fullname"), NAME_LIMIT)
    return OrganizationRecord(name, full_name, _hex_id(value.get("_id")), _avatar(value))


def _avatar(value: Object) -> str:
    """Return a picture's address; Hugging Face writes those it draws itself without its host."""
    stated = _text(value, "avatarUrl") or _text(value, "avatar")
    if stated.startswith("/") and not stated.startswith("//"):
        stated = f"https://huggingface.co{stated}"
    try:
        return web_address(stated)
    except ValueError:  # a picture that nobody misses
        return ""


def _count(values: Object, key: str) -> int | None:
    """Return a count, None where the row says nothing; raises ValueError for what is no count of a 32-bit column.

    Taking 0 instead would overwrite what an earlier answer said rightly.
    """
    value = values.get(key)
    if value is not None and not _is_count(value):
        raise ValueError(f"its {key} is no count: {_shown(value)}")
    return value


def _stars(paper: Object, warnings: list[str]) -> int | None:
    value = paper.get("githubStars")
    if value is None or _is_count(value):
        return value
    warnings.append(f"githubStars is no count: kept without {_shown(value)}")
    return None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= COUNT_LIMIT


def _keywords(value: Any) -> tuple[str, ...]:
    words = (shortened(clean(word), KEYWORD_LIMIT) for word in _list(value) if isinstance(word, str))
    return tuple(dict.fromkeys(filter(None, words)))


def _media(item: Object, paper: Object, warnings: list[str]) -> tuple[str, ...]:
    values = [*_list(paper.get("mediaUrls")), *_list(item.get("mediaUrls")), item.get("mediaUrl")]
    addresses = (_address({"mediaUrls": value}, "mediaUrls", warnings) for value in values)
    return tuple(dict.fromkeys(filter(None, addresses)))


def _repository(paper: Object, warnings: list[str]) -> str:
    """Return the repository's address; it may be written as `owner/name` alone."""
    stated = paper.get("githubRepo")
    if isinstance(stated, str) and re.fullmatch(r"[\w.-]+/[\w.-]+", stated.strip(), re.ASCII):
        return f"https://github.com/{stated.strip()}"
    return _address(paper, "githubRepo", warnings).rstrip("/")


def _address(values: Object, key: str, warnings: list[str]) -> str:
    value = values.get(key)
    if value is None or value == "":
        return ""
    try:
        if not isinstance(value, str):
            raise ValueError("it is no text")
        return web_address(value)
    except ValueError as error:
        warnings.append(f"{key} is no address, {error}: kept without {_shown(value)}")
        return ""


def _handle(value: Any) -> str:
    is_handle = isinstance(value, str) and re.fullmatch(rf"[\w.-]{{1,{HANDLE_LIMIT}}}", value, re.ASCII)
    return value if is_handle else ""


def _hex_id(value: Any) -> str:
    return value if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{24}", value) else ""


def _time(values: Object, key: str) -> datetime | None:
    """Return an ISO 8601 time in UTC; one without an offset is taken for UTC, anything else says nothing."""
    try:
        moment = datetime.fromisoformat(values.get(key))  # type: ignore[arg-type]
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(values: Object, key: str) -> str:
    value = values.get(key)
    return clean(value) if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _shown(value: Any) -> str:
    return f"‘{shortened(clean(str(value)), 80)}’"
