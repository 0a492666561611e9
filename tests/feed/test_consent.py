"""The record of consent: each act once, what it was for, and after deletion nothing that leads to anybody."""

import importlib
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.apps import apps
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feed.interest import Interest
from feed.models import Consent, Delivery, Digest, Subscription
from feed.periods import Day
from feed.tasks import forget_unconfirmed, send_confirmations

MONDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)
VISION = Interest.of(categories=["cs.CV"])


@pytest.fixture
def subscription(db):
    return Subscription.objects.ask(
        email="reader@example.org", rhythm="weekly", how="the form on /papers", ip_address="192.0.2.1"
    )


def acts(subscription=None) -> list[str]:
    record = subscription.consents if subscription else Consent.objects
    return list(record.values_list("act", flat=True))


def at(moment):
    return time_machine.travel(moment, tick=False)


def test_each_act_is_written_down_with_what_it_was_for(subscription):
    send_confirmations()
    subscription.confirm(how="the button on the mail's page", ip_address="2001:db8::1")
    subscription.prefer(rhythm="daily", time_zone="", interest=VISION, how="the preferences page")
    subscription.unsubscribe(how="one click in the mail program")
    rows = list(subscription.consents.values_list("act", "how", "ip_address", "step", "wish"))
    asked = {"rhythm": "weekly", "time_zone": "", "interest": {}}
    assert rows == [
        ("asked", "the form on /papers", "192.0.2.1", 0, {"rhythm": "weekly"}),
        ("mailed", "a confirmation", None, 0, {}),
        ("confirmed", "the button on the mail's page", "2001:db8::1", 1, asked),
        ("changed", "the preferences page", None, 0, {**asked, "rhythm": "daily", "interest": VISION.stored}),
        ("unsubscribed", "one click in the mail program", None, -1, {}),
    ]


def test_what_changes_nothing_is_not_written_down(subscription):
    subscription.confirm()
    subscription.confirm()
    subscription.prefer(rhythm="weekly", time_zone="", interest=Interest())
    subscription.unsubscribe()
    subscription.unsubscribe()
    subscription.complain()
    subscription.confirm()
    subscription.bounce(is_hard=True)
    assert acts(subscription) == ["asked", "confirmed", "unsubscribed"]


def test_asking_in_a_row_is_written_down_once(subscription):
    for rhythm in ("daily", "weekly", "daily"):
        Subscription.objects.ask(email=subscription.email, rhythm=rhythm)
    assert acts(subscription) == ["asked"]


def test_who_calls_a_digest_junk_has_left(subscription):
    subscription.confirm()
    subscription.complain()
    assert subscription.state == "unsubscribed"
    assert subscription.unsubscribed_at
    assert acts(subscription) == ["asked", "confirmed", "complained"]


def test_an_address_whose_mail_comes_back_is_stopped_with_the_reason(subscription):
    subscription.confirm()
    for _ in range(3):
        subscription.bounce(is_hard=False)
    stopped = subscription.consents.last()
    assert (stopped.act, stopped.step, stopped.how) == ("stopped", -1, "3 mails came back")


def test_to_an_address_that_was_stopped_no_mail_that_waits_is_sent(subscription):
    subscription.confirm()
    assert subscription.mail_due_at
    subscription.bounce(is_hard=True)
    send_confirmations()
    assert not mail.outbox


@pytest.mark.django_db(transaction=True)
def test_of_two_presses_at_once_one_is_written_down(subscription):
    start = threading.Barrier(2)

    def press():
        mine = Subscription.objects.get()
        start.wait()
        mine.confirm()
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert acts(subscription) == ["asked", "confirmed"]
    assert Consent.objects.per_day()[0]["subscribers"] == 1


def test_a_stranger_who_asks_for_a_confirmed_address_is_not_traced_in_its_record(subscription):
    subscription.confirm()
    Subscription.objects.filter(pk=subscription.pk).update(mail_due_at=None)
    Subscription.objects.ask(email=subscription.email, rhythm="daily", ip_address="203.0.113.9")
    assert acts(subscription) == ["asked", "confirmed", "asked"]
    assert subscription.consents.last().ip_address is None


def test_what_can_not_be_written_down_does_not_happen(subscription):
    with pytest.raises(ValueError, match="nowhere"):
        subscription.confirm(ip_address="nowhere")
    subscription.refresh_from_db()
    assert subscription.state == "pending"
    assert acts(subscription) == ["asked"]


