import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from feed.interest import Interest
from feed.models import Consent, Subscription
from feed.tasks import send_confirmations

HTMX = {"HX-Request": "true"}


@pytest.fixture
def subscription(db):
    return Subscription.objects.ask(email="Reader@Example.org", rhythm="weekly")


def ask(client, email="reader@example.org", **more):
    return client.post(reverse("feed:subscribe"), {"email": email, "rhythm": "daily"}, **more)


def link_in(message) -> str:
    return re.search(r"https?://\S+/subscribe/confirm/\S+", message.body)[0]


def test_asking_sends_one_mail_whose_button_confirms(client, db, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ask(client)
    (message,) = mail.outbox
    assert message.to == ["reader@example.org"]
    path = link_in(message).split("/", 3)[3]
    client.get(f"/{path}")
    assert Subscription.objects.get().state == "pending"
    client.post(f"/{path}")
    assert Subscription.objects.get().state == "confirmed"


def test_the_answer_does_not_tell_whether_an_address_is_known(client, subscription):
    subscription.confirm()
    known = ask(client, subscription.email, headers=HTMX)
    unknown = ask(client, "someone@example.org", headers=HTMX)
    assert known.text.replace(subscription.email, "X") == unknown.text.replace("someone@example.org", "X")


def test_a_stranger_can_not_change_a_confirmed_subscription(client, subscription):
    subscription.confirm()
    ask(client, subscription.email)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.rhythm) == ("confirmed", "weekly")


def test_asking_twice_in_a_row_sends_one_mail(subscription):
    send_confirmations()
    Subscription.objects.ask(email=subscription.email, rhythm="daily")
    send_confirmations()
    assert len(mail.outbox) == 1


def test_asking_again_later_sends_another_mail(subscription):
    send_confirmations()
    with time_machine.travel(timezone.now() + Subscription.RESEND_PAUSE, tick=False):
        Subscription.objects.ask(email=subscription.email, rhythm="daily")
        send_confirmations()
    assert len(mail.outbox) == 2


@pytest.fixture
def _no_mail_server(settings):
    # Nothing listens on the discard port of this machine.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9


@pytest.mark.usefixtures("_no_mail_server")
def test_a_mail_that_the_server_refuses_is_put_off_and_keeps_no_other_waiting(subscription):
    send_confirmations()
    assert not Subscription.objects.mail_due().exists()
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        assert list(Subscription.objects.mail_due()) == [subscription]


@pytest.mark.usefixtures("_no_mail_server")
def test_an_address_that_is_never_taken_is_given_up_until_someone_asks_again(subscription):
    now = timezone.now()
    for day in range(10):
        with time_machine.travel(now + timedelta(days=day), tick=False):
            send_confirmations()
    subscription.refresh_from_db()
    assert subscription.mail_due_at is None
    assert Subscription.objects.ask(email=subscription.email, rhythm="daily").mail_due_at


def test_an_old_confirmation_mail_does_not_bring_back_who_has_left(client, subscription):
    link = subscription.confirm_link
    subscription.confirm()
    subscription.unsubscribe()
    assert client.post(link).status_code == 404
    subscription.refresh_from_db()
    assert subscription.state == "unsubscribed"


def test_an_old_confirmation_mail_does_not_bring_back_an_address_that_was_stopped(client, subscription):
    link = subscription.confirm_link
    subscription.confirm()
    subscription.bounce(is_hard=True)
    assert client.post(link).status_code == 404
    subscription.refresh_from_db()
    assert subscription.state == "stopped"


def test_an_address_that_was_stopped_comes_back_by_confirming_again(client, subscription):
    subscription.confirm()
    Subscription.objects.update(mail_due_at=None)
    subscription.bounce(is_hard=True)
    ask(client, subscription.email)
    subscription.refresh_from_db()
    assert subscription.state == "pending"
    assert subscription.mail_due_at
    client.post(subscription.confirm_link)
    subscription.refresh_from_db()
    assert subscription.is_confirmed


def test_an_address_that_was_stopped_can_leave(client, subscription):
    subscription.confirm()
    subscription.bounce(is_hard=True)
    assert "Leave the digest?" in client.get(subscription.unsubscribe_link).text
    client.post(subscription.unsubscribe_link)
    subscription.refresh_from_db()
    assert subscription.state == "unsubscribed"


