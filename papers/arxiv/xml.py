"""XML from the network, read with distrust: made whole where that is safe, told in one line where it is no XML."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from lxml import etree

from papers.arxiv import ids
from papers.arxiv.record import Refusal, SourceError


def well_encoded(data: bytes) -> bytes:
    """Return a document in UTF-8, without its declaration and without characters that no XML may hold.

    Raises SourceError when it is empty, HTML or no XML, or declares a document type.
    """
    if not data.strip():
        raise SourceError("the answer is empty: fetch it again")
    if _HTML.match(data[:10_000]):
        title = _HTML_TITLE.search(data[:10_000])
        said = " ".join(title[1].decode("utf-8", "replace").split()) if title else ""
        raise SourceError("the answer is an HTML page, not a feed" + (f"; it says ‘{said}’" if said else ""))
    name = encoding(data)
    data = mended(_DECLARATION.sub(b"", data.removeprefix(b"\xef\xbb\xbf")), name).strip()
    if not data.startswith(b"<"):
        raise SourceError(f"the answer is no XML: it begins with ‘{data[:40].decode('utf-8', 'replace')}’")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise SourceError("the answer declares a document type, which arXiv's feeds never do: it is not read")
    return data


def encoding(data: bytes) -> str:
    """Return Python's name of the encoding that a document declares at its beginning, UTF-8 when it declares none.

    Raises SourceError when it is none in which papers are written.
    """
    declaration = _DECLARATION.match(data[:200].removeprefix(b"\xef\xbb\xbf"))
    declared = _DECLARED_ENCODING.search(declaration[0]) if declaration else None
    name = declared[1].decode() if declared else "utf-8"
    if name.lower() not in _ENCODINGS:
        raise SourceError(f"the answer declares an encoding that cannot be read: {name[:40]}")
    return _ENCODINGS[name.lower()]


def mended(data: bytes, encoding: str = "utf-8") -> bytes:
    """Return a piece of XML in UTF-8, without what XML forbids; bytes that are no character become U+FFFD."""
    data = data.decode(encoding, "replace").encode("utf-8", "replace").translate(None, _FORBIDDEN)
    return _FORBIDDEN_REFERENCE.sub(b"", data) if b"&#" in data else data


class Entries:
    """The entries of a feed, each read on its own, so that a broken one, or a feed that was cut off, costs no other.

    `head` is the root with what stands before the first entry. Raises SourceError when the root has none of the names
    `roots`.
    """

    def __init__(self, data: bytes, roots: tuple[str, ...]) -> None:
        self._data = data
        self._starts = [match.start() for match in _ENTRY_START.finditer(data)]
        self.head = _head(data[: self._starts[0]] if self._starts else data, roots)
        self._opening = opening(self.head)

    def __iter__(self) -> Iterator[etree._Element | Refusal]:
        """Yield each entry's element, or a Refusal, and a last one where the feed was cut off."""
        for number, (start, stop) in enumerate(pairwise([*self._starts, len(self._data)]), 1):
            block = self._data[start:stop]
            ends = list(_ENTRY_END.finditer(block))
            if not ends and number == len(self._starts):
                shown = f": {name}" if (name := _name_within(block)) else ""
                yield Refusal("the file", f"the XML ends in the middle of entry {number}{shown}; fetch it again")
                return
            block = block[: ends[-1].end() if ends else None]
            try:
                yield etree.fromstring(self._opening + block + b"</feed>", parser())[0]
            except (etree.XMLSyntaxError, IndexError) as error:
                yield Refusal(_name_within(block) or f"entry {number}", f"its XML is broken: {error.args[0]}")
        if not is_closed(self._data):
            where = f"after entry {len(self._starts)}" if self._starts else "before its first entry"
            yield Refusal("the file", f"the XML ends {where} without its closing tag; fetch it again")


def local_name(element: etree._Element) -> str:
    """Return an element's name without its namespace, or "" for what is no element.

    lxml's own QName refuses a prefix that is declared nowhere, which stands there when XML was mended.
    """
    return _local(element.tag) if isinstance(element.tag, str) else ""


def opening(element: etree._Element) -> bytes:
    """Return a start tag `<feed …>` with the namespaces that hold within an element, to read a piece of it in.

    Raises SourceError when what they are called cannot be read.
    """
    try:
        return etree.tostring(etree.Element("feed", nsmap=element.nsmap)).removesuffix(b"/>") + b">"
    except ValueError as error:
        raise SourceError(f"the answer is no XML that can be read: {error}") from error


def is_closed(data: bytes) -> bool:
    """Tell whether a feed ends with the end tag of its root."""
    return bool(_CLOSED.search(_COMMENT.sub(b"", data[-1_000:])))


def parser(*, recover: bool = False) -> etree.XMLParser:
    """Return a parser that loads nothing and expands nothing: no entity bombs, no files, no network."""
    return etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, recover=recover, remove_comments=True
    )


# A feed uses some twenty names over and over.
@lru_cache(maxsize=256)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2]


_ENTRY_START = re.compile(rb"<(?:[\w.-]+:)?(?:entry|item)(?=[\s>])")
_ENTRY_END = re.compile(rb"</(?:[\w.-]+:)?(?:entry|item)\s*>")
_CLOSED = re.compile(rb"</(?:[\w.-]+:)?(?:feed|rss|RDF)\s*>\s*\Z")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_ID = re.compile(rb"(?:arXiv(?:\.org)?:|/abs/)([\w./-]{5,30})")
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html\b)", re.IGNORECASE | re.DOTALL)
_HTML_TITLE = re.compile(rb"<title[^>]*>([^<]{0,200})", re.IGNORECASE)
_DECLARATION = re.compile(rb"\A\s*<\?xml[^>]*\?>")
_DECLARED_ENCODING = re.compile(rb"encoding\s*=\s*[\"']([\w.-]+)[\"']")
_ENCODINGS = {"utf-8": "utf-8", "us-ascii": "utf-8", "iso-8859-1": "latin-1", "windows-1252": "cp1252"}
# What XML 1.0 forbids, raw or as a reference: one such character would cost the whole entry.
_FORBIDDEN = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_FORBIDDEN_REFERENCE = re.compile(rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[0-9a-fA-F]));")


def _head(data: bytes, roots: tuple[str, ...]) -> etree._Element:
    """Return the root of a feed with all that stands before its first entry."""
    try:
        root = etree.fromstring(data, parser(recover=True))
    except etree.XMLSyntaxError as error:
        raise SourceError(f"the answer is no XML that can be read: {error}") from error
    if root is None:
        raise SourceError("the answer is no XML that can be read")
    if (name := local_name(root)) not in roots:
        wanted = " or ".join(filter(None, [", ".join(roots[:-1]), roots[-1]]))
        raise SourceError(f"the answer is no feed: its root is <{name[:40]}>, not {wanted}")
    return root


def _name_within(block: bytes) -> str:
    """Return what looks like the id within an entry that cannot be read, or ""."""
    match = _ID.search(block)
    try:
        return ids.parse(match[1].decode("ascii", "replace")).value if match else ""
    except ValueError:
        return ""
