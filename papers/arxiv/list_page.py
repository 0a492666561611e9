"""arXiv's list pages, `/list/CATEGORY/new` and `/list/CATEGORY/recent`: each day of a category under its printed date.

A page says how many entries each of its parts has, so that one that is read wrongly never passes for a quiet day. The
markup: https://github.com/arXiv/arxiv-browse, browse/templates/list.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

from papers.arxiv import legible, list_entry, taxonomy
from papers.arxiv.day_list import DayList, ListPage, Section
from papers.arxiv.record import Announcement, Record, Refusal, SourceError
from papers.arxiv.text import clean, shortened


def parse(data: bytes, category: str) -> ListPage:
    """Return what a list page of a category, or of an archive, says of its day or days; a quiet day has no rows.

    Raises SourceError when `data` is no such page, shows another category or other numbers of entries than it says, has
    too many that cannot be read, or was cut off.
    """
    root = _root(data)
    _check_category(root, category)
    parts = _parts(root, category)
    for part in parts:
        part.check(category)
    shown, total = sum(len(part.rows) for part in parts), _total(root, parts)
    if total < shown or (total and not shown):
        raise SourceError(
            f"the page of {category} shows {shown} of {total} entries: it has changed, or lies behind them"
        )
    if parts[0].is_day:
        return ListPage(category, tuple(_day_list([part], category, part.total) for part in parts), total)
    return ListPage(category, (_day_list(parts, category, total),), total)


@dataclass
class _Part:
    """What stands below one heading: a day of several (`is_day`), or one kind of the entries of the page's only day.

    `shown` is None where the heading says no number; then `is_quiet` has to be said in words.
    """

    day: date
    is_day: bool
    kind: str = ""
    shown: int | None = None
    total: int = 0
    is_quiet: bool = False
    rows: list[Record | Refusal] = field(default_factory=list)

    def check(self, category: str) -> None:
        """Raise SourceError where what was read is not what the page says."""
        where = f"the page of {category} of {self.day}" + (f", {self.kind} submissions," if self.kind else "")
        shown = 0 if self.shown is None and self.is_quiet else self.shown
        if shown is None:
            raise SourceError(f"{where} says neither how many entries it has nor that it has none")
        if shown != len(self.rows):
            raise SourceError(f"{where} says that it shows {shown} entries and has {len(self.rows)}: it has changed")
        if unread := legible.unread(self.rows):
            raise SourceError(f"{where} may have changed: {unread}")


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = rf"[A-Z][a-z]+, (?P<day>[0-9]{{1,2}}) (?P<month>{'|'.join(_MONTHS)})[a-z]* (?P<year>[0-9]{{4}})"
_NUMBERS = r"\((?:continued, )?showing (?:first |last )?(?P<shown>[0-9]{1,6}) of (?P<total>[0-9]{1,6}) entries ?\)"
_DAY = re.compile(rf"{_DATE}(?: ?{_NUMBERS})?")
_HEADINGS = (
    re.compile(rf"Showing new listings for {_DATE}"),
    re.compile(rf"(?P<kind>New|Cross|Replacement) submissions(?: for {_DATE})? ?{_NUMBERS}"),
    _DAY,
)
_KINDS = {"New": "new", "Cross": "cross", "Replacement": "replace"}
_QUIET = re.compile(r"No updates (?:today|for this time period)\.?")
_TOTAL = re.compile(r"total of ([0-9]{1,6}) entries", re.IGNORECASE)
_END = re.compile(rb"</html\s*>\s*(?:<!--.*?-->\s*)*\Z", re.IGNORECASE | re.DOTALL)


def _root(data: bytes) -> etree._Element:
    text = data.decode("utf-8-sig", "replace")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser) if text.strip() else None
    except etree.LxmlError as error:
        raise SourceError(f"the answer is no page that can be read: {error}") from error
    if root is None:
        raise SourceError("the answer is empty: fetch it again")
    if not any(_heading(heading) for heading in root.iter("h3")):
        said = shortened(_said(next(root.iter("title"), root)), 60)
        raise SourceError(f"the answer is no list of arXiv's: it names no day; it says ‘{said}’")
    if not _END.search(data[-1_000:]):
        raise SourceError("the page was cut off: its end is missing; fetch it again")
    return root


def _check_category(root: etree._Element, category: str) -> None:
    """Raise SourceError where the page links to the lists of another category than its own."""
    for link in root.iter("a"):
        named = re.fullmatch(r"(?:recent|new)-([a-z.-]{1,30})", link.get("id", ""), re.IGNORECASE)
        if named and taxonomy.canonical(named[1]) != taxonomy.canonical(category):
            raise SourceError(f"the page lists {named[1]}, not {category}")


def _parts(root: etree._Element, category: str) -> list[_Part]:
    """Return the parts of a page in their order: its days, or the sections of its one day, or that day without any."""
    parts: list[_Part] = []
    term = None
    for element in root.iter("h3", "p", "dt", "dd"):
        if element.tag == "h3":
            if match := _heading(element):
                parts.append(_part(match, parts))
            elif any(parent.tag == "dl" for parent in element.iterancestors()):
                raise SourceError(
                    f"the page of {category} has a heading that is not understood: ‘{shortened(_said(element), 60)}’"
                )
        elif element.tag == "p":
            if parts and _QUIET.fullmatch(_said(element)):
                parts[-1].is_quiet = True
        elif element.tag == "dt":
            term = element
        elif not parts or term is None:
            raise SourceError(
                f"the page of {category} has an entry where none should be: ‘{shortened(_said(element), 60)}’"
            )
        else:
            part = parts[-1]
            announcement = Announcement(part.day, category, part.kind or list_entry.kind(term))
            place = f"entry {len(part.rows) + 1} of {part.day}"
            part.rows.append(list_entry.read(term, element, announcement, place))
            term = None
    days = [part.day for part in parts if part.is_day]
    if len(set(days)) < len(days) or 0 < len(days) < len(parts):
        raise SourceError(f"the page of {category} names days in two ways, or one twice: it has changed")
    # The heading of a `new` page has no entries of its own, except on a page that is not understood.
    return [part for part in parts if part.kind or part.is_day or part.rows] or parts


def _heading(element: etree._Element) -> re.Match[str] | None:
    said = _said(element)
    return next(filter(None, (heading.fullmatch(said) for heading in _HEADINGS)), None)


def _part(match: re.Match[str], before: list[_Part]) -> _Part:
    """Return the part that a heading begins; a section's day is mostly named by the heading before."""
    stated = match.groupdict()
    if stated["day"]:
        try:
            day = date(int(stated["year"]), _MONTHS.index(stated["month"]) + 1, int(stated["day"]))
        except ValueError as error:
            raise SourceError(f"the page names a day that is none: ‘{match[0]}’") from error
    elif before:
        day = before[-1].day
    else:
        raise SourceError(f"the page names no day before ‘{match[0]}’")
    shown = int(stated["shown"]) if stated.get("shown") else None
    return _Part(day, match.re is _DAY, _KINDS.get(stated.get("kind", ""), ""), shown, int(stated.get("total") or 0))


def _said(element: etree._Element) -> str:
    """Return the beginning of an element's text, on one line."""
    return clean("".join(element.itertext())[:200])


def _total(root: etree._Element, parts: list[_Part]) -> int:
    """Return how many entries the page says that there are in all: nothing where there are none."""
    for element in root.iter("div"):
        if "paging" in element.get("class", "").split() and (match := _TOTAL.search(_said(element))):
            return int(match[1])
    return sum(part.total for part in parts)


def _day_list(parts: list[_Part], category: str, total: int) -> DayList:
    rows = tuple(row for part in parts for row in part.rows)
    sections = tuple(Section(part.kind, len(part.rows), part.total) for part in parts if part.total)
    return DayList(parts[0].day, category, rows, sections, total)
