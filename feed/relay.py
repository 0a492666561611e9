"""Hands messages to the mail server in two steps, between which the sender writes down that one is on its way.

Django's backend opens the connection, with whatever TLS and password it is configured for; the dialogue is held here (RFC
5321, sections 3.3 and 4.5.3.2), because smtplib's own can't tell a message that certainly wasn't taken from one that may
have been. Backends that don't speak SMTP, such as those of providers' APIs or files, get Django's messages.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from smtplib import SMTP, SMTPException, SMTPServerDisconnected
from socket import IPPROTO_TCP, TCP_NODELAY

from anymail.exceptions import (
    AnymailError,
    AnymailRequestsAPIError,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
)
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from feed.digest import Links, Mail
from feed.letter import Letter

# The server has had enough of us, whatever it was asked.
CLOSING = 421
# Seconds for the answer to a whole message, in which a server may look for viruses and spam: RFC 5321, section 4.5.3.2.6,
# wants ten minutes, and half of that leaves a task time to end.
PATIENCE = 300
# A provider's: who we are, what we owe, too many requests, and not at work. It is the same for the next message.
NOT_NOW = {401, 402, 403, 429, 503}


class Away(Exception):
    """The server can't be reached, or takes no mail from this site: nothing was sent."""


class Dropped(Exception):
    """The connection broke before the message was whole: it was not taken."""


class Undecided(Exception):
    """The connection broke while the server had the whole message and hadn't said yes or no."""


class Refused(Exception):
    """The server said no: `code` is its reply, and `is_address` says that it said so to the recipient's address."""

    def __init__(self, code: int, text: str, *, is_address: bool = False):
        super().__init__(f"{code} {text}")
        self.code, self.is_address = code, is_address

    @property
    def is_for_now(self) -> bool:
        return 400 <= self.code < 500


@dataclass(frozen=True)
class Message:
    """What goes to one reader: the headers are theirs alone."""

    mail: Mail
    letter: Letter
    shared: dict[str, str]
    headers: dict[str, str]
    links: Links
    sender: str
    recipient: str
    hex_id: str


class Relay:
    """Any backend of Django's."""

    def __init__(self, backend: BaseEmailBackend):
        self.backend = backend

    def prepare(self, message: Message):
        """What `hand_over` takes. Raises ValueError for what can't be written into a mail."""
        mail = message.mail.for_reader(message.links)
        headers = {**message.shared, **message.headers}
        made = mail.as_message(mail.subject, headers.pop("To"))
        made.from_email, made.extra_headers = headers.pop("From"), headers
        # Providers repeat this in what they report; they may give the message another name.
        made.metadata = {"delivery": message.hex_id}  # type: ignore[attr-defined]  # it is django-anymail's
        return made

    def announce(self, message: Message) -> None:
        """Say from whom and to whom. Raises Refused, Dropped or Away; nothing is sent yet."""

    def withdraw(self) -> None:
        """After `announce`: it isn't sent after all."""

    def hand_over(self, prepared) -> None:
        """Send what was announced. Raises Refused, Dropped, Undecided, or Away where nothing can be sent at all."""
        try:
            self.backend.send_messages([prepared])
        except AnymailRequestsAPIError as error:
            raise _answered(error) from error
        except (AnymailUnsupportedFeature, AnymailSerializationError) as error:
            # It could not even be written as the provider wants it.
            raise Refused(554, str(error)) from error
        except (AnymailError, SMTPException, OSError) as error:
            raise Undecided(str(error)) from error


class SmtpRelay(Relay):
    """A connection to an SMTP server."""

    backend: EmailBackend

    def __init__(self, backend: EmailBackend):
        super().__init__(backend)
        # The period at the end is a packet of its own: it must not wait until the server has acknowledged the others.
        if self.server.sock:
            self.server.sock.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)

    @property
    def server(self) -> SMTP:
        if self.backend.connection is None:
            raise Dropped("The connection is closed.")
        return self.backend.connection

    def prepare(self, message: Message) -> bytes:
        data = message.letter.to(message.headers, message.links)
        # RFC 5321, section 4.5.2: a line that begins with the period that ends all gets another one.
        return data.replace(b"\r\n.", b"\r\n..")

    def announce(self, message: Message) -> None:
        with _broken_as(Dropped):
            self.server.ehlo_or_helo_if_needed()
            code, text = self.server.mail(message.sender)
            if code >= 500:
                # What stands in its way is the sender, and so it is for all.
                raise Away(f"The mail server takes nothing from {message.sender}: {code} {_readable(text)}")
            self._expect(250, code, text)
            self._expect(250, *self.server.rcpt(message.recipient), is_address=True)

    def withdraw(self) -> None:
        with suppress(SMTPException, OSError, Dropped):
            self.server.rset()

    def hand_over(self, prepared: bytes) -> None:
        with _broken_as(Dropped):
            self._expect(354, *self.server.docmd("DATA"))
            self.server.send(prepared)
        with _broken_as(Undecided):
            self._set_timeout(PATIENCE)
            self.server.send(b".\r\n")
            reply = self.server.getreply()
            self._set_timeout(self.backend.timeout)
        self._expect(250, *reply)

    def _set_timeout(self, seconds: float | None) -> None:
        if self.server.sock:
            self.server.sock.settimeout(seconds)

    def _expect(self, wanted: int, code: int, text: bytes, *, is_address: bool = False) -> None:
        # The last two digits say how, the first one whether (RFC 5321, section 4.2.1).
        if code // 100 == wanted // 100:
            return
        if code == CLOSING:
            self.server.close()
            raise Dropped(f"{code} {_readable(text)}")
        self.withdraw()
        raise Refused(code, _readable(text), is_address=is_address)


@contextmanager
def relay() -> Iterator[Relay]:
    """A connection to the configured mail server. Raises Away when there is none."""
    backend = get_connection()
    try:
        backend.open()
        line = SmtpRelay(backend) if isinstance(backend, EmailBackend) else Relay(backend)
    except (AnymailError, SMTPException, OSError) as error:
        raise Away(f"The mail server can't be reached: {error}") from error
    try:
        yield line
    finally:
        # What was taken was taken, however the server says goodbye.
        with suppress(SMTPException, OSError):
            backend.close()


def ascii_address(address: str) -> str:
    """As a server without SMTPUTF8 takes it: an internationalised domain in its ASCII form (RFC 5890).

    Raises ValueError for an address that has none, and for anything that is more than one address.
    """
    local, at, domain = address.rpartition("@")
    domain = domain.encode("idna").decode()
    written = f"{local}{at}{domain}"
    if not local or not written.isascii() or not written.isprintable() or set(written) & set(' <>,;:\\"()[]'):
        raise ValueError(f"{address!r} can't be written as an address that every mail server takes")
    return written


def _answered(error: AnymailRequestsAPIError) -> Exception:
    """What a provider's answer, an HTTP status, means for a message."""
    status = error.status_code or 0
    # What requests raised holds what urllib3 did, and that says why: without a connection nothing was sent.
    (failed, *_) = (error.__cause__ and error.__cause__.args) or (None,)
    is_unreached = isinstance(getattr(failed, "reason", None), NewConnectionError | ConnectTimeoutError)
    if is_unreached or status in NOT_NOW:
        return Away(f"The provider takes nothing: {error}")
    # Django's message is the same when it is tried again, and so would be the answer.
    return Refused(554, str(error)) if 400 <= status < 500 else Undecided(str(error))


@contextmanager
def _broken_as(kind: type[Exception]) -> Iterator[None]:
    try:
        yield
    except (SMTPServerDisconnected, OSError) as error:
        raise kind(str(error)) from error


def _readable(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
