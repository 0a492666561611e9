"""Doorbells of the feed; the timetable in config/celery.py rings them too."""

import logging
import time
from datetime import timedelta
from smtplib import SMTPException

from anymail.exceptions import AnymailError
from celery import shared_task
from django.conf import settings
from django.db import transaction

from feed import planning, promotion, sending
from feed.mirroring import mirror_days
from feed.models import Delivery, Subscription

logger = logging.getLogger(__name__)

# A run ends well before its time limit; the timetable rings again.
ENOUGH = timedelta(minutes=10)


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
                subscription.note_mailed(how="on the list already" if subscription.is_confirmed else "a confirmation")
            except (AnymailError, SMTPException, OSError, ValueError) as error:
                logger.warning("The confirmation for subscription %d was not sent, it is put off: %s", pk, error)
                subscription.postpone_mail()


@shared_task
def plan_digests():
    """Promise the digests that are due, and ring for them to be sent."""
    if planning.plan():
        send_digests.ring()


@shared_task
def send_digests():
    """Send the digests that were promised."""
    sending.send()


@shared_task
def forget_deliveries():
    """Drop the rows of digests that were sent long ago."""
    Delivery.objects.forget()


@shared_task
def promote():
    """Take into today's feed what members have voted for in "All new"."""
    promotion.promote()


@shared_task
def mirror_huggingface():
    """Bring the mirrored days up to date, where the operator has switched mirroring on."""
    if settings.MIRROR_HUGGINGFACE:
        mirror_days()


@shared_task
def forget_unconfirmed():
    """Erase the addresses that nobody has confirmed."""
    Subscription.objects.forget_unconfirmed()
