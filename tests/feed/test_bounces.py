"""An address whose mail comes back is stopped: at the first hard bounce, or at the third soft one within some weeks."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from feed.models import Delivery, Subscription
from feed.reports import News
from tests.feed.deliveries import reader, sent

pytestmark = pytest.mark.django_db
FULL, NOBODY = "552 5.2.2 mailbox full", "550 5.1.1 nobody is here"


@pytest.fixture
def subscription():
    return reader()


def state_of(row) -> str:
    row.refresh_from_db()
    return row.state


def waiting_for(subscription) -> Delivery:
    return sent(subscription, state=Delivery.State.PENDING, sending_at=None, finished_at=None)


def test_the_first_hard_bounce_stops_the_address(subscription):
    delivery = sent(subscription)
    delivery.bounce(NOBODY, is_hard=True)
    assert (state_of(delivery), delivery.reason) == ("bounced", NOBODY)
    assert state_of(subscription) == "stopped"


def test_the_third_soft_bounce_stops_the_address(subscription):
    for expected in ("confirmed", "confirmed", "stopped"):
        sent(subscription).bounce(FULL, is_hard=False)
        assert state_of(subscription) == expected


def test_soft_bounces_are_forgotten_after_thirty_days(subscription):
    now = timezone.now()
    for days in (0, 1, 32, 33):
        with time_machine.travel(now + timedelta(days=days), tick=False):
            sent(subscription).bounce(FULL, is_hard=False)
    assert (state_of(subscription), subscription.soft_bounces) == ("confirmed", 2)


def test_a_bounce_that_is_told_twice_counts_once(subscription):
    delivery = sent(subscription)
    for _ in range(3):
        delivery.bounce(FULL, is_hard=False)
    assert (state_of(subscription), subscription.soft_bounces) == ("confirmed", 1)


def test_nothing_more_is_sent_to_an_address_that_is_stopped(subscription):
    delivery = waiting_for(subscription)
    sent(subscription).bounce(NOBODY, is_hard=True)
    assert delivery.begin() is False
    assert state_of(delivery) == "pending"


def test_a_bounce_that_overtakes_its_sender_stays(subscription):
    delivery = waiting_for(subscription)
    assert delivery.begin()
    delivery.bounce(NOBODY, is_hard=True)
    delivery.finish(Delivery.State.SENT)
    assert state_of(delivery) == "bounced"


def test_a_bounce_does_not_call_back_who_has_left(subscription):
    delivery = sent(subscription)
    subscription.unsubscribe()
    delivery.bounce(NOBODY, is_hard=True)
    assert state_of(subscription) == "unsubscribed"


def test_a_bounce_of_an_address_that_was_deleted_is_still_counted(subscription):
    delivery = sent(subscription)
    subscription.delete()
    Delivery.objects.named([delivery.hex_id]).hear(News.HARD, NOBODY)
    # A server's words often hold the address: of these none are kept.
    assert (state_of(delivery), delivery.reason) == ("bounced", "")


def test_who_asks_again_after_being_stopped_confirms_again(subscription):
    sent(subscription).bounce(NOBODY, is_hard=True)
    again = Subscription.objects.ask(email=subscription.email, rhythm="daily")
    assert again.state == "pending"
    again.confirm()
    assert waiting_for(again).begin() is True


def test_a_complaint_ends_the_subscription_at_once(subscription):
    delivery, next_one = sent(subscription), waiting_for(subscription)
    delivery.hear(News.COMPLAINT, "abuse, says Inbox")
    assert state_of(subscription) == "unsubscribed"
    assert subscription.unsubscribed_at
    assert (state_of(delivery), delivery.reason) == ("sent", "Complaint: abuse, says Inbox")
    assert next_one.begin() is False


def test_what_was_not_sent_after_all_is_no_fault_of_the_address(subscription):
    for _ in range(4):
        delivery = sent(subscription)
        delivery.hear(News.REFUSAL, "The bill is not paid.")
    assert (state_of(delivery), delivery.reason) == ("failed", "The bill is not paid.")
    assert (state_of(subscription), subscription.soft_bounces) == ("confirmed", 0)


def test_news_that_is_none_changes_nothing(subscription):
    delivery = sent(subscription)
    delivery.hear(News.NOTHING, "4.4.1 it is tried again")
    assert (state_of(delivery), delivery.reason, state_of(subscription)) == ("sent", "", "confirmed")


def test_what_a_server_says_is_stored_whatever_it_is(subscription):
    delivery = sent(subscription)
    delivery.bounce("550\0 \ud800 \x1b[31mno\r\n" + "x" * 1000, is_hard=True)
    assert state_of(delivery) == "bounced"
    assert delivery.reason.startswith("550 [31mno xxx")


def test_a_mail_comes_back_to_an_address_that_names_it(subscription, settings):
    settings.BOUNCE_ADDRESS = "bounces@papers.example.org"
    delivery = sent(subscription)
    assert delivery.envelope_sender == f"bounces+{delivery.hex_id}@papers.example.org"


def test_without_an_address_for_bounces_they_come_to_the_sender(subscription, settings):
    settings.BOUNCE_ADDRESS, settings.DEFAULT_FROM_EMAIL = "", "Daily Papers <papers@papers.example.org>"
    assert sent(subscription).envelope_sender == "papers@papers.example.org"
