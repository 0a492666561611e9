"""What becomes of deliveries whatever a real mail server says or does."""

from datetime import timedelta

import pytest

from feed import relay
from feed.models import Delivery, Digest, Subscription
from feed.sending import send
from tests.feed.deliveries import MONDAY, headers_of, state_of
from tests.mail_server import HANG_UP


def test_a_message_keeps_its_name_when_it_is_tried_again(smtp, delivery, clock):
    smtp.answers["DATA"] = ["451 Later"]
    name = delivery.message_id
    send()
    clock.shift(timedelta(minutes=4))
    send()
    assert headers_of(smtp)["Message-ID"] == name


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_what_is_refused_for_now_is_tried_again_later(smtp, delivery, clock, step):
    smtp.answers[step] = ["452 4.3.1 Disk full"]
    assert send() == {"pending": 1}
    assert send() == {}
    assert state_of(delivery) == "pending"
    assert delivery.reason == "452 4.3.1 Disk full"
    clock.shift(timedelta(minutes=4))
    assert send() == {"sent": 1}


def test_what_is_always_refused_is_given_up(smtp, delivery, clock):
    smtp.answers["DATA"] = ["451 Later"] * 20
    for _ in range(20):
        send()
        clock.shift(timedelta(hours=18))
    assert state_of(delivery) == "failed"
    assert len(smtp.answers["DATA"]) == 20 - 1 - Delivery.MOST_FAILURES
    assert not delivery.is_lost


def test_an_address_that_is_refused_for_good_bounces_and_is_written_to_no_more(smtp, delivery):
    smtp.answers["RCPT"] = ["550 5.1.1 No such user"]
    assert send() == {"bounced": 1}
    assert state_of(delivery) == "bounced"
    assert Subscription.objects.get().state == "stopped"
    assert send() == {}


@pytest.mark.parametrize(
    "reply",
    [
        "550 relay not permitted",
        "550 Relaying denied",
        "553 not in my rcpthosts",
        "550 5.1.0 Sender rejected",
        "530 5.7.0 Sign in",
    ],
)
def test_what_the_server_has_against_the_site_stops_nobody(smtp, delivery, reply):
    smtp.answers["RCPT"] = [reply]
    assert send() == {"failed": 1}
    assert Subscription.objects.get().is_confirmed


def test_a_server_that_refuses_every_address_is_not_believed(smtp, subscribe, clock, caplog):
    for number in range(12):
        subscribe(f"reader-{number}@example.org")
    smtp.answers["RCPT"] = ["550 5.1.1 No such user"] * 12
    assert send() == {}
    assert "refuses every address" in caplog.text
    assert set(Delivery.objects.values_list("state", "failures")) == {("pending", 0)}
    assert Subscription.objects.filter(state="confirmed").count() == 12
    smtp.answers["RCPT"].clear()
    clock.shift(timedelta(minutes=1))
    assert send() == {"sent": 12}


def test_addresses_refused_before_one_is_taken_are_refused(smtp, subscribe):
    for number in range(4):
        subscribe(f"reader-{number}@example.org")
    smtp.answers["RCPT"] = ["550 5.1.1 No such user"] * 3
    assert send() == {"bounced": 3, "sent": 1}


def test_an_innocent_one_on_a_connection_that_ends_is_not_charged(smtp, subscribe, clock):
    first, second = subscribe("first@example.org"), subscribe("second@example.org")
    smtp.answers["MAIL"] = ["250 OK", "421 One message each"]
    assert send() == {"sent": 1}
    assert (state_of(second), second.failures) == ("pending", 0)
    clock.shift(timedelta(minutes=1))
    assert send() == {"sent": 1}
    assert state_of(first) == "sent"


def test_after_a_message_that_may_be_lost_the_server_is_left_alone(smtp, subscribe, clock):
    for number in range(5):
        subscribe(f"reader-{number}@example.org")
    smtp.answers["DATA"] = [HANG_UP] * 5
    assert send() == {"failed": 1}
    assert send() == {}
    assert Delivery.objects.filter(state="pending", failures=0).count() == 4


def test_a_digest_that_can_not_be_made_keeps_no_other_waiting(smtp, subscribe, clock, caplog):
    broken = subscribe("broken@example.org")
    other = Digest.objects.create(kind="day", first_day=MONDAY.start, key="x", paper_count=1, papers=[{"id": 0}])
    Delivery.objects.filter(pk=broken.pk).update(digest=other)
    subscribe("reader@example.org")
    assert send() == {"pending": 1, "sent": 1}
    assert "can't be made into a mail" in caplog.text
    assert state_of(broken) == "pending"


def test_a_message_that_is_refused_for_good_is_not_tried_again(smtp, delivery, clock):
    smtp.answers["DATA"] = ["554 5.6.0 We don't like it"]
    assert send() == {"failed": 1}
    clock.shift(timedelta(days=1))
    assert send() == {}
    # That is not the address's fault.
    assert Subscription.objects.get().is_confirmed


def test_a_sender_that_is_refused_keeps_everything_waiting(smtp, delivery, clock, caplog):
    smtp.answers["MAIL"] = ["550 5.7.1 Not from you"]
    assert send() == {}
    assert "takes nothing from papers@localhost: 550 5.7.1 Not from you" in caplog.text
    assert state_of(delivery) == "pending"
    clock.shift(timedelta(minutes=1))
    assert send() == {"sent": 1}


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_line_that_breaks_before_the_message_loses_nothing(smtp, delivery, clock, step):
    smtp.answers[step] = [HANG_UP]
    send()
    assert state_of(delivery) == "pending"
    clock.shift(timedelta(minutes=5))
    assert send() == {"sent": 1}


def test_a_line_that_breaks_after_the_message_is_written_down_and_nothing_is_repeated(smtp, delivery, clock, caplog):
    smtp.answers["DATA"] = [HANG_UP]
    assert send() == {"failed": 1}
    assert "may or may not have arrived" in caplog.text
    assert state_of(delivery) == "failed"
    assert delivery.is_lost
    clock.shift(timedelta(days=1))
    assert send() == {}


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(smtp, delivery, monkeypatch):
    monkeypatch.setattr(relay, "PATIENCE", 0.1)
    smtp.answers["DATA"] = ["wait 0.5"]
    assert send() == {"failed": 1}
    assert state_of(delivery) == "failed"
    assert delivery.is_lost


def test_after_a_break_the_others_go_on_a_new_connection(smtp, subscribe):
    subscribe("first@example.org")
    second = subscribe("second@example.org")
    third = subscribe("third@example.org")
    smtp.answers["RCPT"] = ["250 OK", "421 Too many", "250 OK"]
    send()
    assert [recipients for recipients, _ in smtp.taken] == [["first@example.org"], ["third@example.org"]]
    assert state_of(second) == "pending"
    assert state_of(third) == "sent"


def test_without_a_mail_server_everything_waits(smtp, settings, delivery, clock, caplog):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    assert send() == {}
    assert "can't be reached" in caplog.text
    assert (state_of(delivery), delivery.failures) == ("pending", 0)
    settings.EMAIL_PORT = port
    clock.shift(timedelta(minutes=1))
    assert send() == {"sent": 1}


def test_while_a_provider_cannot_be_reached_nothing_is_lost(delivery, settings, clock):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "secret", "POSTMARK_API_URL": "http://127.0.0.1:9/"}
    assert send() == {}
    assert (state_of(delivery), delivery.is_lost) == ("pending", False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.shift(timedelta(minutes=5))
    assert send() == {"sent": 1}
