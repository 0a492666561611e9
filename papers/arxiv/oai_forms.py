"""A paper's metadata in the three forms that arXiv serves: its own `arXiv` and `arXivRaw`, and Dublin Core (`oai_dc`).

What the server of today writes: https://github.com/arXiv/oaipmh; that before 2025 differed. Each reader takes the
form's element and the record's header, and raises ValueError, with the reason for a refusal, when it is no paper.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from papers.arxiv import authors, fields, ids, subjects, withdrawal
from papers.arxiv.oai_time import mail_time, midnight
from papers.arxiv.record import AuthorName, Record, Version
from papers.arxiv.text import name_from_tex


@dataclass(slots=True)
class Header:
    """What stands above a record's metadata: the paper's id, the datestamp, and the time of the answer."""

    arxiv_id: str
    stated_on: date | None
    answered_at: datetime | None
    element: etree._Element

    def sets(self) -> list[str]:
        """Return the sets that the paper is in ("physics:hep-th")."""
        return [child.text or "" for child in self.element if NAMES[child.tag] == "setSpec"]


def raw(form: etree._Element, header: Header) -> Record:
    """Read `arXivRaw`: every version with its time, the submitter, the authors in one line."""
    warnings: list[str] = []
    texts: dict[str, str] = {}
    stated_versions: list[dict[str, str]] = [{}]
    for element in form.iter():
        name = NAMES[element.tag]
        if name in _OF_A_VERSION:
            stated_versions[-1][name] = element.text or ""
        elif name == "version":
            stated_versions.append({name: element.get(name, "")})
        else:
            texts.setdefault(name, element.text or "")
    _check(texts, form, header)
    versions = _versions(stated_versions[1:], warnings)
    last = versions[-1] if versions else None
    comment, abstract = fields.line(texts.get("comments", "")), fields.abstract(texts.get("abstract", ""), warnings)
    withdrawn_at = withdrawal.since(versions)
    # A source below a kilobyte, or of unknown size, is said to have 0kb too: that alone tells nothing.
    if last and last.size_kilobytes == 0 and not withdrawn_at and withdrawal.is_told(comment, abstract):
        withdrawn_at = last.submitted_at
    return Record(
        arxiv_id=header.arxiv_id,
        title=fields.title(texts.get("title", "")),
        version=last.number if last else None,
        abstract=abstract,
        authors=authors.split(texts.get("authors", "")),
        categories=fields.categories(texts.get("categories", "").split(), warnings),
        published_at=versions[0].submitted_at if versions and versions[0].number == 1 else None,
        updated_at=last.submitted_at if last else None,
        comment=comment,
        doi=fields.doi(texts.get("doi", ""), warnings),
        journal_reference=fields.line(texts.get("journal-ref", "")),
        license=fields.license(texts.get("license", ""), warnings),
        warnings=tuple(warnings),
        versions=versions,
        submitter=name_from_tex(texts.get("submitter", "")),
        withdrawn_at=withdrawn_at,
        stated_on=header.stated_on,
        answered_at=header.answered_at,
        is_complete=True,
    )


def structured(form: etree._Element, header: Header) -> Record:
    """Read `arXiv`: days instead of times, authors with their names in parts."""
    warnings: list[str] = []
    texts: dict[str, str] = {}
    people: list[dict[str, str]] = [{}]
    for element in form.iter():
        name = NAMES[element.tag]
        if name in _OF_AN_AUTHOR:
            people[-1].setdefault(name, element.text or "")
        elif name == "author":
            people.append({})
        elif name == "affiliation":
            stated = people[-1].get(name)
            people[-1][name] = f"{stated}, {element.text or ''}" if stated else element.text or ""
        else:
            texts.setdefault(name, element.text or "")
    _check(texts, form, header)
    version, published_at, updated_at = _dates(texts, header.arxiv_id, form.get(_SCHEMA, ""))
    comment, abstract = fields.line(texts.get("comments", "")), fields.abstract(texts.get("abstract", ""), warnings)
    return Record(
        arxiv_id=header.arxiv_id,
        title=fields.title(texts.get("title", "")),
        version=version,
        abstract=abstract,
        authors=_people(people[1:]),
        categories=fields.categories(texts.get("categories", "").split(), warnings),
        published_at=published_at,
        updated_at=updated_at,
        comment=comment,
        doi=fields.doi(texts.get("doi", ""), warnings),
        journal_reference=fields.line(texts.get("journal-ref", "")),
        license=fields.license(texts.get("license", ""), warnings),
        warnings=tuple(warnings),
        withdrawn_at=_told_at(comment, abstract, updated_at or published_at, header),
        stated_on=header.stated_on,
        answered_at=header.answered_at,
        is_complete=True,
    )


def dublin_core(form: etree._Element, header: Header) -> Record:
    """Read `oai_dc`: subjects are titles of categories, the comment is a second description."""
    warnings: list[str] = []
    stated: dict[str, list[str]] = defaultdict(list)
    for element in form.iter():
        stated[NAMES[element.tag]].append(element.text or "")
    if not stated.keys() <= _DUBLIN_CORE:
        stated = defaultdict(list)
        for element in form:
            stated[NAMES[element.tag]].append("".join(element.itertext()))
    descriptions, days = stated["description"], [day for text in stated["date"] if (day := midnight(text))]
    # Today's server writes no "Comment: " before it, but always the abstract first.
    at = 0 if descriptions and descriptions[0].startswith("Comment: ") else 1
    comment = fields.line(descriptions[at].removeprefix("Comment: ")) if at < len(descriptions) else ""
    abstract = fields.abstract(descriptions[0], warnings) if descriptions and at else ""
    doi = reference = ""
    for text in stated["identifier"]:
        if text.startswith("doi:"):
            doi = f"{doi} {text[4:]}"
        elif not reference and not text.startswith(_OF_ARXIV):
            reference = text
    return Record(
        arxiv_id=header.arxiv_id,
        title=fields.title(stated["title"][0] if stated["title"] else ""),
        version=1 if len(days) == 1 else None,
        abstract=abstract,
        authors=authors.named(_turned_round(stated["creator"])),
        categories=fields.categories(subjects.categories(stated["subject"], header.sets), warnings),
        published_at=days[0] if days else None,
        updated_at=days[-1] if days else None,
        comment=comment,
        doi=fields.doi(doi, warnings),
        journal_reference=fields.line(reference),
        license=fields.license(stated["rights"][0], warnings) if stated["rights"] else "",
        warnings=tuple(warnings),
        withdrawn_at=_told_at(comment, abstract, days[-1] if days else None, header),
        stated_on=header.stated_on,
        answered_at=header.answered_at,
    )


# By the name of the metadata's own element.
READERS: dict[str, Callable[[etree._Element, Header], Record]] = {
    "arXivRaw": raw,
    "arXiv": structured,
    "dc": dublin_core,
}


class _Names(dict):
    """Names without namespace by tags with theirs: some forty come over and over. What is no element has none."""

    def __missing__(self, tag: object) -> str:
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        if len(self) < 1_000:
            self[tag] = name
        return name


NAMES = _Names()

_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_OF_ARXIV = ("http://arxiv.org/", "https://arxiv.org/")
_OF_A_VERSION = frozenset(["date", "size", "source_type"])
_OF_AN_AUTHOR = frozenset(["keyname", "forenames", "suffix"])
_OWN = frozenset([
    "arXiv", "arXivRaw", "id", "submitter", "created", "updated", "authors", "title", "categories", "comments", "proxy",
    "report-no", "msc-class", "acm-class", "journal-ref", "doi", "license", "abstract",
])  # fmt: skip
_DUBLIN_CORE = frozenset([
    "dc", "contributor", "coverage", "creator", "date", "description", "format", "identifier", "language", "publisher",
    "relation", "rights", "source", "subject", "title", "type",
])  # fmt: skip


def _check(texts: dict[str, str], form: etree._Element, header: Header) -> None:
    """Make texts whole where they have markup within, and see that they are of the header's paper."""
    if not texts.keys() <= _OWN:
        texts |= {name: "".join(element.itertext()) for element in form if (name := NAMES[element.tag]) in _OWN}
    stated_id = texts.get("id", header.arxiv_id)
    if stated_id != header.arxiv_id and ids.parse(stated_id).value != header.arxiv_id:
        raise ValueError(f"its metadata are those of another paper, {ids.parse(stated_id).value}")


