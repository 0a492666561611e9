"""Pages of arXiv's OAI-PMH, read as they arrive: many records at a time, one by one where that fails.

The protocol: https://www.openarchives.org/OAI/openarchivesprotocol.html. Whole records are parsed together, which is
quickest; when that fails, each alone, so that a broken one, or a page that was cut off, costs no other.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from lxml import etree

from papers.arxiv import ids, oai_record, oai_stream, oai_time, xml
from papers.arxiv.oai_forms import NAMES
from papers.arxiv.oai_stream import Stream
from papers.arxiv.record import Deletion, Record, Refusal, SourceError

Row = Record | Deletion | Refusal


class ProtocolError(SourceError):
    """The server says, with HTTP status 200, that it cannot answer; `code` is the protocol's name of the reason.

    "badResumptionToken": begin the window anew; "idDoesNotExist", "cannotDisseminateFormat", "badArgument": ask for
    something else.
    """

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        super().__init__(f"the OAI-PMH server refuses the request ({code[:40]}): {' '.join(reason.split())[:200]}")


def read(data: bytes | Iterable[bytes]) -> "Page":
    """Return the page of an answer to ListRecords or GetRecord, or of a bare `<record>`.

    `data` is a whole answer, or its pieces as they arrive; what their iterator raises comes through. They are read up
    to the first record here, so that SourceError is raised here, before there is any row: when the answer is an HTML
    page, empty or something else, and as ProtocolError when it is an error. `noRecordsMatch` is none: a page without
    records.
    """
    return Page(Stream(data))


class Page:
    """One page: iterate it once, for its `Record`s, `Deletion`s and `Refusal`s in their order.

    Then `resumption_token` is the way to the next page ("" on the last one), and `is_whole` tells that the page's end
    was seen: a page that was cut off ends with a Refusal. `response_date`, aware and in UTC, and `request`, the
    arguments that the server says it answers ({} where it doesn't), are known from the start.
    """

    def __init__(self, stream: Stream) -> None:
        self.resumption_token = ""
        self.response_date: datetime | None = None
        self.request: dict[str, str] = {}
        self.is_whole = False
        self._number = 0
        self._stream = stream
        self._is_bare = bool(stream.rest and _BARE.fullmatch(stream.head))
        self._opening = b"<feed>" if self._is_bare else self._read_head()
        self._rows = self._read()

    def __iter__(self) -> Iterator[Row]:
        return self._rows

    def _read_head(self) -> bytes:
        """Read what stands before the first record; return a start tag that declares the namespaces around records."""
        head = self._stream.head = xml.well_encoded(self._stream.head)
        root = _root(head)
        parts = {xml.local_name(part): part for part in root}
        if (date := parts.get("responseDate")) is not None:
            self.response_date = oai_time.moment(date.text or "")
        if (request := parts.get("request")) is not None:
            self.request = {str(name): str(value) for name, value in request.attrib.items()}
        errors = {part.get("code", ""): part.text or "" for part in root if xml.local_name(part) == "error"}
        for code, reason in errors.items():
            if code != "noRecordsMatch":
                raise ProtocolError(code, reason)
        around = parts.get("ListRecords", parts.get("GetRecord", root))
        is_empty = not self._stream.rest and not errors and {*map(xml.local_name, around)} != {"resumptionToken"}
        if is_empty and _CLOSING.search(head):
            raise SourceError("the answer has neither records nor an error: fetch it again, with ListRecords")
        return xml.opening(around)

    def _read(self) -> Iterator[Row]:
        for block in self._stream:
            try:
                elements = etree.fromstring(self._opening + block + b"</feed>", _PARSER)
            except etree.XMLSyntaxError:
                yield from self._read_singly(oai_stream.singly(block))
                continue
            self._read_token(block)
            for element in elements:
                if NAMES[element.tag] not in {"resumptionToken", ""}:
                    self._number += 1
                    yield oai_record.read(element, self._number, self.response_date)
        yield from self._read_end(self._stream.rest)

    def _read_singly(self, parts: Iterable[tuple[bool, bytes]]) -> Iterator[Row]:
        for is_record, part in parts:
            if not is_record:
                self._read_token(part)
                # Whatever else stands between records has been one.
                part = _TOKEN.sub(b"", _without_comments(part))
            if is_record or part.strip():
                self._number += 1
                yield self._read_alone(part)

    def _read_alone(self, part: bytes) -> Row:
        try:
            element = etree.fromstring(self._opening + xml.mended(part) + b"</feed>", _PARSER)[0]
        except (etree.XMLSyntaxError, IndexError) as error:
            return Refusal(_id_within(part) or f"record {self._number}", f"its XML is broken: {error.args[0]}")
        return oai_record.read(element, self._number, self.response_date)

    def _read_end(self, rest: bytes) -> Iterator[Row]:
        """Read what follows the last whole record: the token and the closing tags, or where the page was cut off."""
        if self._stream.is_overlong:
            yield Refusal("the file", f"record {self._number + 1} is longer than any: this is not what was asked for")
            return
        # Without records all of the page has been taken for its head, and that has been read.
        has_records = bool(self._number or rest)
        rest = rest if has_records else self._stream.head
        closing = _CLOSING.search(rest)
        *parts, (is_unfinished, last) = oai_stream.singly(rest[: closing.start()] if closing else rest)
        yield from self._read_singly(parts)
        if closing or (self._is_bare and not is_unfinished):
            if has_records:
                yield from self._read_singly([(is_unfinished, last)])
            self._read_token(last)
            self.is_whole = b"resumptionToken" not in _TOKEN.sub(b"", last)
            if not self.is_whole:
                yield Refusal("the file", "its resumption token cannot be read; fetch it again")
        elif is_unfinished:
            shown = f": {name}" if (name := _id_within(last)) else ""
            where = f"in the middle of record {self._number + 1}{shown}"
            yield Refusal("the file", f"the XML ends {where}; fetch it again")
        else:
            where = (
                f"after record {self._number} without its closing tags" if self._number else "before its first record"
            )
            yield Refusal("the file", f"the XML ends {where}; fetch it again")

    def _read_token(self, data: bytes) -> None:
        for match in _TOKEN.finditer(data) if b"resumptionToken" in data else ():
            try:
                (token,) = etree.fromstring(self._opening + xml.mended(match[0]) + b"</feed>", _PARSER)
            except (etree.XMLSyntaxError, ValueError):
                continue
            self.resumption_token = "".join(token.itertext()).strip()


_PARSER = xml.parser()
_BARE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_CLOSING = re.compile(
    rb"(?:</(?:[\w.-]+:)?(?:ListRecords|GetRecord)\s*>\s*)?</(?:[\w.-]+:)?OAI-PMH\s*>(?:\s*<!--[^<>]*-->)*\s*\Z"
)
_TOKEN = re.compile(rb"<(?:[\w.-]+:)?resumptionToken\b[^<>]*(?:/>|>[^<>]*</(?:[\w.-]+:)?resumptionToken\s*>)")
_ID = re.compile(rb"(?:oai:arXiv\.org:|/abs/)([\w./-]{5,30})", re.IGNORECASE)


def _root(head: bytes) -> etree._Element:
    try:
        root = etree.fromstring(head, xml.parser(recover=True))
    except etree.XMLSyntaxError as error:
        raise SourceError(f"the answer is no XML that can be read: {error}") from error
    if root is None:
        raise SourceError("the answer is no XML that can be read")
    if (name := xml.local_name(root)) != "OAI-PMH":
        raise SourceError(f"the answer is no OAI-PMH: its root is <{name[:40]}>")
    return root


def _without_comments(part: bytes) -> bytes:
    # Up to the last end of one only: a thousand beginnings without an end would each be read to the end.
    end = part.rfind(b"-->") + 3
    return _COMMENT.sub(b"", part[:end]) + part[end:] if end > 2 else part


def _id_within(part: bytes) -> str:
    """Return what looks like the id within a record that cannot be read, or ""."""
    match = _ID.search(part)
    try:
        return ids.parse(match[1].decode("ascii", "replace")).value if match else ""
    except ValueError:
        return ""
