"""Providers of mail say by webhooks what became of ours: each in its own way, and only those who know the secret."""

import hashlib
import hmac
import time
from base64 import b64encode
from importlib.util import find_spec, module_from_spec

import pytest
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.test import Client
from django.urls import get_resolver, reverse

from feed import webhooks
from tests.feed.deliveries import reader, sent

pytestmark = pytest.mark.django_db
SECRET = "anymail:correct-horse-battery"
SIGNING_KEY = "key-c0ffee"


@pytest.fixture
def delivery():
    return sent(reader())


@pytest.fixture
def _webhooks(settings):
    """The site of an operator who has set the secret: the map of addresses is read again."""
    settings.ANYMAIL_WEBHOOK_SECRET = SECRET
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    spec = find_spec("config.urls")
    urls = module_from_spec(spec)
    spec.loader.exec_module(urls)
    settings.ROOT_URLCONF = urls


def post(provider: str, data: dict, secret: str = SECRET):
    # A browser's protections are on, as they are for everyone.
    return Client(enforce_csrf_checks=True).post(
        reverse(f"anymail:{provider}_tracking_webhook"),
        data,
        content_type="application/json",
        headers={"Authorization": "Basic " + b64encode(secret.encode()).decode()},
    )


def postmark(delivery, **more) -> dict:
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 42,
        "MessageID": "00000000-0000-4000-8000-000000000001",
        "Metadata": {"delivery": delivery.hex_id},
        "Description": "Nobody of this name is there.",
        "Details": "smtp;550 5.1.1 nobody is here",
        "Email": "reader@example.org",
        "BouncedAt": "2026-01-06T08:00:09Z",
        **more,
    }


def mailgun(delivery, key: str = SIGNING_KEY, **more) -> dict:
    stamp, token = str(int(time.time())), "0" * 50
    return {
        "signature": {
            "timestamp": stamp,
            "token": token,
            "signature": hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest(),
        },
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "timestamp": 1767686409.5,
            "recipient": "reader@example.org",
            "message": {"headers": {"message-id": delivery.message_id.strip("<>"), "to": "reader@example.org"}},
            "delivery-status": {"code": 550, "message": "550 5.1.1 nobody is here"},
            "user-variables": {},
            **more,
        },
    }


def states(delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.subscription.state


@pytest.mark.usefixtures("_webhooks")
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, ("bounced", "stopped")),
        ({"Type": "SoftBounce", "Details": "smtp;552 5.2.2 mailbox full"}, ("bounced", "confirmed")),
        ({"Type": "SoftBounce", "Details": "no code"}, ("bounced", "confirmed")),
        ({"Details": "no code"}, ("bounced", "stopped")),
        ({"Type": "Transient"}, ("sent", "confirmed")),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, ("sent", "unsubscribed")),
        ({"Type": "BadEmailAddress"}, ("bounced", "stopped")),
        ({"Type": "Blocked"}, ("failed", "confirmed")),
        (
            {"RecordType": "SubscriptionChange", "SuppressSending": True, "SuppressionReason": "ManualSuppression"},
            ("sent", "unsubscribed"),
        ),
        ({"RecordType": "Delivery"}, ("sent", "confirmed")),
    ],
    ids=["hard", "full", "soft", "its word", "deferred", "spam", "invalid", "blocked", "left", "delivered"],
)
def test_postmark_is_understood(delivery, data, expected):
    assert post("postmark", postmark(delivery, **data)).status_code == 200
    assert states(delivery) == expected


@pytest.mark.usefixtures("_webhooks")
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, ("bounced", "stopped")),
        ({"delivery-status": {"code": 605, "message": "", "description": "Not tried again"}}, ("bounced", "stopped")),
        ({"delivery-status": {"code": 550, "message": "550 5.7.1 not wanted"}}, ("failed", "confirmed")),
        ({"severity": "temporary"}, ("sent", "confirmed")),
        ({"event": "complained"}, ("sent", "unsubscribed")),
        ({"event": "unsubscribed"}, ("sent", "unsubscribed")),
        ({"event": "rejected", "reason": None, "reject": {"reason": "no credit"}}, ("failed", "confirmed")),
    ],
    ids=["hard", "suppressed", "policy", "temporary", "complained", "left", "rejected"],
)
def test_mailgun_is_understood(delivery, data, expected):
    assert post("mailgun", mailgun(delivery, **data)).status_code == 200
    assert states(delivery) == expected


@pytest.mark.usefixtures("_webhooks")
def test_the_third_soft_bounce_stops_the_address(delivery):
    for each in (delivery, sent(delivery.subscription), sent(delivery.subscription)):
        post("postmark", postmark(each, Type="SoftBounce", Details="smtp;552 5.2.2 mailbox full"))
    assert states(delivery) == ("bounced", "stopped")


@pytest.mark.usefixtures("_webhooks")
def test_an_event_that_comes_twice_counts_once(delivery):
    for _ in range(3):
        post("postmark", postmark(delivery, Type="SoftBounce", Details="smtp;552 5.2.2 mailbox full"))
    assert states(delivery) == ("bounced", "confirmed")