def test_the_days_are_counted_in_one_query(db, django_assert_num_queries):
    ada, bob, eve, dan = [
        Subscription.objects.ask(email=f"{name}@example.org", rhythm="daily") for name in ("ada", "bob", "eve", "dan")
    ]
    with at(MONDAY):
        for each in (ada, bob, eve):
            each.confirm()
        # Was on no list, and leaves none.
        dan.unsubscribe()
    with at(MONDAY + timedelta(days=1)):
        ada.unsubscribe()
        Subscription.objects.ask(email=ada.email, rhythm="daily")
        ada.confirm()
    with at(MONDAY + timedelta(days=3)):
        ada.complain()
        bob.bounce(is_hard=True)
        # The site has lost this one already.
        bob.unsubscribe()
        eve.delete()
    with django_assert_num_queries(1):
        assert Consent.objects.per_day() == [
            {"day": date(2026, 1, 5), "confirmed": 3, "left": 0, "stopped": 0, "subscribers": 3},
            {"day": date(2026, 1, 6), "confirmed": 1, "left": 1, "stopped": 0, "subscribers": 3},
            {"day": date(2026, 1, 8), "confirmed": 0, "left": 2, "stopped": 1, "subscribers": 0},
        ]


def test_a_day_is_one_of_the_feeds_time_zone(subscription, settings):
    settings.FEED_TIME_ZONE = "Asia/Tokyo"
    with at(datetime(2026, 1, 5, 20, tzinfo=UTC)):
        subscription.confirm()
    assert Consent.objects.per_day()[0]["day"] == date(2026, 1, 6)


@pytest.fixture
def delivery(subscription, make_entry):
    """A digest that came back, with the answer of the mail server, which names the address."""
    subscription.confirm(ip_address="2001:db8::1")
    make_entry(date(2026, 1, 5))
    digest = Digest.objects.compose(Day(date(2026, 1, 5)))
    delivery = Delivery.objects.create(digest=digest, subscription=subscription, state="sending", sending_at=MONDAY)
    delivery.bounce("550 5.1.1 <reader@example.org>: user unknown", is_hard=False)
    return delivery


