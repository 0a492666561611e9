r"""A paper in arXiv's own text form: in a metadata file (`.abs`), or in one of the lists made of such.

A paper is a block between lines of two backslashes, with its fields first and then, sometimes, its abstract. What the
fields hold: https://info.arxiv.org/help/prep.html.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from papers.arxiv import authors, fields, ids, withdrawal
from papers.arxiv.day_list import told
from papers.arxiv.record import NAME_LIMIT, Announcement, Record, Refusal, SourceError, Version
from papers.arxiv.text import clean, name_from_tex, shortened


def parse(data: bytes) -> Record:
    """Return what a metadata file says of its paper. Raises SourceError when it is none, or says too little."""
    papers = list(blocks(decoded(data)))
    if len(papers) != 1:
        raise SourceError(f"the text is no metadata file of arXiv's: it has {len(papers)} papers, not one")
    row = read(papers[0], "the paper", None)
    if isinstance(row, Refusal):
        raise SourceError(f"{row.name} cannot be read: {row.reason}")
    return row


class Block(NamedTuple):
    """A paper's fields and abstract as written, or a day; `section` is "new", "cross" or "replace" within a list."""

    section: str
    head: str
    abstract: str


def decoded(data: bytes) -> str:
    """Return a text, in UTF-8, with line feeds alone; raises SourceError when it is empty or no such text at all."""
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    if not text.strip():
        raise SourceError("the text is empty: fetch it again")
    if re.match(r"\s*<(?:!doctype|html|\?xml)", text[:200], re.IGNORECASE):
        raise SourceError("the answer is an HTML or XML page, not one of arXiv's text lists")
    return text


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a text in their order; raises SourceError where it breaks off within one."""
    sections = {"%-%-": "cross", "%%--%%--": "replace", "%%%---": "end"}
    parts = _SECTIONS.split(text)
    for section, part in zip(["new", *(sections[mark] for mark in parts[1::2])], parts[::2], strict=True):
        for piece in _RULE.split(part) if section != "end" else ():
            before, *inside = _FENCE.split(piece)
            if inside and (len(inside) == 1 or before.strip()):
                raise SourceError(f"the text breaks off in ‘{shortened(clean(piece[:200]), 60)}’; fetch it again")
            if inside:
                yield Block(section, inside[0].strip("\n"), "\n".join(inside[1:-1]))


def read(block: Block, place: str, announcement: Announcement | None) -> Record | Refusal:
    """Return what a block says of its paper; `place` names one without an id, `announcement` is what the list says."""
    lines = re.sub(r"\n[ \t]+", " ", block.head).split("\n")
    name = _NAME.match(lines[0])
    try:
        arxiv_id = ids.parse(name[1] if name else "").value
    except ValueError as error:
        return Refusal(place, str(error))
    stated = {key: value for key, _, value in (line.partition(": ") for line in reversed(lines[1:]))}
    try:
        title = fields.title(stated.get("Title", ""))
    except ValueError as error:
        return Refusal(arxiv_id, str(error))
    warnings: list[str] = []
    versions = _versions(lines[1:])
    replaced = next(filter(None, map(_REPLACED.fullmatch, lines[1:])), None)
    updated_at = moment(replaced["when"]) if replaced else versions[-1].submitted_at if versions else None
    comment, abstract = fields.line(stated.get("Comments", "")), fields.abstract(block.abstract, warnings)
    categories = fields.categories(stated.get("Categories", "").split(), warnings)
    withdrawn_at = withdrawal.since(versions)
    if not withdrawn_at and ((replaced and _is_withdrawal(replaced)) or withdrawal.is_told(comment, abstract)):
        withdrawn_at = updated_at
    return Record(
        arxiv_id=arxiv_id,
        title=title,
        version=versions[-1].number if versions else None,
        abstract=abstract,
        authors=authors.split(stated.get("Authors", "")),
        categories=categories,
        published_at=versions[0].submitted_at if versions and versions[0].number == 1 else None,
        updated_at=updated_at,
        comment=comment,
        doi=fields.doi(stated.get("DOI", ""), warnings),
        journal_reference=fields.line(stated.get("Journal-ref", "")),
        license=fields.license(stated.get("License", ""), warnings),
        announcements=(told(announcement, categories),) if announcement else (),
        versions=versions,
        submitter=shortened(name_from_tex(stated.get("From", "").partition("<")[0]), NAME_LIMIT),
        withdrawn_at=withdrawn_at,
        stated_on=announcement.day if announcement else None,
        # Lists leave the abstract out where they announce a replacement, or the past week.
        is_complete=bool(abstract),
        warnings=tuple(warnings),
    )


def moment(text: str) -> datetime | None:
    """Return a time such as "Wed, 1 Mar 2023 19:00:06 GMT" in UTC; None when it is none, or from before arXiv."""
    try:
        parsed = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo and 1991 <= parsed.year < 9999 else None


_SECTIONS = re.compile(r"^(%-%-|%%--%%--|%%%---)[%-]*[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^-{70,}[ \t]*$", re.MULTILINE)
_FENCE = re.compile(r"^\\\\(?:[ \t].*)?$", re.MULTILINE)
_NAME = re.compile(r"(?:arXiv|Paper)(?: \(\*cross-listing\*\))?:\s*(\S+)")
_WHEN = r"(?P<when>[A-Z][a-z]{2}, .{15,30}?)\s*(?:\((?P<size>\d{1,8})kb(?:,(?P<type>[A-Za-z]+))?\))?"
_VERSION = re.compile(rf"Date(?: \((?:revised )?v(?P<number>\d{{1,4}})\))?:\s*{_WHEN}")
_REPLACED = re.compile(rf"replaced with revised version {_WHEN}")


def _versions(lines: list[str]) -> tuple[Version, ...]:
    versions = {}
    for match in filter(None, map(_VERSION.fullmatch, lines)):
        number, submitted_at = int(match["number"] or 1), moment(match["when"])
        if submitted_at and number:
            size = int(match["size"]) if match["size"] else None
            versions[number] = Version(number, submitted_at, size, _is_withdrawal(match))
    return tuple(versions[number] for number in sorted(versions))


def _is_withdrawal(match: re.Match[str]) -> bool:
    return bool(match["size"]) and withdrawal.is_marked(match["type"] or "", int(match["size"]))
