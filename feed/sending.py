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
from feed.reports import News, verdict

logger = logging.getLogger(__name__)

# Mail servers commonly take a hundred messages of one connection.
BATCH = 100
# Well below a task's time limit; the timetable rings again.
ENOUGH = timedelta(minutes=4)
# A server that is away or in trouble is left alone for this long.
PAUSE = timedelta(minutes=1)

State = Delivery.State


def send(enough: timedelta = ENOUGH, tell: Callable[[], object] = lambda: None) -> Counter[str]:
    """Send what is due, for so long at most; `tell` hears of each that is done. Returns how many ended in which state."""
    unfinished = set(Delivery.objects.unfinished().values_list("digest", flat=True).distinct())
    if lost := Delivery.objects.give_up_lost():
        logger.error("%d digests may or may not have arrived: their sender was stopped. They are not repeated", lost)
    if stale := Delivery.objects.skip_stale():
        logger.warning("%d digests come too late to be news, they are left out", stale)
    outcomes: Counter[str] = Counter()
    editions = Editions()
    deadline = time.monotonic() + enough.total_seconds()
    while time.monotonic() < deadline and (batch := Delivery.objects.reserve(BATCH)):
        if not _send_batch(batch, editions, outcomes, tell):
            break
    Digest.objects.filter(pk__in=unfinished).count_deliveries()
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
        """The editions of these digests, None where nothing is left of one; the others are forgotten."""
        before, self._made = self._made, {}
        for digest in Digest.objects.filter(pk__in=keys):
            papers = digest.papers_to_send()
            entries = [paper["entry"] for paper in papers]
            made = before.get(digest.pk)
            if made is None or made.entries != entries:
                mail = render(digest, papers)
                made = mail and self.Edition(entries, mail, Letter.of(mail, shared_headers()))
            if made:
                self._made[digest.pk] = made
        return {key: self._made.get(key) for key in keys}


def _send_batch(batch: list[Delivery], editions: Editions, outcomes: Counter[str], tell: Callable[[], object]) -> bool:
    """Hand a batch over on one connection; what is left of it is given back. False where the server is in trouble."""
    at_this_moment = editions.of({delivery.digest_id for delivery in batch})
    until = time.monotonic() + Delivery.LEASE.total_seconds()
    left = list(reversed(batch))
    done, pause = 0, timedelta(0)
    try:
        with relay() as line:
            while left and time.monotonic() < until:
                delivery = left.pop()
                outcome = _send_one(line, delivery, at_this_moment[delivery.digest_id])
                outcomes[outcome] += 1
                done += 1
                tell()
    except Dropped as error:
        # It was put off already. Others may do better on a new connection, unless this one brought none through.
        logger.warning("The mail server hung up after %d digests: %s", done, error)
        pause = PAUSE if not done else pause
    except Away as error:
        logger.error("The digest waits, it is tried again in a minute: %s", error)
        pause = PAUSE
    finally:
        Delivery.objects.release(left, pause)
    return not pause


def _send_one(line: Relay, delivery: Delivery, edition: Editions.Edition | None) -> str:
    """What became of a delivery. Raises Away, with it untouched, and Dropped, when it is put off."""
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
    except Dropped as error:
        delivery.put_off(str(error))
        raise
    except Undecided as error:
        logger.error("Delivery %d may or may not have arrived, it is not repeated: %s", delivery.pk, error)
        return delivery.finish(State.FAILED, f"The connection broke before the answer: {error}", is_lost=True)
    except Refused as error:
        if error.is_for_now:
            return delivery.put_off(str(error))
        news = verdict("", str(error)) if error.is_address else None
        if news in (News.HARD, News.SOFT):
            return delivery.bounce(str(error), is_hard=news == News.HARD)
        return delivery.finish(State.FAILED, str(error))
    return delivery.finish(State.SENT)


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
    name = settings.SITE_NAME.replace('"', "")
    return {
        "From": settings.DEFAULT_FROM_EMAIL,
        "List-Id": f'"{name}" <digest.{settings.MAIL_DOMAIN}>',
        "Auto-Submitted": "auto-generated",
        "Precedence": "bulk",
    }
