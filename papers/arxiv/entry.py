"""One entry of an announcement feed, whichever of arXiv's three formats it is written in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime

from lxml import etree

from papers.arxiv import authors, fields, ids, taxonomy
from papers.arxiv.record import ANNOUNCEMENT_KINDS, Announcement, Record, Refusal
from papers.arxiv.text import clean, shortened
from papers.arxiv.xml import local_name


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself: the categories or archives it was asked for, and its day.

    `is_day_given` tells that the caller gave the day, so that no entry can say otherwise.
    """

    asked: tuple[str, ...]
    day: date | None
    is_day_given: bool


def feed(head: etree._Element, day: date | None) -> Feed:
    """Read a feed's own elements; `day`, where it is given, stands above the one written in the feed."""
    channel = _child(head, "channel")
    channel = head if channel is None else channel
    asked: tuple[str, ...] = ()
    # "http://rss.arxiv.org/atom/cs.AI+cs.CL", or else "cs.AI+cs.CL updates on arXiv.org"
    for stated in (_text(channel, "id").rpartition("/")[2], _text(channel, "title").partition(" updates on ")[0]):
        asked = asked or tuple(name for name in re.split(r"[+,\s]+", stated) if taxonomy.is_known(name))
    stated_day = _date(_text(channel, "date")) or _date(_text(channel, "pubDate"))
    return Feed(asked, day or stated_day, is_day_given=day is not None)


def read(element: etree._Element, feed: Feed, number: int) -> Record | Refusal:
    """Return an entry as a `Record` with its announcement; `number` is its place in the feed, from 1."""
    warnings: list[str] = []
    is_rdf = any(name.endswith("}about") for name in element.attrib)
    if is_rdf:
        title, stated_id, stated_categories, kind = _rdf_title(element, feed)
        abstract, description_id = _without_tags(_text(element, "description")), None
    else:
        title, stated_id = _text(element, "title"), _stated_id(element)
        stated_categories = [_category(child) for child in element if _is(child, "category")]
        abstract, description_id, kind = _description(element)
        kind = clean(_text(element, "announce_type")) or kind
    try:
        arxiv_id = ids.parse(clean(stated_id))
    except ValueError as error:
        return Refusal(f"entry {number}", str(error))
    try:
        title = fields.title(title)
    except ValueError as error:
        return Refusal(arxiv_id.value, str(error))
    if arxiv_id.version is None and description_id and description_id.value == arxiv_id.value:
        arxiv_id = description_id
    categories = fields.categories(stated_categories, warnings)
    creators = _text(element, "creator")
    return Record(
        arxiv_id=arxiv_id.value,
        title=title,
        version=arxiv_id.version,
        abstract=fields.abstract(abstract, warnings),
        authors=authors.split(_without_tags(creators) if is_rdf else creators),
        categories=categories,
        doi=fields.doi(_text(element, "DOI"), warnings),
        journal_reference=fields.line(_text(element, "journal_reference")),
        license=fields.license(_text(element, "rights"), warnings),
        announcements=_announcements(element, feed, categories, kind, warnings),
        warnings=tuple(warnings),
    )


# "Title. (arXiv:1808.09955v1 [astro-ph.IM] UPDATED)": the full stop is the feed's.
_RDF_TITLE = re.compile(
    r"\s*(?P<title>.*?)\.?\s*\(arXiv:(?P<id>\S+)\s+\[(?P<category>[^\]\s]+)\](?P<updated>\s+UPDATED)?\)\s*", re.DOTALL
)
# "arXiv:2508.13167v1 Announce Type: new \nAbstract: Recent advances …"
_DESCRIPTION = re.compile(
    r"\s*arXiv:(?P<id>\S+)\s+Announce Type:\s*(?P<kind>[\w-]+)\s+(?:Abstract:\s*)?(?P<abstract>.*)", re.DOTALL
)
_TAG = re.compile(r"</?(?:a|b|br|em|i|p|strong|sub|sup)(?:\s[^<>]*)?/?>", re.IGNORECASE)


def _rdf_title(element: etree._Element, feed: Feed) -> tuple[str, str, list[str], str]:
    """Return title, id, categories and kind: the old feeds have them all in the title."""
    match = _RDF_TITLE.fullmatch(_text(element, "title"))
    if not match:
        return _text(element, "title"), _text(element, "link"), [], "new"
    category = match["category"]
    # The old feeds tell a cross-list only by its primary category, which another archive or class owns.
    is_cross = bool(feed.asked) and _asked_for(category, feed.asked) is None
    kind = "replace" if match["updated"] else "new"
    if is_cross:
        kind = "replace-cross" if match["updated"] else "cross"
    return match["title"], match["id"], [category], kind


def _stated_id(element: etree._Element) -> str:
    stated = _text(element, "id") or _text(element, "guid") or _text(element, "link")
    if stated.strip():
        return stated
    return next((child.get("href", "") for child in element if _is(child, "link")), "")


def _description(element: etree._Element) -> tuple[str, ids.ArxivId | None, str]:
    """Return the abstract, and the id with its version and the kind that stand before it."""
    text = _text(element, "summary") or _text(element, "description")
    match = _DESCRIPTION.fullmatch(text)
    if not match:
        return text, None, ""
    try:
        return match["abstract"], ids.parse(match["id"]), match["kind"]
    except ValueError:
        return match["abstract"], None, match["kind"]


def _announcements(
    element: etree._Element, feed: Feed, categories: tuple[str, ...], kind: str, warnings: list[str]
) -> tuple[Announcement, ...]:
    day = feed.day
    if not feed.is_day_given:
        # Never `updated`: that is when the feed was made.
        day = _date(_text(element, "published")) or _date(_text(element, "pubDate")) or feed.day
    category = _announced_in(categories, kind, feed.asked)
    if kind not in ANNOUNCEMENT_KINDS:
        warnings.append(f"announce type ‘{shortened(kind, 40)}’ is none that is known: kept without its announcement")
    elif day is None:
        warnings.append("no day of announcement is written in it: kept without its announcement")
    elif not category:
        warnings.append("neither it nor its feed names a category: kept without its announcement")
    else:
        return (Announcement(day, category, kind),)
    return ()


def _announced_in(categories: tuple[str, ...], kind: str, asked: tuple[str, ...]) -> str:
    """Return the category, of those that the feed was asked for, in which an entry was announced."""
    if len(asked) == 1:
        return asked[0]
    # A new paper belongs to its primary category, a cross-list to whichever was asked for.
    candidates = categories if kind.endswith("cross") else categories[:1]
    return next(filter(None, (_asked_for(name, asked) for name in candidates)), next(iter(categories), ""))


def _asked_for(category: str, asked: tuple[str, ...]) -> str | None:
    """Return the asked name that covers a category: the same, or its archive."""
    return next((name for name in (category, category.partition(".")[0]) if name in asked), None)


def _category(element: etree._Element) -> str:
    return element.get("term") or "".join(element.itertext())


def _date(text: str) -> date | None:
    """Return the date as written, in its own offset, of an ISO 8601 or an RFC 2822 time."""
    text = text.strip()
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return parse(text).date()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _without_tags(text: str) -> str:
    return _TAG.sub(" ", text)


def _is(element: etree._Element, name: str) -> bool:
    """Tell whether an element has this name, in whichever of the formats' namespaces."""
    return local_name(element) == name


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if _is(child, name)), None)


def _text(element: etree._Element, name: str) -> str:
    """Return the text of the first child of that name that has any, or ""."""
    texts: Iterator[str] = ("".join(child.itertext()) for child in element if _is(child, name))
    return next((text for text in texts if text.strip()), "")