def test_a_confirmation_link_expires_after_a_week(client, subscription):
    link = subscription.confirm_link
    with time_machine.travel(timezone.now() + timedelta(days=7, seconds=2), tick=False):
        response = client.post(link)
    assert response.status_code == 404
    subscription.refresh_from_db()
    assert subscription.state == "pending"


def test_a_link_is_good_for_one_purpose_only(client, subscription):
    token = subscription.unsubscribe_link.rsplit("/", 1)[1]
    assert client.post(reverse("feed:confirm", args=[token])).status_code == 404
    assert client.get(reverse("feed:manage", args=[token])).status_code == 404


def test_a_forged_link_names_nobody(client, subscription):
    assert client.get(subscription.manage_link + "x").status_code == 404


def test_a_get_never_unsubscribes(client, subscription):
    subscription.confirm()
    assert client.get(subscription.unsubscribe_link).status_code == 200
    subscription.refresh_from_db()
    assert subscription.is_confirmed


def test_one_click_unsubscribes_by_post_without_cookies(subscription):
    from django.test import Client

    subscription.confirm()
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(subscription.unsubscribe_link, {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    subscription.refresh_from_db()
    assert subscription.state == "unsubscribed"


def test_who_has_left_can_come_back_only_by_confirming_again(subscription):
    subscription.confirm()
    subscription.unsubscribe()
    again = Subscription.objects.ask(email=subscription.email, rhythm="daily")
    assert again.state == "pending"
    again.confirm()
    assert (again.state, again.unsubscribed_at) == ("confirmed", None)


MONDAY_NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_the_first_digest_is_due_at_the_next_digest_hour(subscription):
    with time_machine.travel(MONDAY_NOON, tick=False):
        subscription.confirm()
    assert subscription.digest_due_at == datetime(2026, 1, 6, 8, tzinfo=UTC)


def test_whoever_comes_back_starts_without_the_bounces_of_before(subscription):
    subscription.confirm()
    subscription.bounce(is_hard=False)
    subscription.bounce(is_hard=True)
    again = Subscription.objects.ask(email=subscription.email, rhythm="daily")
    again.confirm()
    assert (again.state, again.soft_bounces) == ("confirmed", 0)


def test_preferences_are_kept_as_a_digest_needs_them(subscription):
    with time_machine.travel(MONDAY_NOON, tick=False):
        subscription.confirm()
        vision = Interest.of(categories=["cs.CV"], organizations=["NVIDIA"])
        subscription.prefer(rhythm="daily", time_zone="Asia/Tokyo", interest=vision)
    subscription.refresh_from_db()
    assert (subscription.rhythm, subscription.time_zone) == ("daily", "Asia/Tokyo")
    assert (subscription.interest, subscription.interest_key) == (vision.stored, vision.key)
    assert subscription.digest_due_at == datetime(2026, 1, 5, 23, tzinfo=UTC)


def test_a_digest_that_is_due_is_not_put_off_by_changing_preferences(subscription):
    with time_machine.travel(MONDAY_NOON, tick=False):
        subscription.confirm()
    due_at = subscription.digest_due_at
    with time_machine.travel(due_at, tick=False):
        subscription.prefer(rhythm="daily", time_zone="Asia/Tokyo", interest=Interest())
    subscription.refresh_from_db()
    assert subscription.digest_due_at == due_at


def test_who_leaves_while_preferences_are_saved_has_left(subscription):
    subscription.confirm()
    Subscription.objects.get().unsubscribe()
    subscription.prefer(rhythm="daily", time_zone="", interest=Interest())
    subscription.refresh_from_db()
    assert (subscription.state, subscription.rhythm) == ("unsubscribed", "daily")


def test_the_preferences_page_changes_rhythm_and_time_zone(client, subscription):
    client.post(subscription.manage_link, {"rhythm": "daily", "time_zone": "Asia/Tokyo"})
    subscription.refresh_from_db()
    assert (subscription.rhythm, subscription.time_zone) == ("daily", "Asia/Tokyo")


def test_a_time_zone_that_is_none_comes_back_with_the_reason(client, subscription):
    response = client.post(subscription.manage_link, {"rhythm": "daily", "time_zone": "Mars/Olympus"})
    assert "Mars/Olympus" in response.text
    assert "no time zone" in response.text


def test_an_address_can_be_deleted_altogether(client, subscription):
    token = subscription.manage_link.rsplit("/", 1)[1]
    client.post(reverse("feed:delete_subscription", args=[token]))
    assert not Subscription.objects.exists()


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nobody",
        "a@b",
        "x" * 300 + "@example.org",
        "a\nBcc: b@example.org",
        # Mail libraries would decode these, to one with a line break and to somebody else's.
        "=?utf-8?q?a=0Ab?=@example.org",
        "=?utf-8?q?victim=40corp.example=3e?=@evil.example",
    ],
)
def test_what_is_no_address_comes_back_with_the_reason(client, db, email):
    response = ask(client, email, headers=HTMX)
    assert response.status_code == 200
    assert "errorlist" in response.text
    assert not Subscription.objects.exists()


