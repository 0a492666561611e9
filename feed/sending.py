"""Sends what deliveries promise: each at most once, and exactly once unless a process or a connection died with it in hand.

A delivery is marked as being sent, and that is committed, just before the mail server hears of the message itself. What
fails before that, or is refused, may be tried again; what breaks off afterwards may have arrived, and isn't repeated. Any
number of senders may run at once: they reserve batches, each with one connection.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email.utils import formatdate
from typing import NamedTuple

from django.conf import settings

from accounts.mail import one_click
from feed.digest import Links, Mail, render
from feed.letter import Letter
from feed.models import Delivery, Digest, Subscription
from feed.relay import Away, Dropped, Message, Refused, Relay, Undecided, ascii_address, relay
from feed.reports import STATUS

logger = logging.getLogger(__name__)

# Mail servers commonly take a hundred messages of one connection.
BATCH = 100
# Well below a task's time limit; the timetable rings again.
ENOUGH = timedelta(minutes=4)
# A server that is away or in trouble is left alone for this long.
PAUSE = timedelta(minutes=1)

# A server that refuses so many addresses and has taken none has something against us: nobody is stopped for that.
SUSPICIOUS = 10
# RFC 3463, section 3.2 and 3.3: the address, its domain or its spelling is none, has moved, or its mailbox is closed. Others are
# said of relaying, senders or policy, as 550 without a code is.
NO_SUCH_ADDRESS = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
FULL = {"5.2.2"}

State = Delivery.State


def send(enough: timedelta = ENOUGH, tell: Callable[[], object] = lambda: None) -> Counter[str]:
    """Send what is due, for so long at most; `tell` hears of each that is done. Returns how many ended in which state."""
    # Those of others that died are counted, too.
    touched = set(Delivery.objects.unfinished().values_list("digest", flat=True).distinct())
    if lost := Delivery.objects.give_up_lost():
        logger.error("%d digests may or may not have arrived: their sender was stopped. They are not repeated", lost)
    if stale := Delivery.objects.skip_stale():
        logger.warning("%d digests come too late to be news, they are left out", stale)
    outcomes: Counter[str] = Counter()
    editions = Editions()
    deadline = time.monotonic() + enough.total_seconds()
    try:
        while time.monotonic() < deadline and (batch := Delivery.objects.reserve(BATCH)):
            touched |= {delivery.digest_id for delivery in batch}
            if not _Batch(batch, editions, outcomes, tell).send():
                break
    finally:
        Digest.objects.count_deliveries(touched)
    return outcomes


class Editions:
    """What is sent of digests at this moment, each rendered once as long as nothing of it is hidden or shown again."""

    class Edition(NamedTuple):
        entries: list[int]
        mail: Mail
        letter: Letter

    def __init__(self) -> None:
        self._made: dict[int, Editions.Edition] = {}

    def of(self, keys: set[int]) -> dict[int, "Editions.Edition | None"]:
        """The editions of these digests, None where nothing is left of one; the others are forgotten.

        One that can't be made is not among them, and the log says why: that must not keep the others' readers waiting.
        """
        before, self._made = self._made, {}
        found: dict[int, Editions.Edition | None] = {}
        for digest in Digest.objects.filter(pk__in=keys):
            try:
                found[digest.pk] = made = self._renewed(digest, before.get(digest.pk))
            except Exception:
                logger.exception("The digest of %s can't be made into a mail", digest)
                continue
            if made:
                self._made[digest.pk] = made
        return found

    def _renewed(self, digest: Digest, before: "Editions.Edition | None") -> "Editions.Edition | None":
        papers = digest.papers_to_send()
        entries = [paper["entry"] for paper in papers]
        if before and before.entries == entries:
            return before
        mail = render(digest, papers)
        return mail and self.Edition(entries, mail, Letter.of(mail, shared_headers()))


class _Batch:
    """Some deliveries that are handed over on one connection."""

    def __init__(
        self, batch: list[Delivery], editions: Editions, outcomes: Counter[str], tell: Callable[[], object]
    ) -> None:
        self.editions = editions.of({delivery.digest_id for delivery in batch})
        self.left, self.outcomes, self.tell = list(reversed(batch)), outcomes, tell
        self.handled = self.taken = 0
        # Addresses that were refused before any was taken: whether that is their fault is not known yet.
        self.doubtful: list[tuple[Delivery, Refused]] = []

    def send(self) -> bool:
        """Hand them over; what is left is given back. False where the server is in trouble, and better left alone."""
        until = time.monotonic() + Delivery.LEASE.total_seconds()
        is_in_trouble = True
        try:
            with relay() as line:
                while self.left and time.monotonic() < until:
                    self._send_next(line)
            self._settle()
            is_in_trouble = False
        except Dropped as error:
            # What was handed over before went well: others may do better on a new connection.
            logger.warning("The mail server hung up after %d digests: %s", self.handled, error)
            is_in_trouble = not self.handled
        except Undecided as error:
            # One more on each connection might be lost like this: better slowly.
            logger.error("A digest may or may not have arrived, it is not repeated: %s", error)
        except Away as error:
            logger.error("The digest waits, it is tried again in a minute: %s", error)
        finally:
            waiting = [*self.left, *(delivery for delivery, _ in self.doubtful)]
            Delivery.objects.release(waiting, PAUSE if is_in_trouble else timedelta(0))
        return not is_in_trouble

    def _send_next(self, line: Relay) -> None:
        delivery = self.left.pop()
        if delivery.digest_id not in self.editions:
            self._note(delivery.put_off("Its digest can't be made into a mail: the log says why."))
            return
        try:
            outcome = _send_one(line, delivery, self.editions[delivery.digest_id])
        except Dropped as error:
            # Only the first one of a connection may have to do with it.
            delivery.put_off(str(error), is_its_own=not self.handled)
            raise
        except Away as error:
            delivery.put_off(str(error), is_its_own=False)
            raise
        except Undecided as error:
            self._note(delivery.finish(State.FAILED, f"The connection broke before the answer: {error}", is_lost=True))
            raise
        except Refused as error:
            # Neither taken nor held against the address yet.
            self.doubtful.append((delivery, error))
            if len(self.doubtful) >= SUSPICIOUS:
                raise Away(f"The mail server refuses every address, the last one with: {error}") from error
            return
        self._note(outcome)
        if outcome == State.SENT:
            self.taken += 1
        if self.taken:
            self._settle()

    def _settle(self) -> None:
        """The server does take mail: those that it refused are refused."""
        for delivery, error in self.doubtful:
            self._note(_refused(delivery, error))
        self.doubtful = []

    def _note(self, outcome: str) -> None:
        self.outcomes[outcome] += 1
        self.handled += 1
        self.tell()


def _send_one(line: Relay, delivery: Delivery, edition: Editions.Edition | None) -> str:
    """What became of a delivery. Raises Away, Dropped and Undecided, and Refused where the address is refused for good."""
    reader = delivery.subscription
    if reader is None or not reader.is_confirmed:
        return delivery.finish(State.SKIPPED, "Its reader has left.")
    if edition is None:
        return delivery.finish(State.SKIPPED, "All of its papers were hidden meanwhile.")
    try:
        message = _message(delivery, reader, edition)
        prepared = line.prepare(message)
    except ValueError as error:
        return delivery.finish(State.FAILED, str(error))
    try:
        line.announce(message)
        if not delivery.begin():
            line.withdraw()
            return delivery.let_go()
        line.hand_over(prepared)
    except Refused as error:
        if error.is_address and not error.is_for_now:
            raise
        return delivery.put_off(str(error)) if error.is_for_now else delivery.finish(State.FAILED, str(error))
    return delivery.finish(State.SENT)


def _refused(delivery: Delivery, error: Refused) -> str:
    """What an address that was refused means. Our own server says no to much: it must name the address as the reason."""
    code = STATUS.search(str(error))
    if code and code[0] in NO_SUCH_ADDRESS:
        return delivery.bounce(str(error), is_hard=True)
    if code and code[0] in FULL:
        return delivery.bounce(str(error), is_hard=False)
    return delivery.finish(State.FAILED, str(error))


def _message(delivery: Delivery, reader: Subscription, edition: Editions.Edition) -> Message:
    links = Links.of(reader)
    recipient = ascii_address(reader.email)
    headers = {
        "To": recipient,
        "Date": formatdate(),
        "Message-ID": delivery.message_id,
        **one_click(links.unsubscribe),
    }
    sender = delivery.envelope_sender
    return Message(edition.mail, edition.letter, shared_headers(), headers, links, sender, recipient, delivery.hex_id)


def shared_headers() -> dict[str, str]:
    """Those that every reader gets alike."""
    name, list_id = settings.SITE_NAME.replace('"', ""), f"<digest.{settings.MAIL_DOMAIN}>"
    return {
        "From": settings.DEFAULT_FROM_EMAIL,
        # RFC 2919 has a quoted name in it, which can't be encoded.
        "List-Id": f'"{name}" {list_id}' if name.isascii() else list_id,
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
