"""Tells members by mail what is new in their saved searches: once a day, in one message.

A day's alert is a row (`papers.models.Alert`), unique for its member and day. It is marked as being sent, and that is
committed, before the mail server hears of it: a process that dies takes the message with it rather than sending it
twice, and what was in it comes with the next day's.
"""

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.mail import LARGEST, compose, one_click
from papers import address
from papers.models import Alert, Paper, SavedSearch
from papers.models.saved_search import stop_link
from papers.query import Query
from papers.search import matching

logger = logging.getLogger(__name__)

# Hour, UTC: the day's announcement is here by then. arXiv's feeds show it from midnight in New York on, 4 or 5 UTC.
FROM = 7
# Whoever stores papers commits them within these: what came later is left to the next day's alert.
SETTLED = timedelta(minutes=15)
# Papers of years ago that come with the archive are no news.
NEWS = timedelta(days=60)
# Of one search in one mail; the others are a link away.
SHOWN = 10
# Of all searches: more is not read in a mail.
SHOWN_IN_ALL = 50
# Well below a task's time limit; the timetable rings again.
ENOUGH = timedelta(minutes=5)


@dataclass(frozen=True)
class News:
    """What is new in a search, the best first; `shown` are those that the mail names."""

    search: SavedSearch
    papers: list[int]
    shown: list[Paper]

    @property
    def rest(self) -> int:
        return len(self.papers) - len(self.shown)


def send() -> None:
    """Send what is due of the day's alerts; what can't be sent now waits for the next time. Safe to run beside itself."""
    now = timezone.now()
    if lost := Alert.objects.give_up_lost():
        logger.error(
            "%d alerts may or may not have arrived: whoever was sending them died. They are not repeated", lost
        )
    if now.hour >= FROM:
        Alert.objects.plan(now.date())
    deadline = time.monotonic() + ENOUGH.total_seconds()
    for pk in Alert.objects.due().values_list("pk", flat=True)[:1_000]:
        if time.monotonic() > deadline:
            return
        _send_one(pk)


def news(saved: SavedSearch, until: datetime) -> News:
    """What has come to a search since its member was last told, up to `until`: all of its words must be there."""
    new = Paper.objects.visible().filter(
        created_at__gt=saved.alerted_until, created_at__lte=until, published_at__gt=until - NEWS
    )
    found = matching(_strict(address.read(saved.address)), list(new.values_list("pk", flat=True)))
    papers = Paper.objects.select_related("organization").in_bulk(found[:SHOWN])
    return News(saved, found, [papers[key] for key in found[:SHOWN] if key in papers])


def _strict(query: Query) -> Query:
    """The query that all of its words must fulfil: a search shows what is near, too, which nobody wants a mail about."""
    return replace(query, phrases=[*query.phrases, *query.words.split()])


def _send_one(pk: int) -> None:
    until = timezone.now() - SETTLED
    try:
        with transaction.atomic():
            alert = Alert.objects.due().filter(pk=pk).select_for_update(skip_locked=True).first()
            message = _prepare(alert, until) if alert else None
    except (DatabaseError, ValueError) as error:
        # One member's search must not keep the others' waiting.
        logger.error("Alert %d could not be made, it is put off: %s", pk, error)
        for alert in Alert.objects.filter(pk=pk):
            alert.put_off()
        return
    if alert and message:
        _hand_over(alert, message, until)


def _prepare(alert: Alert, until: datetime) -> EmailMessage | None:
    """The message, with its row marked as being sent; None where there is nothing to tell, or nobody to tell it to."""
    member = alert.user
    recipient = member.verified_email
    found = [news(saved, until) for saved in member.saved_searches.filter(is_alerting=True)] if recipient else []
    found = [it for it in found if it.papers]
    if not found:
        alert.finish(Alert.State.NOTHING, until=until)
        return None
    count = len({key for it in found for key in it.papers})
    alert.begin(count)
    return _compose(member, recipient, found, count)


def _compose(member, recipient: str, found: list[News], count: int) -> EmailMessage:
    stop = stop_link(member)
    context = {"member": member, "count": count, "stop_link": stop}
    shown = SHOWN_IN_ALL
    while True:
        context["found"] = _showing(found, shown)
        message = compose("papers/mail/alert.html", context, to=[recipient], headers=one_click(stop))
        page, _ = message.alternatives[0]
        # So large are only the alerts of many searches with long names: with fewer papers they fit.
        if not shown or len(str(page).encode()) <= LARGEST:
            return message
        shown //= 2


def _showing(found: list[News], most: int) -> list[News]:
    """The same with at most so many papers shown, those of the first searches first."""
    showing = []
    for it in found:
        showing.append(replace(it, shown=it.shown[:most]))
        most -= len(showing[-1].shown)
    return showing


def _hand_over(alert: Alert, message: EmailMessage, until: datetime) -> None:
    connection = get_connection()
    try:
        try:
            connection.open()
        except (SMTPException, OSError) as error:
            _put_off(alert, error)
            return
        try:
            connection.send_messages([message])
        except (SMTPResponseException, SMTPRecipientsRefused) as error:
            _put_off(alert, error)
        except (SMTPException, OSError) as error:
            # Broken off in the middle: it may have been taken.
            logger.error("Alert %d may or may not have arrived, it is not repeated: %s", alert.pk, error)
            alert.finish(Alert.State.LOST)
        else:
            alert.finish(Alert.State.SENT, until=until)
    finally:
        connection.close()


def _put_off(alert: Alert, error: Exception) -> None:
    logger.warning("Alert %d was not sent, it is put off: %s", alert.pk, error)
    alert.put_off()
