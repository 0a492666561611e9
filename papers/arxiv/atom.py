"""arXiv's query API: pages of papers by search or by ids, each paper in its newest version or the one asked for.

The format: https://info.arxiv.org/help/api/user-manual.html. `updated` is the version's date, so that corrections of
metadata never show in it; the licence is not told, and of an unknown id nothing is.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from papers.arxiv import fields, ids, withdrawal, xml
from papers.arxiv.record import NAME_LIMIT, AuthorName, Record, Refusal, SourceError
from papers.arxiv.text import clean, name_from_tex, shortened


class QueryError(SourceError):
    """The API refused a whole query; `bad_id` is the id that it blames, as it was asked for, or ""."""

    def __init__(self, reason: str) -> None:
        self.bad_id = reason.partition(_BLAME)[2].strip()
        advice = "ask again without that id" if self.bad_id else "change what is asked for"
        super().__init__(f"arXiv's API refuses the query: {shortened(reason, 200)}; {advice}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of an answer: its papers, how many there are in all, the place of its first one, from 0.

    `items_per_page` is what was asked for, not what came. `answered_at` is aware and in UTC.
    """

    rows: tuple[Record | Refusal, ...]
    total: int
    start: int
    items_per_page: int
    answered_at: datetime | None

    @property
    def is_blank(self) -> bool:
        """Whether there should be papers on this page and none came, as happens now and then: ask for it again."""
        return not self.rows and self.total > self.start


def parse(data: bytes) -> Page:
    """Return a page with a `Record`, or a `Refusal`, for each of its entries, in its order.

    Raises QueryError when the API refuses the query (it answers with an `Error` entry, with status 400 or 200), and
    SourceError when `data` is no such page or was cut off.
    """
    data = xml.well_encoded(data)
    try:
        root = etree.fromstring(data, xml.parser())
        head, entries = root, [child for child in root if xml.local_name(child) == "entry"]
    except etree.XMLSyntaxError as error:
        if not xml.is_closed(data):
            raise SourceError(f"the answer was cut off, or is no XML: {error}; fetch it again") from error
        singly = xml.Entries(data, ("feed",))
        head, entries = singly.head, list(singly)
    stated = {xml.local_name(child): child.text or "" for child in head}
    counts = [_count(stated.get(name, "")) for name in ("totalResults", "startIndex", "itemsPerPage")]
    if xml.local_name(head) != "feed" or counts[0] is None:
        raise SourceError("the answer is no page of arXiv's API: it says no totalResults")
    answered_at = _moment(stated.get("updated", ""))
    total, start, items_per_page = (count or 0 for count in counts)
    rows = tuple(
        element if isinstance(element, Refusal) else _row(element, answered_at, number)
        for number, element in enumerate(entries, 1)
    )
    return Page(rows, total, start, items_per_page, answered_at)


_BLAME = "incorrect id format for "
_ERROR = "arxiv.org/api/errors"


def _row(element: etree._Element, answered_at: datetime | None, number: int) -> Record | Refusal:
    children = defaultdict(list)
    for child in element:
        children[xml.local_name(child)].append(child)
    stated_id = _text(children["id"])
    if _ERROR in stated_id:
        raise QueryError(clean(_text(children["summary"])) or stated_id.partition("#")[2].replace("_", " "))
    try:
        arxiv_id = ids.parse(clean(stated_id))
    except ValueError as error:
        return Refusal(f"entry {number}", str(error))
    try:
        title = fields.title(_text(children["title"]))
    except ValueError as error:
        return Refusal(arxiv_id.value, str(error))
    warnings: list[str] = []
    abstract, comment = fields.abstract(_text(children["summary"]), warnings), fields.line(_text(children["comment"]))
    published_at, updated_at = _moment(_text(children["published"])), _moment(_text(children["updated"]))
    return Record(
        arxiv_id=arxiv_id.value,
        title=title,
        version=arxiv_id.version,
        abstract=abstract,
        authors=_authors(children["author"]),
        categories=_categories(children["primary_category"] + children["category"], warnings),
        published_at=published_at,
        updated_at=updated_at,
        comment=comment,
        doi=fields.doi(_text(children["doi"]), warnings),
        journal_reference=fields.line(_text(children["journal_ref"])),
        withdrawn_at=(updated_at or published_at) if withdrawal.is_told(comment, abstract) else None,
        stated_on=answered_at.date() if answered_at else None,
        answered_at=answered_at,
        is_complete=True,
        warnings=tuple(warnings),
    )


def _authors(elements: Iterable[etree._Element]) -> tuple[AuthorName, ...]:
    authors = []
    for element in elements:
        name, affiliations = "", []
        for child in element:
            if xml.local_name(child) == "name":
                name = name_from_tex(child.text or "")
            elif xml.local_name(child) == "affiliation":
                affiliations.append(name_from_tex(child.text or ""))
        # "ATLAS Collaboration: Ada Byron" comes as three, the colon as one of them.
        if any(map(str.isalnum, name)):
            affiliation = shortened(", ".join(filter(None, affiliations)), NAME_LIMIT)
            authors.append(AuthorName(shortened(name, NAME_LIMIT), affiliation))
    return tuple(authors)


def _categories(elements: Iterable[etree._Element], warnings: list[str]) -> tuple[str, ...]:
    """Return the categories, the primary one first; classes of the ACM and the AMS ("I.2.7", "68T05") are none."""
    terms = (element.get("term", "").strip() for element in elements)
    return fields.categories((term for term in terms if term[:1].islower()), warnings)


def _text(elements: list[etree._Element]) -> str:
    if not elements:
        return ""
    return "".join(elements[0].itertext()) if len(elements[0]) else elements[0].text or ""


def _count(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _moment(text: str) -> datetime | None:
    """Return an ISO 8601 time in UTC, or None where there is none, or one without its offset."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
