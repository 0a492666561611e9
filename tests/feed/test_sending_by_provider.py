"""Digests handed to a provider's interface; Postmark's, as django-anymail speaks it, answered by a server of the test's own."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from werkzeug import Response

from feed.models import Delivery, Subscription
from feed.periods import Day
from feed.planning import plan_period
from feed.sending import send

MONDAY = Day(date(2026, 3, 2))
TAKEN = {
    "ErrorCode": 0,
    "Message": "OK",
    "MessageID": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817",
    "To": "reader@example.org",
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 3, 3, 8, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def postmark(httpserver, settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {
        "POSTMARK_SERVER_TOKEN": "secret",
        "POSTMARK_API_URL": httpserver.url_for("/"),
        "IGNORE_RECIPIENT_STATUS": True,
    }
    return httpserver


@pytest.fixture
def delivery(make_entry) -> Delivery:
    make_entry(MONDAY.start)
    subscription = Subscription.objects.create(email="reader@example.org", state="confirmed")
    plan_period(MONDAY)
    return subscription.deliveries.get()


def test_a_provider_is_told_which_delivery_it_is_and_how_to_leave(postmark, delivery):
    postmark.expect_request("/email").respond_with_json(TAKEN)
    assert send() == {"sent": 1}
    ((request, _),) = postmark.log
    sent = request.get_json()
    assert sent["To"] == "reader@example.org"
    assert sent["Metadata"] == {"delivery": delivery.hex_id}
    headers = {header["Name"]: header["Value"] for header in sent["Headers"]}
    assert headers["List-Unsubscribe"] == f"<{delivery.subscription.unsubscribe_link}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert delivery.subscription.manage_link in sent["TextBody"]


@pytest.mark.parametrize("status", [401, 402, 403, 429, 503])
def test_what_a_provider_would_say_to_all_lets_everything_wait(postmark, delivery, clock, status):
    postmark.expect_oneshot_request("/email").respond_with_json({"ErrorCode": 10, "Message": "No"}, status=status)
    assert send() == {}
    delivery.refresh_from_db()
    assert (delivery.state, delivery.failures) == ("pending", 0)
    postmark.expect_request("/email").respond_with_json(TAKEN)
    clock.shift(timedelta(minutes=5))
    assert send() == {"sent": 1}


def test_what_a_provider_refuses_of_one_mail_is_not_tried_again(postmark, delivery):
    postmark.expect_request("/email").respond_with_json({"ErrorCode": 300, "Message": "Odd"}, status=422)
    assert send() == {"failed": 1}
    delivery.refresh_from_db()
    assert not delivery.is_lost


@pytest.mark.parametrize("answer", [Response("Oops", 500), Response("Oops", 200)], ids=["broken", "nonsense"])
def test_a_provider_that_breaks_over_a_mail_may_have_sent_it(postmark, delivery, clock, answer):
    postmark.expect_request("/email").respond_with_response(answer)
    assert send() == {"failed": 1}
    delivery.refresh_from_db()
    assert delivery.is_lost
    clock.shift(timedelta(days=1))
    assert send() == {}
