"""What becomes of one delivery, whatever a real mail server says to it."""

import email
import email.policy
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client

from feed import relay
from feed.digest import Links, render
from feed.interest import Interest
from feed.models import Delivery, Digest, Subscription
from feed.periods import Day, Week
from feed.planning import plan_period
from feed.sending import send
from feed.tasks import forget_deliveries
from papers.models import Paper
from tests.mail_server import HANG_UP, Server

MONDAY = Day(date(2026, 3, 2))
MORNING = datetime(2026, 3, 3, 8, tzinfo=UTC)
State = Delivery.State


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def entry(clock, make_entry):
    return make_entry(MONDAY.start, upvotes=7)


@pytest.fixture
def subscribe(db, entry):
    """Confirm a subscription, and promise it Monday's digest."""

    def subscribe(address: str = "reader@example.org", **more) -> Delivery:
        subscription = Subscription.objects.create(email=address, state="confirmed", **more)
        plan_period(MONDAY)
        return subscription.deliveries.get()

    return subscribe


@pytest.fixture
def delivery(subscribe) -> Delivery:
    return subscribe()


def state_of(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def headers_of(server: Server) -> email.message.EmailMessage:
    ((_, text),) = server.taken
    return email.message_from_string(text, policy=email.policy.strict)


def test_a_digest_is_sent_once_however_often_it_is_asked_for(smtp, delivery):
    assert send() == {"sent": 1}
    assert send() == {}
    assert [recipients for recipients, _ in smtp.taken] == [["reader@example.org"]]
    assert state_of(delivery) == "sent"
    assert delivery.sending_at == delivery.finished_at == MORNING


def test_the_message_says_how_to_leave_as_rfc_8058_wants_it(smtp, delivery):
    send()
    message = headers_of(smtp)
    assert message["List-Unsubscribe"] == f"<{delivery.subscription.unsubscribe_link}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Id"] == '"Daily Papers" <digest.localhost>'
    assert message["To"] == "reader@example.org"
    assert message["Message-ID"] == delivery.message_id
    assert Client(enforce_csrf_checks=True).post(message["List-Unsubscribe"].strip("<>")).status_code == 200
    assert Subscription.objects.get().state == "unsubscribed"


def test_no_link_in_a_header_is_folded_or_encoded(smtp, delivery):
    send()
    ((_, text),) = smtp.taken
    assert f"\r\nList-Unsubscribe: <{delivery.subscription.unsubscribe_link}>\r\n" in text


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


def test_what_is_promised_while_a_run_goes_on_is_counted(smtp, subscribe, make_entry):
    subscribe()
    week = Week(MONDAY.start - timedelta(7))
    make_entry(week.start)

    def promise_more() -> None:
        if not Digest.objects.filter(kind="week").exists():
            Subscription.objects.create(email="weekly@example.org", state="confirmed", rhythm="weekly")
            plan_period(week)

    assert send(tell=promise_more) == {"sent": 2}
    assert set(Digest.objects.values_list("kind", "sent_count")) == {("day", 1), ("week", 1)}


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


def test_a_sender_that_died_with_one_in_hand_leaves_it_to_nobody(smtp, delivery, clock, caplog):
    assert Delivery.objects.reserve(1)[0].begin()
    clock.shift(timedelta(minutes=11))
    assert send() == {}
    assert "their sender was stopped" in caplog.text
    assert state_of(delivery) == "failed"
    assert delivery.is_lost


def test_a_sender_that_died_with_a_batch_leaves_it_to_the_next_within_a_minute(smtp, delivery, clock):
    Delivery.objects.reserve(10)
    assert send() == {}
    clock.shift(timedelta(minutes=1))
    assert send() == {"sent": 1}


def test_who_dawdles_with_a_batch_may_not_send_what_another_has_by_now(delivery, clock):
    (mine,) = Delivery.objects.reserve(1)
    clock.shift(timedelta(minutes=1))
    (theirs,) = Delivery.objects.reserve(1)
    assert not mine.begin()
    assert mine.let_go() == "pending"
    assert theirs.begin()


def test_who_dawdles_changes_nothing_of_what_another_is_sending(delivery, clock):
    (mine,) = Delivery.objects.reserve(1)
    clock.shift(timedelta(minutes=1))
    (theirs,) = Delivery.objects.reserve(1)
    assert theirs.begin()
    clock.shift(timedelta(seconds=1))
    mine.put_off("451 Later")
    mine.finish(State.FAILED, "No")
    assert state_of(delivery) == "sending"
    theirs.finish(State.SENT)
    assert state_of(delivery) == "sent"


def test_who_leaves_after_the_batch_was_reserved_gets_nothing(delivery):
    (reserved,) = Delivery.objects.reserve(1)
    Subscription.objects.get().unsubscribe()
    assert not reserved.begin()
    assert reserved.let_go() == "skipped"
    assert state_of(delivery) == "skipped"


def test_who_has_left_gets_nothing(smtp, delivery):
    delivery.subscription.unsubscribe()
    assert send() == {"skipped": 1}
    assert smtp.taken == []


def test_an_address_that_was_deleted_gets_nothing_and_is_counted(smtp, delivery):
    delivery.subscription.delete()
    assert send() == {"skipped": 1}
    assert Delivery.objects.get().subscription is None


def test_a_day_that_is_no_news_any_more_is_left_out(smtp, delivery, clock):
    Delivery.objects.update(expires_at=MORNING + timedelta(hours=40))
    clock.shift(timedelta(hours=41))
    assert send() == {}
    assert state_of(delivery) == "skipped"


