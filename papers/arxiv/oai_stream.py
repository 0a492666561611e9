"""Whole records cut out of an OAI-PMH page while it arrives, so that never more than a few of them are in memory."""

import re
from collections.abc import Iterable, Iterator

from papers.arxiv import xml
from papers.arxiv.record import SourceError

# Bytes that are parsed together: some fifty records. More would be no quicker.
BLOCK_SIZE = 64 * 1024
# A record with 3,000 authors and their affiliations has half a megabyte.
RECORD_LIMIT = 8 * 1024 * 1024
HEAD_LIMIT = 1024 * 1024


class Stream:
    """A page on its way: `head` stands before its first record and declares the encoding; all is given in UTF-8.

    Iterated, it yields blocks of whole records; afterwards `rest` is what follows them, and `is_overlong` tells that a
    record was longer than any, so that the rest was not read. Raises SourceError when no record begins in the first
    megabyte, or the encoding is unknown.
    """

    def __init__(self, data: bytes | Iterable[bytes]) -> None:
        self._pieces = _pieces(data) if isinstance(data, bytes) else iter(data)
        self.is_overlong = False
        beginning = bytearray()
        start = None
        for piece in self._pieces:
            searched = max(0, len(beginning) - 100)
            beginning += piece
            if start := _START.search(beginning, searched):
                break
            if len(beginning) > HEAD_LIMIT:
                raise SourceError("the answer's first megabyte has no record in it: this is not what was asked for")
        length = start.start() if start else len(beginning)
        self.head = bytes(beginning[:length])
        self._encoding = xml.encoding(self.head)
        self.rest = self._in_utf8(bytes(beginning[length:]))

    def __iter__(self) -> Iterator[bytes]:
        buffer, size, wanted = [self.rest], len(self.rest), BLOCK_SIZE
        for piece in self._pieces:
            buffer.append(self._in_utf8(piece))
            size += len(piece)
            if size < wanted:
                continue
            data = b"".join(buffer)
            if end := _end_of_records(data):
                yield data[:end]
                data = data[end:]
            buffer, size = [data], len(data)
            self.is_overlong = size > RECORD_LIMIT
            if self.is_overlong:
                break
            # Twice as much: a long record is not searched anew for each of its pieces.
            wanted = max(BLOCK_SIZE, 2 * size)
        data = b"".join(buffer)
        end = 0 if self.is_overlong else _end_of_records(data)
        if end:
            yield data[:end]
        self.rest = data[end:]

    def _in_utf8(self, piece: bytes) -> bytes:
        # The other encodings have one byte a character: no piece ends within one.
        return piece if self._encoding == "utf-8" else piece.decode(self._encoding, "replace").encode()


def singly(data: bytes) -> Iterator[tuple[bool, bytes]]:
    """Yield, in their order, each record of a block and what stands between them, with whether it is a record.

    One that has no end tag reaches to the next, or to the end.
    """
    position, start = 0, -1
    for name, place in _tags(data):
        if name == "start":
            yield start >= 0, data[max(start, position) : place]
            start = position = place
        elif name == "end" and start >= 0:
            yield True, data[start:place]
            start, position = -1, place
    yield start >= 0, data[position:]


_START = re.compile(rb"<(?:[\w.-]+:)?record(?=[\s/>])")
_TAG = re.compile(
    rf"(?P<start>{_START.pattern.decode()})|(?P<end></(?:[\w.-]+:)?record\s*>)|<!(?:--|\[CDATA\[)".encode()
)


def _pieces(data: bytes) -> Iterator[bytes]:
    return (data[start : start + BLOCK_SIZE] for start in range(0, len(data), BLOCK_SIZE))


def _end_of_records(data: bytes) -> int:
    """Return where the last whole record ends, or 0."""
    if b"<!" not in data and (end := data.rfind(b"</record>")) >= 0:
        return end + len(b"</record>")
    end = 0
    for name, place in _tags(data):
        if name == "open":
            break
        end = place if name == "end" else end
    return end


def _tags(data: bytes) -> Iterator[tuple[str, int]]:
    """Yield ("start", where it begins) and ("end", where it ends) of the records' tags.

    What looks like them within a comment or a CDATA section is none. ("open", …) is one of those that does not end.
    """
    position, unclosed = 0, set()
    while match := _TAG.search(data, position):
        position = match.end()
        if match["start"]:
            yield "start", match.start()
        elif match["end"]:
            yield "end", position
        else:
            closing = b"-->" if match[0] == b"<!--" else b"]]>"
            close = -1 if closing in unclosed else data.find(closing, position)
            if close >= 0:
                position = close + len(closing)
            else:
                unclosed.add(closing)
                yield "open", position
