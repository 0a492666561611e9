"""arXiv's daily announcement feeds: Atom and RSS 2.0 as rss.arxiv.org serves them, and the RDF of before 2024.

The formats: https://info.arxiv.org/help/rss_specifications.html and …/atom_specifications.html. Each entry is read on
its own, so that one broken entry, or a feed that was cut off, costs no other.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from lxml import etree

from papers.arxiv import entry, ids
from papers.arxiv.entry import Feed
from papers.arxiv.record import Record, Refusal, SourceError


def parse(data: bytes, *, day: date | None = None) -> Iterator[Record | Refusal]:
    """Yield a `Record` with its announcement, or a `Refusal`, for each entry of a feed, in its order.

    The announcement's day is `day`, or else the one written in the feed: an entry's `published` or `pubDate`, the
    RDF's `dc:date`, in the offset it is written in. Quiet days (weekends, holidays) yield nothing; a feed that was
    cut off yields a last `Refusal` that says where. Raises SourceError, before anything is yielded, when `data` is
    no such feed: an HTML page, another format, empty.
    """
    data = _well_encoded(data)
    starts = [match.start() for match in _ENTRY_START.finditer(data)]
    head = _head(data[: starts[0]] if starts else data)
    return _entries(data, starts, _opening(head), entry.feed(head, day))


def _entries(data: bytes, starts: list[int], opening: bytes, feed: Feed) -> Iterator[Record | Refusal]:
    for number, (start, stop) in enumerate(pairwise([*starts, len(data)]), 1):
        block = data[start:stop]
        ends = list(_ENTRY_END.finditer(block))
        if not ends and number == len(starts):
            shown = f": {name}" if (name := _name_within(block)) else ""
            yield Refusal("the file", f"the XML ends in the middle of entry {number}{shown}; fetch it again")
            return
        try:
            element = etree.fromstring(opening + block[: ends[-1].end() if ends else None] + b"</feed>", _parser())[0]
        except (etree.XMLSyntaxError, IndexError) as error:
            yield Refusal(_name_within(block) or f"entry {number}", f"its XML is broken: {error.args[0]}")
            continue
        yield entry.read(element, feed, number)
    if not _CLOSED.search(_COMMENT.sub(b"", data[-1_000:])):
        where = f"after entry {len(starts)}" if starts else "before its first entry"
        yield Refusal("the file", f"the XML ends {where} without its closing tag; fetch it again")


_ENTRY_START = re.compile(rb"<(?:[\w.-]+:)?(?:entry|item)(?=[\s>])")
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:entry|item)\s*>")
_CLOSED = re.compile(rb"</(?:[\w.-]+:)?(?:feed|rss|RDF)\s*>\s*\Z")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_ID = re.compile(rb"(?:arXiv(?:\.org)?:|/abs/)([\w./-]{5,30})")
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html\b)", re.IGNORECASE | re.DOTALL)
_HTML_TITLE = re.compile(rb"<title[^>]*>([^<]{0,200})", re.IGNORECASE)
_DECLARATION = re.compile(rb"\A\s*<\?xml[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.-]+)[\"']")
# What XML 1.0 forbids, raw or as a reference: one such character would cost the whole entry.
_FORBIDDEN = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));"
)


def _well_encoded(data: bytes) -> bytes:
    """Return the feed in UTF-8, without its declaration and without characters that no XML may hold."""
    if not data.strip():
        raise SourceError("the answer is empty: fetch it again")
    if _HTML.match(data[:10_000]):
        title = _HTML_TITLE.search(data[:10_000])
        said = " ".join(title[1].decode("utf-8", "replace").split()) if title else ""
        raise SourceError("the answer is an HTML page, not a feed" + (f"; it says ‘{said}’" if said else ""))
    data = data.removeprefix(b"\xef\xbb\xbf")
    declaration = _DECLARATION.match(data[:200])
    encoding = _DECLARED_ENCODING.search(declaration[0]) if declaration else None
    name = encoding[1].decode() if encoding else "utf-8"
    try:
        text = data.decode(name, "replace")
    except (LookupError, UnicodeError) as error:
        raise SourceError(f"the answer declares an encoding that cannot be read: {name[:40]}") from error
    data = _FORBIDDEN.sub(b"", _DECLARATION.sub(b"", text.encode("utf-8", "replace"))).strip()
    if not data.startswith(b"<"):
        raise SourceError(f"the answer is no XML: it begins with ‘{data[:40].decode('utf-8', 'replace')}’")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise SourceError("the answer declares a document type, which arXiv's feeds never do: it is not read")
    return data


def _head(data: bytes) -> etree._Element:
    """Return the root of a feed with all that stands before its first entry."""
    try:
        root = etree.fromstring(data, _parser(recover=True))
    except etree.XMLSyntaxError as error:
        raise SourceError(f"the answer is no XML that can be read: {error}") from error
    if root is None:
        raise SourceError("the answer is no XML that can be read")
    if (name := entry.local_name(root)) not in {"feed", "rss", "RDF"}:
        raise SourceError(f"the answer is no feed: its root is <{name[:40]}>, not feed, rss or RDF")
    return root


def _opening(head: etree._Element) -> bytes:
    """Return a root's start tag with the namespaces of the feed, to read one entry in."""
    try:
        return etree.tostring(etree.Element("feed", nsmap=head.nsmap)).removesuffix(b"/>") + b">"
    except ValueError as error:
        raise SourceError(f"the answer is no XML that can be read: {error}") from error


def _name_within(block: bytes) -> str:
    """Return what looks like the id within an entry that cannot be read, or ""."""
    match = _ID.search(block)
    try:
        return ids.parse(match[1].decode("ascii", "replace")).value if match else ""
    except ValueError:
        return ""


def _parser(*, recover: bool = False) -> etree.XMLParser:
    # Nothing is loaded and nothing expanded: no entity bombs, no files, no network.
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=recover, remove_comments=True
    )
