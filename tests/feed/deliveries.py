"""Readers who were sent a digest."""

import email
import email.policy
from datetime import UTC, date, datetime, timedelta
from itertools import count

from django.utils import timezone

from feed.models import Delivery, Digest, Subscription
from feed.periods import Day
from tests.mail_server import Server

DAY = date(2026, 1, 5)
MONDAY = Day(date(2026, 3, 2))
MORNING = datetime(2026, 3, 3, 8, tzinfo=UTC)
_numbers = count()


def reader(email: str = "reader@example.org") -> Subscription:
    """Someone who has asked for the digest, and confirmed it."""
    subscription = Subscription.objects.ask(email=email, rhythm="daily")
    subscription.confirm()
    return subscription


def sent(subscription: Subscription, digest: Digest | None = None, **more) -> Delivery:
    """A digest that was sent to this reader, each time another unless one is given."""
    if digest is None:
        day = DAY + timedelta(days=next(_numbers))
        digest = Digest.objects.create(kind="day", first_day=day, paper_count=1, papers=[{"entry": 1}])
    now = timezone.now()
    fields = {"state": Delivery.State.SENT, "sending_at": now, "finished_at": now, "period": digest.period.slug, **more}
    return Delivery.objects.create(digest=digest, subscription=subscription, **fields)


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def headers_of(server: Server) -> email.message.EmailMessage:
    ((_, text),) = server.taken
    return email.message_from_string(text, policy=email.policy.strict)