def test_what_is_hidden_between_two_batches_is_not_in_the_second(smtp, subscribe, make_entry):
    make_entry(MONDAY.start, upvotes=3)
    subscribe("first@example.org")
    send()
    Paper.objects.filter(mirrored_upvote_count=7).hide()
    subscribe("second@example.org")
    send()
    first, second = (text for _, text in smtp.taken)
    assert "2 papers" in first
    assert "One paper" in second


def test_where_all_is_hidden_nobody_gets_an_empty_mail(smtp, delivery, entry):
    Paper.objects.hide()
    assert send() == {"skipped": 1}


def test_it_is_marked_as_being_sent_before_the_server_hears_of_it(smtp, delivery, transactional_db):
    seen = []
    take = smtp.handle_DATA

    async def look(server, session, envelope):
        given = connection.get_connection_params()
        known = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}
        with psycopg.connect(**known, autocommit=True) as other:
            seen.append(other.execute("select state from feed_delivery").fetchone())
        return await take(server, session, envelope)

    smtp.handle_DATA = look
    send()
    assert seen == [("sending",)]


@pytest.mark.parametrize(
    ("address", "written"),
    [("ada@bücher.example", "ada@xn--bcher-kva.example"), ("ada@例え.jp", "ada@xn--r8jz45g.jp")],
)
def test_an_internationalised_domain_is_written_in_ascii(smtp, subscribe, address, written):
    subscribe(address)
    assert send() == {"sent": 1}
    assert smtp.taken[0][0] == [written]
    assert headers_of(smtp)["To"] == written


@pytest.mark.parametrize(
    "address",
    [
        "ada@example.org\nBcc: eve@example.org",
        "ada@example.org\r\n.\r\nMAIL FROM:<eve@example.org>",
        "ada@example.org, eve@example.org",
        "ada@example.org> NOTIFY=SUCCESS",
        "ädä@example.org",
        "=?utf-8?q?ada=0aBcc:_eve?=@example.org",
        "@example.org",
    ],
)
def test_an_address_that_is_none_is_never_sent_raw(smtp, subscribe, address):
    delivery = subscribe(address)
    assert send() == {"failed": 1}
    assert smtp.taken == []
    assert smtp.senders == []
    assert delivery.subscription.email[:3] in Delivery.objects.get().reason


def test_lines_that_begin_with_a_period_arrive_as_they_are(smtp, clock, make_entry, make_paper, subscribe):
    # Encoded, it is cut into lines of 75 periods.
    make_entry(MONDAY.start, paper=make_paper(title="." * 230), upvotes=9)
    delivery = subscribe()
    send()
    assert "\r\n." in smtp.taken[0][1]
    page = render(delivery.digest).for_reader(Links.of(delivery.subscription)).html
    assert headers_of(smtp).get_body(("html",)).get_content().splitlines() == page.splitlines()


def test_a_backend_that_is_not_smtp_gets_djangos_messages(delivery):
    assert send() == {"sent": 1}
    (message,) = mail.outbox
    assert message.to == ["reader@example.org"]
    assert message.extra_headers["Message-ID"] == delivery.message_id
    assert delivery.subscription.manage_link in message.body
    assert delivery.subscription.manage_link.replace("&", "&amp;") in message.alternatives[0].content


def test_while_a_provider_cannot_be_reached_nothing_is_lost(delivery, settings, clock):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "secret", "POSTMARK_API_URL": "http://127.0.0.1:9/"}
    assert send() == {}
    assert (state_of(delivery), delivery.is_lost) == ("pending", False)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    clock.shift(timedelta(minutes=5))
    assert send() == {"sent": 1}


def test_readers_of_one_digest_stand_together_in_a_batch(subscribe, make_paper, make_entry):
    ones = [subscribe(f"{number}@example.org") for number in range(4)]
    other = Digest.objects.create(kind="day", first_day=MONDAY.start, key="x", paper_count=1, papers=[{"entry": 0}])
    for delivery in ones[::2]:
        Delivery.objects.filter(pk=delivery.pk).update(digest=other)
    batch = Delivery.objects.reserve(3)
    assert [each.digest_id for each in batch] == sorted(each.digest_id for each in batch)
    assert len({each.digest_id for each in batch[:2]}) == 1


def test_half_a_year_later_the_rows_are_forgotten_and_their_numbers_stay(delivery, clock):
    send()
    clock.shift(timedelta(days=179))
    forget_deliveries()
    assert Delivery.objects.exists()
    clock.shift(timedelta(days=3))
    forget_deliveries()
    assert not Delivery.objects.exists()
    assert Digest.objects.get().sent_count == 1


def test_what_nobody_knows_the_readers_of_is_not_sent_by_hand(delivery, clock):
    clock.shift(timedelta(days=182))
    with pytest.raises(ValueError, match="too long ago"):
        plan_period(MONDAY)


def test_half_a_year_later_nobody_can_tell_who_narrowed_a_digest_to_what(subscribe, clock, make_entry, make_paper):
    make_entry(MONDAY.start, paper=make_paper(category="cs.CV"))
    whole = subscribe("all@example.org")
    only = Digest.objects.compose(MONDAY, Interest.of(categories=["cs.CV"]))
    Delivery.objects.create(subscription=None, digest=only, period="2026-03-02", state="failed")
    send()
    clock.shift(timedelta(days=190))
    forget_deliveries()
    digest = Digest.objects.get()
    assert digest == whole.digest
    assert (digest.interest, digest.sent_count, digest.failed_count) == ({}, 1, 1)


@pytest.mark.parametrize(
    ("name", "written"), [("Daily, Papers", '"Daily, Papers" <digest.localhost>'), ("Über", "<digest.localhost>")]
)
def test_the_list_is_named_as_programs_read_it(smtp, delivery, settings, name, written):
    settings.SITE_NAME = name
    send()
    assert headers_of(smtp)["List-Id"] == written