def everything_in_the_tables() -> str:
    """Every row of every table, as text."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'select "{table}"::text from "{table}"')
            rows += [row[0] for row in cursor.fetchall()]
    return "\n".join(rows)


def test_after_deletion_nothing_leads_to_the_person(subscription, delivery):
    before = everything_in_the_tables()
    traces = ["reader@example.org", "192.0.2.1", "2001:db8::1", "the form on", subscription.hex_id]
    assert all(trace in before for trace in traces)
    subscription.prefer(rhythm="daily", time_zone="Asia/Tokyo", interest=VISION)
    subscription.delete()
    after = everything_in_the_tables()
    assert [trace for trace in [*traces, "Asia/Tokyo"] if trace in after] == []


def test_of_a_deleted_address_the_acts_that_are_counted_stay_with_their_days_alone(subscription, delivery):
    subscription.delete()
    assert list(Consent.objects.values_list("act", "step", "subscription", "at", "how", "wish", "ip_address")) == [
        ("confirmed", 1, None, None, "", {}, None),
        ("deleted", -1, None, None, "", {}, None),
    ]
    delivery.refresh_from_db()
    assert (delivery.subscription, delivery.state, delivery.reason) == (None, "bounced", "")


def test_deleting_many_erases_each(db):
    for number in range(3):
        Subscription.objects.ask(email=f"reader{number}@example.org", rhythm="daily", ip_address="192.0.2.1").confirm()
    assert Subscription.objects.all().delete()[0] == 3
    assert set(Consent.objects.values_list("subscription", "ip_address")) == {(None, None)}
    assert Consent.objects.per_day()[0]["subscribers"] == 0


def test_no_way_of_deleting_can_leave_a_record_behind(subscription):
    with pytest.raises(IntegrityError, match="consent_of_nobody_is_anonymous"), transaction.atomic():
        Consent.objects.update(subscription=None)


def test_what_comes_after_deletion_is_no_error(subscription):
    other = Subscription.objects.get()
    other.delete()
    subscription.confirm()
    subscription.prefer(rhythm="daily", time_zone="", interest=VISION)
    subscription.bounce(is_hard=True)
    subscription.complain()
    subscription.delete()
    assert not Consent.objects.exists()


def test_an_address_that_nobody_confirms_is_forgotten(subscription):
    with at(timezone.now() + timedelta(days=36)):
        forget_unconfirmed()
        assert Subscription.objects.exists()
    with at(timezone.now() + timedelta(days=38)):
        forget_unconfirmed()
    assert not Subscription.objects.exists()
    assert not Consent.objects.exists()


def test_who_asked_anew_is_not_forgotten_nor_who_confirmed_or_left(subscription):
    confirmed = Subscription.objects.ask(email="ada@example.org", rhythm="daily")
    confirmed.confirm()
    left = Subscription.objects.ask(email="bob@example.org", rhythm="daily")
    left.confirm()
    left.unsubscribe()
    send_confirmations()
    later = timezone.now() + timedelta(days=38)
    with at(later - timedelta(days=1)):
        Subscription.objects.ask(email=subscription.email, rhythm="daily")
    with at(later):
        forget_unconfirmed()
    assert Subscription.objects.count() == 3


def test_forgetting_costs_one_query_where_there_is_nothing_to_forget(subscription, django_assert_num_queries):
    with django_assert_num_queries(1):
        Subscription.objects.forget_unconfirmed()


def test_no_inbox_is_flooded_however_patient_one_asks(subscription):
    now = timezone.now()
    for number in range(100):
        with at(now + number * Subscription.RESEND_PAUSE):
            Subscription.objects.ask(email=subscription.email, rhythm="daily")
            send_confirmations()
    assert len(mail.outbox) == Subscription.MOST_MAILS_A_DAY
    with at(now + timedelta(days=1, minutes=1)):
        Subscription.objects.ask(email=subscription.email, rhythm="daily")
        send_confirmations()
    assert len(mail.outbox) == Subscription.MOST_MAILS_A_DAY + 1


def test_asking_does_the_same_work_whether_or_not_the_address_is_known(client, subscription):
    subscription.confirm()
    Subscription.objects.update(mail_due_at=None)
    statements = []
    for email in (subscription.email, "someone@example.org"):
        with CaptureQueriesContext(connection) as queries:
            client.post(reverse("feed:subscribe"), {"email": email})
        statements.append([query["sql"].split()[0] for query in queries])
    assert statements[0] == statements[1]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({}, [("asked", 0)]),
        (
            {"state": "confirmed", "confirmed_at": MONDAY, "mailed_at": MONDAY},
            [("asked", 0), ("mailed", 0), ("confirmed", 1)],
        ),
        (
            {"state": "unsubscribed", "confirmed_at": MONDAY, "unsubscribed_at": MONDAY},
            [("asked", 0), ("confirmed", 1), ("unsubscribed", -1)],
        ),
        ({"state": "unsubscribed", "unsubscribed_at": MONDAY}, [("asked", 0), ("unsubscribed", 0)]),
        (
            {"state": "stopped", "confirmed_at": MONDAY, "soft_bounced_at": MONDAY},
            [("asked", 0), ("confirmed", 1), ("stopped", -1)],
        ),
        # Asked anew after leaving.
        (
            {"state": "pending", "confirmed_at": MONDAY, "unsubscribed_at": MONDAY},
            [("asked", 0), ("confirmed", 1), ("unsubscribed", -1)],
        ),
    ],
)
def test_the_record_of_what_was_there_before_is_written_down_from_its_dates(db, dates, expected):
    Subscription.objects.create(email="reader@example.org", created_at=MONDAY - timedelta(days=1), **dates)
    migration = importlib.import_module("feed.migrations.0004_consent")
    migration.write_down(apps, None)
    assert list(Consent.objects.values_list("act", "step")) == expected
    assert Consent.objects.first().day == date(2026, 1, 4)


def test_domains_that_were_there_before_are_spelled_as_from_now_on(db):
    Subscription.objects.create(email="ada@bücher.example")
    Subscription.objects.create(email="bob@bücher.example")
    Subscription.objects.create(email="bob@xn--bcher-kva.example")
    importlib.import_module("feed.migrations.0004_consent").spell(apps, None)
    assert set(Subscription.objects.values_list("email", flat=True)) == {
        "ada@xn--bcher-kva.example",
        "bob@bücher.example",
        "bob@xn--bcher-kva.example",
    }


def admin_page(name, *arguments):
    return reverse(f"admin:feed_subscription_{name}", args=arguments)


INLINE = {"consents-TOTAL_FORMS": 0, "consents-INITIAL_FORMS": 0}


def test_a_moderators_change_is_written_into_the_record(client, mod, subscription):
    client.force_login(mod)
    form = {"rhythm": "daily", "time_zone": "Asia/Tokyo", **INLINE}
    client.post(admin_page("change", subscription.pk), form)
    subscription.refresh_from_db()
    assert (subscription.rhythm, subscription.time_zone) == ("daily", "Asia/Tokyo")
    assert subscription.consents.last().how == "@mod, in the admin"


@pytest.mark.parametrize("is_one", [True, False])
def test_a_moderator_deletes_an_address_with_all_that_leads_to_it(client, mod, subscription, delivery, is_one):
    client.force_login(mod)
    client.post(admin_page("change", subscription.pk), {"rhythm": "daily", "time_zone": "", **INLINE})
    if is_one:
        client.post(admin_page("delete", subscription.pk), {"post": "yes"})
    else:
        action = {"action": "delete_selected", "_selected_action": [subscription.pk], "post": "yes"}
        client.post(admin_page("changelist"), action)
    assert not Subscription.objects.exists()
    assert "reader@example.org" not in everything_in_the_tables()
