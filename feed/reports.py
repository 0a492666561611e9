"""What mail servers report of a mail that we sent: that it came back (RFC 3464), or that its reader complained (RFC 5965).

Anyone may write to the address to which reports go, so a report is believed for one reason alone: it names the mail by
its hex id. That is drawn at random for each reader's copy, and known to none but the servers on its way and its reader.
Whose address a report says it is about (Final-Recipient) counts for nothing, or anyone could stop anyone's mail.
"""

import base64
import quopri
import re
from binascii import Error as NoBase64
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

# A report returns one mail of ours at most, which is smaller than the 102 kB of `feed.digest`, and says a page about it.
LARGEST = 1_000_000
# A report is a multipart of three; a list or a virus scanner may put it into another, with words of its own.
DEEPEST, MOST_PARTS = 3, 20
# Ours has one recipient; behind an address there may be a few more.
MOST_GROUPS = 50
# RFC 5322, section 2.1.1: a line has 998 characters. A field may have several; what matters to us stands in the first.
LONGEST = 998

# A field and the lines that it goes on in (RFC 5322, section 2.2.3).
FIELD = re.compile(rb"^([!-9;-~]+)[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)
HEX_ID = re.compile(r"(?<![0-9a-z])[0-9a-f]{24}(?![0-9a-z])", re.IGNORECASE)
# RFC 3463, section 2: class, subject and detail. An address on a network has a dot more.
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
# The reply of RFC 5321 that begins what a server said: "smtp; 550-No such user".
REPLY = re.compile(r"^(?:[\w-]+;)?\s*([45]\d\d)\b")
BOUNDARY = re.compile(r"\bboundary\s*=\s*(?:\"([^\"]{1,70})\"|([^\s\";]{1,70}))", re.IGNORECASE)

STATUSES = {"message/delivery-status", "message/global-delivery-status"}
FEEDBACK = "message/feedback-report"
RETURNED = {"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"}

# RFC 5965, section 7.3, and RFC 6430. Not a reader's goodbye: "not-spam" is the contrary, "auth-failure" (RFC 6591) is a
# server's word on signatures, "virus" and "other" say nothing of what the reader wants.
COMPLAINTS = {"abuse", "fraud", "opt-out", "opt-out-list"}

PASSING = {(1, 7), (1, 8), (1, 9), (2, 2), (2, 3), (2, 4)}


class News(StrEnum):
    HARD = "hard bounce"
    SOFT = "soft bounce"
    COMPLAINT = "complaint"
    REFUSAL = "refusal"
    LEFT = "unsubscribed"
    # Delayed, relayed, delivered after all, or not spam: nothing to be done.
    NOTHING = "nothing new"


@dataclass(frozen=True)
class Report:
    """The mail that it is about, by `Delivery.hex_id`; what became of it; and in one line what the server said."""

    hex_id: str
    news: News
    reason: str


class NoReport(ValueError):
    """It is not a report, or not of a mail of ours; the message says why."""


def parse(data: bytes) -> Report:
    """Read a whole message as it came. Raises NoReport for everything else, and nothing but that whatever it is given."""
    if len(data) > LARGEST:
        raise NoReport(f"it has more than {LARGEST:,} bytes")
    message = Part(data.replace(b"\r\n", b"\n"))
    parts = list(message.leaves())
    reported = next((part for part in parts if part.type in STATUSES | {FEEDBACK}), None)
    if reported is None:
        raise NoReport("it is no report of a mail server (RFC 3464, RFC 5965)")
    groups = [Part(group) for group in re.split(rb"\n(?:[ \t]*\n)+", reported.body.strip(), maxsplit=MOST_GROUPS)]
    news, reason = _complaint(groups[0]) if reported.type == FEEDBACK else _bounce(groups)
    returned = next((Part(part.body) for part in parts if part.type in RETURNED), Part(b""))
    return Report(_hex_id(message, groups[0], returned), news, reason)


def verdict(status: str, diagnostic: str) -> News | None:
    """What a failure says: of the address that it is none (HARD), that it may pass (SOFT), or nothing of it (REFUSAL).

    `status` is an enhanced code (RFC 3463), `diagnostic` what a server said; None where neither holds a code. Class 4 is
    soft: it may pass, though it was given up. Of class 5, by subject (RFC 3463, section 3, and IANA's registry, RFC 5248):

    - 0, nothing more is known; 1, the address: hard. But 5.1.7 and 5.1.8 are about the sender's address, and 5.1.9 about a
      server on the way.
    - 2, the mailbox: hard. But 5.2.2, it is full; 5.2.3, the mail is too long for it; 5.2.4, a list can't be expanded.
    - 3, the server there; 4, the network; 5, the protocol: soft. Machines are repaired.
    - 6, the content; 7, security or policy: a refusal. Our words or our server's reputation are at fault, or theirs: three
      days on somebody's list of senders of spam must not cost us all readers there.

    Three soft ones stop an address. In doubt it is soft: a wrong soft costs two mails, a wrong hard a reader.
    """
    found = STATUS.search(status)
    if not found or (found[2] == "0" and found[3] == "0"):
        # Some servers say 5.0.0 of everything, and why in what they quote.
        found = STATUS.search(diagnostic) or _of_reply(diagnostic) or found
    if not found:
        return None
    subject, detail = int(found[2]), int(found[3])
    if found[1] != "5" or subject in (3, 4, 5) or (subject, detail) in PASSING:
        return News.SOFT
    return News.HARD if subject in (0, 1, 2) else News.REFUSAL


def one_line(text: str) -> str:
    """What a server said, which may be anything, as one line without what can't be seen, or stored."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _of_reply(diagnostic: str) -> re.Match[str] | None:
    """A server's older reply (RFC 5321, section 4.2.3, and RFC 7504) as the enhanced code that means the same."""
    reply = REPLY.match(diagnostic)
    same = {"550": "5.1.1", "551": "5.1.6", "552": "5.2.2", "553": "5.1.3", "521": "5.1.10", "556": "5.1.10"}
    # Of the others, 554 is the most frequent: "transaction failed", for whatever reason.
    return STATUS.match(same.get(reply[1], f"{reply[1][0]}.5.0")) if reply else None


def _bounce(groups: "list[Part]") -> tuple[News, str]:
    """What became of a mail, by the groups of fields of its report: one about the message, one for each recipient."""
    recipients = [_recipient(group) for group in groups if group.field("Action")]
    if not recipients:
        raise NoReport("it says of no recipient what became of the mail")
    # An address may lead to several mailboxes. It is no good when none of them is: the best news counts.
    mildest = [News.NOTHING, News.REFUSAL, News.SOFT, News.HARD]
    return min(recipients, key=lambda recipient: mildest.index(recipient[0]))


def _recipient(group: "Part") -> tuple[News, str]:
    action, status, diagnostic = (group.field(name) for name in ("Action", "Status", "Diagnostic-Code"))
    reason = f"{status} {diagnostic}".strip() or action
    if action.split()[0].lower() != "failed":
        return News.NOTHING, reason
    return verdict(status, diagnostic) or News.SOFT, reason


def _complaint(group: "Part") -> tuple[News, str]:
    kind, agent = (group.field(name) for name in ("Feedback-Type", "User-Agent"))
    reason = f"{kind}, says {agent}" if agent else kind
    return News.COMPLAINT if kind.lower() in COMPLAINTS else News.NOTHING, reason


def _hex_id(message: "Part", group: "Part", returned: "Part") -> str:
    """The first hex id at a place where a server repeats to us what we wrote: envelope sender, envelope id, Message-ID."""
    places = [
        *((message, name) for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To")),
        *((group, name) for name in ("Original-Envelope-Id", "Original-Mail-From")),
        (returned, "Message-ID"),
        *((message, name) for name in ("In-Reply-To", "References")),
    ]
    for part, name in places:
        if found := HEX_ID.search(part.field(name)):
            return found[0].lower()
    raise NoReport("it names no mail of ours")


class Part:
    """A message, one of its parts, or a group of fields in a report: fields, and what follows them.

    Python's own parser goes as deep as a message does, and decodes whatever it finds; this one costs the same whatever it
    is given.
    """

    def __init__(self, data: bytes) -> None:
        # Without fields, it begins with the empty line.
        fields, _, self._rest = (b"\n" + data).partition(b"\n\n")
        self._fields: dict[bytes, bytes] = {}
        for name, value in FIELD.findall(fields):
            self._fields.setdefault(name.lower(), value)

    @property
    def type(self) -> str:
        return self.field("Content-Type").partition(";")[0].strip().lower()

    def field(self, name: str) -> str:
        """The first of this name, as one line that can be shown and stored, whatever it is made of; empty without any."""
        return one_line(self._fields.get(name.lower().encode(), b"")[:LONGEST].decode("utf-8", "replace"))

    @cached_property
    def body(self) -> bytes:
        """What follows the fields, decoded; nothing where it can't be."""
        encoding = self.field("Content-Transfer-Encoding").lower()
        if encoding == "quoted-printable":
            return quopri.decodestring(self._rest)
        if encoding == "base64":
            try:
                return base64.b64decode(self._rest).replace(b"\r\n", b"\n")
            except NoBase64:
                return b""
        return self._rest

    def leaves(self, depth: int = 0) -> "Iterator[Part]":
        """The parts that have none of their own; a mail that is returned is one, whatever it holds."""
        boundary = BOUNDARY.search(self.field("Content-Type"))
        if not self.type.startswith("multipart/") or not boundary or depth == DEEPEST:
            yield self
            return
        line = rb"(?m)^--" + re.escape(boundary[1] or boundary[2]).encode() + rb"(?:--)?[ \t]*(?:\n|\Z)"
        # What stands before the first such line is for programs that know no parts.
        for part in re.split(line, self._rest, maxsplit=MOST_PARTS)[1:]:
            yield from Part(part).leaves(depth + 1)