@pytest.mark.usefixtures("_webhooks")
def test_who_does_not_know_the_secret_is_refused(delivery):
    assert post("postmark", postmark(delivery), secret="anymail:a-guess").status_code == 400
    assert states(delivery) == ("sent", "confirmed")


@pytest.mark.usefixtures("_webhooks")
def test_who_signs_with_another_key_is_refused(delivery):
    assert post("mailgun", mailgun(delivery, key="key-another")).status_code == 400
    assert states(delivery) == ("sent", "confirmed")


@pytest.mark.usefixtures("_webhooks")
@pytest.mark.parametrize("metadata", [{}, {"delivery": "f" * 24}, None, ["delivery"]])
def test_an_event_about_other_mail_is_taken_and_changes_nothing(delivery, metadata):
    assert post("mailgun", mailgun(delivery, message={}, **{"user-variables": metadata})).status_code == 200
    assert states(delivery) == ("sent", "confirmed")


@pytest.mark.usefixtures("_webhooks")
def test_only_webhooks_join_the_addresses_that_need_no_csrf_token():
    (added,) = [pattern for pattern in get_resolver().url_patterns if getattr(pattern, "namespace", "") == "anymail"]
    assert all(pattern.callback.csrf_exempt for pattern in added.url_patterns)


def test_without_a_secret_there_are_no_webhooks(client):
    assert client.post("/anymail/postmark/tracking/", {}, content_type="application/json").status_code == 404


def hear(delivery, esp_name: str, event_type: str = EventType.BOUNCED, **more) -> tuple[str, str]:
    """What became of a delivery and its subscription after this event, which names it by its metadata."""
    event = AnymailTrackingEvent(event_type=event_type, **{"metadata": {"delivery": delivery.hex_id}, **more})
    webhooks.hear(None, event, esp_name)
    return states(delivery)


@pytest.mark.parametrize(
    ("esp_name", "hard", "soft"),
    [
        ("Amazon SES", {"bounce": {"bounceType": "Permanent"}}, {"bounce": {"bounceType": "Transient"}}),
        ("Brevo", {"event": "hard_bounce"}, {"event": "soft_bounce"}),
        ("MailerSend", {"data": {"type": "activity.hard_bounced"}}, {"data": {"type": "activity.soft_bounced"}}),
        ("Mailjet", {"hard_bounce": True}, {"hard_bounce": False}),
        ("Mandrill", {"event": "hard_bounce"}, {"event": "soft_bounce"}),
        ("Resend", {"data": {"bounce": {"type": "Permanent"}}}, {"data": {"bounce": "odd"}}),
        ("Unisender Go", {"status": "hard_bounced"}, {}),
    ],
)
def test_without_a_code_the_providers_own_word_counts(delivery, esp_name, hard, soft):
    assert hear(delivery, esp_name, esp_event=soft) == ("bounced", "confirmed")
    assert hear(sent(delivery.subscription), esp_name, esp_event=hard) == ("bounced", "stopped")


def test_a_provider_whose_word_is_not_known_stops_nobody_at_once(delivery):
    assert hear(delivery, "Another", esp_event={"type": "bounce"}) == ("bounced", "confirmed")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (RejectReason.INVALID, ("bounced", "stopped")),
        (RejectReason.BOUNCED, ("bounced", "stopped")),
        (RejectReason.TIMED_OUT, ("bounced", "confirmed")),
        (RejectReason.SPAM, ("sent", "unsubscribed")),
        (RejectReason.UNSUBSCRIBED, ("sent", "unsubscribed")),
        (RejectReason.BLOCKED, ("failed", "confirmed")),
        (RejectReason.OTHER, ("failed", "confirmed")),
        (None, ("failed", "confirmed")),
    ],
)
def test_what_a_provider_will_not_send_is_held_against_an_address_only_for_the_address(delivery, reason, expected):
    assert hear(delivery, "Another", EventType.REJECTED, reject_reason=reason) == expected


def test_what_a_provider_could_not_send_is_no_fault_of_the_address(delivery):
    assert hear(delivery, "Another", EventType.FAILED, description="no credit") == ("failed", "confirmed")
    assert delivery.reason == "Another: no credit"


@pytest.mark.parametrize(
    "event",
    [
        {"message_id": "<{}@127.0.0.1>"},
        {"esp_event": {"mail": {"headers": [{"name": "Message-ID", "value": "<{}@papers.example.org>"}]}}},
        {"esp_event": {"mail": {"source": "bounces+{}@papers.example.org"}}},
        {"message_id": "<65f0c0ffee00c0ffee00c0ff@provider.example>", "esp_event": {"CustomID": "{}"}},
    ],
    ids=["message id", "header", "envelope", "elsewhere"],
)
def test_a_mail_is_known_wherever_a_provider_repeats_its_name(delivery, event):
    def named(value):
        if isinstance(value, dict):
            return {name: named(it) for name, it in value.items()}
        return [named(it) for it in value] if isinstance(value, list) else value.replace("{}", delivery.hex_id)

    assert hear(delivery, "Another", EventType.COMPLAINED, metadata={}, **named(event)) == ("sent", "unsubscribed")