def _versions(stated: list[dict[str, str]], warnings: list[str]) -> tuple[Version, ...]:
    versions: dict[int, Version] = {}
    for texts in stated:
        number, submitted_at = _count(texts["version"].removeprefix("v")), mail_time(texts.get("date", ""))
        if not number or not submitted_at:
            warnings.append(f"version ‘{texts['version'][:40]}’ has no number or no time: kept without it")
            continue
        size = _count(texts.get("size", "").removesuffix("kb"))
        versions[number] = Version(number, submitted_at, size, withdrawal.is_marked(texts.get("source_type", ""), None))
    return tuple(versions[number] for number in sorted(versions))


def _count(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _dates(texts: dict[str, str], arxiv_id: str, schema: str) -> tuple[int | None, datetime | None, datetime | None]:
    """Return version, published_at and updated_at, as far as the days of the form `arXiv` tell them.

    The server before 2025 stated when the first version was `created` and the last one `updated`. Today's states when
    the last one was created, and when anything was changed.
    """
    created, updated = midnight(texts.get("created", "")), midnight(texts.get("updated", ""))
    if "oaipmh.arxiv.org" not in schema:
        return (None if updated else 1), created, updated or created
    # No paper is younger than the month of its id.
    is_first = created is not None and created.date() <= ids.month(arxiv_id)
    return None, created if is_first else None, created


def _told_at(comment: str, abstract: str, day: datetime | None, header: Header) -> datetime | None:
    if not withdrawal.is_told(comment, abstract):
        return None
    return day or (midnight(header.stated_on.isoformat()) if header.stated_on else None)


def _people(stated: list[dict[str, str]]) -> tuple[AuthorName, ...]:
    names = []
    for person in stated:
        name = person.get("keyname", "")
        if forenames := person.get("forenames"):
            name = f"{forenames} {name}"
        if suffix := person.get("suffix"):
            name = f"{name} {suffix}"
        names.append(name)
    if not any("affiliation" in person for person in stated):
        return authors.named(names)
    found = (authors.author(name, person.get("affiliation", "")) for name, person in zip(names, stated, strict=True))
    return tuple(author for author in found if author)


def _turned_round(creators: list[str]) -> list[str]:
    """Return the names of "Byron, Ada", "Son Jr, Bob" and "Tea Collaboration" as they are printed."""
    return [f"{text[comma + 2 :]} {text[:comma]}" if (comma := text.find(", ")) >= 0 else text for text in creators]
