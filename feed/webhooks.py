"""What a provider of mail says by its webhooks became of ours; django-anymail reads each provider's own way to say it."""

import logging
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from feed.models import Delivery
from feed.reports import HEX_ID, News, one_line, verdict

logger = logging.getLogger(__name__)

# Of the others nothing follows: sent, delivered, deferred (and tried again), opened.
HEARD = {
    EventType.BOUNCED,
    EventType.COMPLAINED,
    EventType.FAILED,
    EventType.REJECTED,
    EventType.UNSUBSCRIBED,
}
# Where a provider says whether a bounce is for good, and how: django-anymail leaves this as it came.
FOR_GOOD: dict[str, tuple[tuple[str, ...], object]] = {
    "Amazon SES": (("bounce", "bounceType"), "Permanent"),
    "Brevo": (("event",), "hard_bounce"),
    "MailerSend": (("data", "type"), "activity.hard_bounced"),
    "Mailgun": (("event-data", "severity"), "permanent"),
    "Mailjet": (("hard_bounce",), True),
    "Mailtrap": (("event",), "bounce"),
    "Mandrill": (("event",), "hard_bounce"),
    "Postmark": (("Type",), "HardBounce"),
    "Resend": (("data", "bounce", "type"), "Permanent"),
    "Unisender Go": (("status",), "hard_bounced"),
}


def hear(sender: object, event: AnymailTrackingEvent, esp_name: str, **kwargs: object) -> None:
    """Do to a digest's delivery what an event says of it. Of other mail, and of what changes nothing, nothing is done.

    The view that calls this has checked that it is the provider who speaks.
    """
    if event.event_type not in HEARD:
        return
    delivery = _delivery(event)
    reason = one_line(
        f"{esp_name}: {event.mta_response or event.description or event.reject_reason or event.event_type}"
    )
    logger.info(
        "provider=%s event=%s delivery=%s reason=%r", esp_name, event.event_type, delivery and delivery.pk, reason
    )
    if delivery is None:
        return
    delivery.hear(_news(event, esp_name), reason)


def _news(event: AnymailTrackingEvent, esp_name: str) -> News:
    match event.event_type, event.reject_reason:
        case (EventType.COMPLAINED, _) | (EventType.REJECTED, RejectReason.SPAM):
            return News.COMPLAINT
        case (EventType.UNSUBSCRIBED, _) | (EventType.REJECTED, RejectReason.UNSUBSCRIBED):
            return News.LEFT
        case EventType.BOUNCED, _:
            return _bounce(event, esp_name)
        case EventType.REJECTED, RejectReason.INVALID | RejectReason.BOUNCED:
            # The provider knows the address to be none, or has a list of those, and will not try it again.
            return News.HARD
        case EventType.REJECTED, RejectReason.TIMED_OUT:
            return News.SOFT
    # The provider would not or could not send it, whoever it was to: an unpaid bill must not stop all readers.
    return News.REFUSAL


def _delivery(event: AnymailTrackingEvent) -> Delivery | None:
    """The delivery whose hex id stands anywhere in what the provider repeats to us of the mail.

    That is our Message-ID, the envelope's sender or the metadata that we sent along: each provider has some of these, at
    places of its own. Other things may look like a hex id, so all that do are looked for, in one query.
    """
    said = f"{event.metadata} {event.message_id} {event.esp_event}"
    return Delivery.objects.named({found.lower() for found in HEX_ID.findall(said)})


def _bounce(event: AnymailTrackingEvent, esp_name: str) -> News:
    if event.reject_reason == RejectReason.INVALID:
        return News.HARD
    # What the reader's server said counts for more than what became of it at the provider's.
    if by_code := verdict("", str(event.mta_response or "")):
        return by_code
    path, word = FOR_GOOD.get(esp_name, ((), None))
    said: Any = event.esp_event
    for name in path:
        said = said.get(name) if isinstance(said, dict) else None
    return News.HARD if path and said == word else News.SOFT
