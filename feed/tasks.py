"""Doorbells of the feed; the timetable in config/celery.py rings them too."""

import logging
from smtplib import SMTPException

from celery import shared_task
from django.conf import settings
from django.db import transaction

from feed import mirror
from feed.models import Subscription
from feed.periods import today
from papers.arxiv.record import SourceError
from papers.huggingface.client import Client
from papers.huggingface.records import parse
from papers.ingest import ingest

logger = logging.getLogger(__name__)


@shared_task
def send_confirmations():
    """Send the confirmation mails that wait; one that the mail server refuses stays due and lets the others go."""
    for pk in Subscription.objects.mail_due().values_list("pk", flat=True)[:500]:
        try:
            with transaction.atomic():
                subscription = Subscription.objects.mail_due().filter(pk=pk).select_for_update(skip_locked=True).first()
                if subscription:
                    subscription.send_mail()
        except (SMTPException, OSError) as error:
            logger.warning("The confirmation for subscription %d was not sent, it stays due: %s", pk, error)


@shared_task
def mirror_huggingface():
    """Take in today's rows of Hugging Face's feed, where the operator has switched mirroring on."""
    if not settings.MIRROR_HUGGINGFACE:
        return
    day = today()
    try:
        report = ingest(parse(Client(settings.HUGGINGFACE_URL).daily_papers(day), day=day), then=mirror.enter)
    except SourceError as error:
        logger.warning("Hugging Face's feed of %s was not fetched: %s", day, error)
        return
    logger.info("Hugging Face's feed of %s: %d new, %d changed", day, len(report.new), len(report.changed))
