"""An answer's body, inflated piece by piece, so that a small gzip bomb never becomes a large one in memory."""

import zlib
from collections.abc import Iterable, Iterator

from papers.arxiv.record import SourceError
from papers.web.guard import shown

# The only encoding that is asked for: its checksum and length tell a whole body from a cut one.
ACCEPT_ENCODING = "gzip"
PIECE = 64 * 1024


class Broken(Exception):
    """The body is not whole: worth asking again."""


def inflated(pieces: Iterable[bytes], encoding: str, *, limit: int) -> Iterator[bytes]:
    """Yield the body in pieces of at most 64 KiB.

    `encoding` is the Content-Encoding. Raises Broken for a damaged or cut gzip, and SourceError for more than
    `limit` bytes and for an encoding that was not asked for.
    """
    encoding = encoding.strip().lower()
    if encoding in {"gzip", "x-gzip"}:
        pieces = _gunzip(_at_most(pieces, limit + PIECE))
    elif encoding not in {"", "identity"}:
        raise SourceError(f"it is encoded as ‘{shown(encoding)}’, which nobody asked for")
    return _at_most(pieces, limit)


def _at_most(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > limit:
            raise SourceError(f"it has more than {limit} bytes: this is not what was asked for")
        yield piece


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    # RFC 1952: a gzip body is one member after another.
    member, piece, output = zlib.decompressobj(zlib.MAX_WBITS | 16), b"", b""
    is_begun = False
    for received in pieces:
        piece += received
        # A full output may leave more of it inside the member, although all input is consumed.
        while piece or (len(output) == PIECE and not member.eof):
            if member.eof:
                member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                output = member.decompress(piece, PIECE)
            except zlib.error as error:
                raise Broken(f"its gzip is damaged: {error}") from error
            is_begun = True
            piece = member.unused_data if member.eof else member.unconsumed_tail
            yield output
    if is_begun and not member.eof:
        raise Broken("it ends in the middle of its gzip")
