"""A mail as bytes for SMTP: what all readers get alike is encoded once, and each one's links are put between.

A digest goes to many readers, and encoding it for each takes longer than handing it over. So a sender makes one `Letter`
of a mail, and `to` puts a reader's headers before it and the reader's links into it: a few pieces joined.
"""

import html
import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.header import Header
from email.policy import SMTP
from typing import Self

from feed.digest import PLACES, Links, Mail

# Quoted-printable text never holds "=_" (RFC 2045, section 6.7), so that no title can end a part.
BOUNDARY = "=_part"
HEADERS = {"MIME-Version": "1.0", "Content-Type": f'multipart/alternative; boundary="{BOUNDARY}"'}
PART = f"--{BOUNDARY}\r\nContent-Type: text/{{}}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
# The end of a line that goes on: a link between two of them moves no other line, however long it is.
SOFT_BREAK = b"=\r\n"
ANY_PLACE = re.compile("(" + "|".join(PLACES) + ")")


@dataclass(frozen=True)
class Letter:
    """The message in pieces: bytes as they are, or the name of the reader's link that stands there, and if in HTML."""

    pieces: tuple[bytes | tuple[str, bool], ...]

    @classmethod
    def of(cls, mail: Mail, headers: Mapping[str, str]) -> Self:
        """The mail, under the `headers` that all readers get alike, such as From; the subject is its own.

        What is not ASCII in a header is encoded (RFC 2047). Raises ValueError for one that could begin another header.
        """
        return cls(
            (
                *_headers({**headers, "Subject": mail.subject, **HEADERS}),
                b"\r\n",
                PART.format("plain").encode(),
                *_encoded(mail.text, is_html=False),
                b"\r\n" + PART.format("html").encode(),
                *_encoded(mail.html, is_html=True),
                f"\r\n--{BOUNDARY}--\r\n".encode(),
            )
        )

    def to(self, headers: Mapping[str, str], links: Links) -> bytes:
        """The whole message for one reader: To and what else is theirs, then what all get, with their links in it.

        Raises ValueError as `of` does.
        """
        rest = (piece if isinstance(piece, bytes) else _link(links, *piece) for piece in self.pieces)
        return b"".join((*_headers(headers), *rest))


def _headers(headers: Mapping[str, str]) -> Iterator[bytes]:
    return (_header(name, value) for name, value in headers.items())


def _header(name: str, value: str) -> bytes:
    if re.search(r"[\r\n]", value):
        raise ValueError(f"{name} holds a line break")
    if "=?" not in value:
        # A link is one long word, which the policy would encode, and no mail program would find the button to leave.
        if value.isascii() and value.isprintable() and (len(name) + len(value) <= 76 or " " not in value):
            return f"{name}: {value}{SMTP.linesep}".encode()
        return SMTP.fold_binary(*SMTP.header_store_parse(name, value))
    # What looks encoded already would be decoded on its way, and may then hold a line break after all. A subject is
    # encoded as it stands; nobody's address has to look so.
    if name != "Subject":
        raise ValueError(f"{name} holds what looks like an encoded word: {value}")
    return f"{name}: {Header(value, 'utf-8', header_name=name).encode(linesep=SMTP.linesep)}{SMTP.linesep}".encode()


def _encoded(text: str, *, is_html: bool) -> Iterator[bytes | tuple[str, bool]]:
    for piece in ANY_PLACE.split(text):
        if piece in PLACES:
            yield SOFT_BREAK
            yield Links._fields[PLACES.index(piece)], is_html
            yield SOFT_BREAK
        else:
            yield _quoted(piece)


def _link(links: Links, name: str, is_html: bool) -> bytes:
    link = getattr(links, name)
    return _quoted(html.escape(link) if is_html else link)


def _quoted(text: str) -> bytes:
    return quopri.encodestring(text.encode()).replace(b"\n", b"\r\n")