def test_an_address_that_mail_does_not_reach_is_refused_in_its_own_words(client, db):
    response = ask(client, "jürgen@example.org", headers=HTMX)
    assert "without accents, before the @" in response.text
    assert 'value="jürgen@example.org"' in response.text


def test_two_spellings_of_a_domain_are_one_address(client, db):
    for email in ("Ada@BÜCHER.example", "ada@xn--bcher-kva.example"):
        ask(client, email)
    subscription = Subscription.objects.get()
    assert subscription.email == "ada@xn--bcher-kva.example"
    assert "ada@bücher.example" in client.get(subscription.confirm_link).text


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("http://testserver/papers", "/papers"),
        ("http://testserver/papers?q=something+private", "/papers"),
        ("http://testserver/papers/date/2026-01-05", "/papers/date/…"),
        ("http://testserver/accounts/confirm-email/a-secret/", "/accounts/confirm-email/…"),
        ("http://testserver/no/such/page", "/subscribe"),
        ("http://[", "/subscribe"),
        ("", "/subscribe"),
    ],
)
def test_the_record_says_where_the_form_stood_and_nothing_private(client, db, url, where):
    ask(client, headers={**HTMX, "HX-Current-URL": url})
    ask(client, "other@example.org", headers={"Referer": url})
    assert set(Consent.objects.filter(act="asked").values_list("how", flat=True)) == {f"the form on {where}"}


def test_asking_and_confirming_are_recorded_with_the_network_address(client, db):
    ask(client, REMOTE_ADDR="192.0.2.1")
    client.post(Subscription.objects.get().confirm_link, REMOTE_ADDR="2001:db8::1")
    addresses = Consent.objects.exclude(act="mailed").values_list("act", "ip_address")
    assert list(addresses) == [("asked", "192.0.2.1"), ("confirmed", "2001:db8::1")]


@pytest.mark.parametrize(
    ("data", "how"),
    [({"List-Unsubscribe": "One-Click"}, "one click in the mail program"), ({}, "the button on the mail's page")],
)
def test_the_record_says_how_one_has_left(client, subscription, data, how):
    subscription.confirm()
    client.post(subscription.unsubscribe_link, data)
    assert subscription.consents.get(act="unsubscribed").how == how


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_another_site_can_not_subscribe_its_visitors(client, db, headers):
    assert ask(client, headers=headers).status_code == 403
    assert not Subscription.objects.exists()


def test_a_flood_from_one_network_is_stopped_kindly(client, db):
    for number in range(20):
        ask(client, f"reader{number}@example.org")
    response = ask(client, "reader20@example.org")
    assert "wait an hour" in response.text
    assert Subscription.objects.count() == 20


def test_who_confirms_is_told_when_the_next_digest_leaves_by_their_clock(client, db):
    with time_machine.travel("2026-03-02 09:00:00+00:00", tick=False):
        subscription = Subscription.objects.ask(email="reader@example.org", rhythm="daily")
        subscription.prefer(rhythm="daily", time_zone="Asia/Tokyo", interest=Interest())
        page = client.post(subscription.confirm_link).text
    assert "The next one leaves on Tuesday, March 3 at 08:00 (JST)" in page


def test_the_record_of_who_confirmed_once_outlives_a_strangers_asking(db):
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=60), tick=False):
        subscription = Subscription.objects.ask(email="reader@example.org", rhythm="daily")
        subscription.confirm()
        subscription.unsubscribe()
    with time_machine.travel(now - timedelta(days=50), tick=False):
        Subscription.objects.ask(email="reader@example.org", rhythm="daily")
    Subscription.objects.forget_unconfirmed()
    assert set(subscription.consents.values_list("act", flat=True)) >= {"asked", "confirmed", "unsubscribed"}
