"""What becomes of one delivery: what a reader gets, once, and who gets nothing."""

from datetime import timedelta

import psycopg
import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from feed.digest import Links, render
from feed.interest import Interest
from feed.models import Delivery, Digest, Subscription
from feed.periods import Week
from feed.planning import plan_period
from feed.sending import send
from feed.tasks import forget_deliveries
from papers.models import Paper
from tests.feed.deliveries import MONDAY, MORNING, headers_of, state_of

State = Delivery.State


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
