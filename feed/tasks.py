"""Doorbells of the feed; the timetable in config/celery.py rings them too."""

import logging
import time
from datetime import UTC, datetime, timedelta
from smtplib import SMTPException

from celery import shared_task
from django.conf import settings
from django.db import transaction

from feed import mirror, promotion
from feed.models import Subscription
from papers import sources
from papers.arxiv.record import SourceError
from papers.huggingface.records import parse
from papers.ingest import ingest

logger = logging.getLogger(__name__)

# A run ends well before its time limit; the timetable rings again.
ENOUGH = timedelta(minutes=10)
# Hugging Face's days are of UTC. Votes go on after midnight, and rows come late: the last days are asked for again.
MIRRORED_DAYS = 3


@shared_task
def send_confirmations():
    """Send the confirmation mails that wait; one that the mail server refuses is put off and lets the others go."""
    deadline = time.monotonic() + ENOUGH.total_seconds()
    for pk in Subscription.objects.mail_due().values_list("pk", flat=True)[:500]:
        if time.monotonic() > deadline:
            return
        with transaction.atomic():
            subscription = Subscription.objects.mail_due().filter(pk=pk).select_for_update(skip_locked=True).first()
            if subscription is None:
                continue
            try:
                subscription.send_mail()
            except (SMTPException, OSError) as error:
                logger.warning("The confirmation for subscription %d was not sent, it is put off: %s", pk, error)
                subscription.postpone_mail()


@shared_task
def promote():
    """Take into today's feed what members have voted for in "All new"."""
    promotion.promote()


@shared_task
def mirror_huggingface():
    """Take in the last days' rows of Hugging Face's feed, where the operator has switched mirroring on."""
    if not settings.MIRROR_HUGGINGFACE:
        return
    client, today = sources.huggingface(), datetime.now(UTC).date()
    for day in [today - timedelta(days=number) for number in reversed(range(MIRRORED_DAYS))]:
        try:
            report = ingest(parse(client.daily_papers(day), day=day), then=mirror.enter)
        except SourceError as error:
            logger.warning("Hugging Face's feed of %s was not fetched: %s", day, error)
            continue
        logger.info("Hugging Face's feed of %s: %d new, %d changed", day, len(report.new), len(report.changed))
