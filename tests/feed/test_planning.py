from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from feed.interest import Interest
from feed.models import Delivery, Digest, Subscription
from feed.periods import Day, Week
from feed.planning import plan, plan_period

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture
def clock():
    """Tuesday at nine, UTC: the digest's hour is over."""
    with time_machine.travel(datetime(2026, 3, 3, 9, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def subscribe(db, clock):
    """Confirm a subscription, the day before unless told."""

    def subscribe(email: str = "reader@example.org", *, interest: Interest | None = None, **more) -> Subscription:
        subscription = Subscription.objects.create(email=email, state="confirmed", confirmed_at=MONDAY_NOON, **more)
        with time_machine.travel(MONDAY_NOON, tick=False):
            subscription.prefer(
                rhythm=subscription.rhythm, time_zone=subscription.time_zone, interest=interest or Interest()
            )
        return subscription

    return subscribe


MONDAY_NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def promised(subscription: Subscription) -> list[str]:
    return list(subscription.deliveries.order_by("pk").values_list("period", flat=True))


def test_each_gets_the_newest_closed_period_of_its_rhythm(subscribe, make_entry):
    daily, weekly = subscribe(), subscribe("weekly@example.org", rhythm="weekly")
    for day in (date(2026, 2, 27), MONDAY, TUESDAY):
        make_entry(day)
    assert plan() == 2
    assert promised(daily) == ["2026-03-02"]
    assert promised(weekly) == ["2026-W09"]


def test_planned_again_nothing_is_promised_twice(subscribe, make_entry, clock):
    daily = subscribe()
    make_entry(MONDAY)
    plan()
    Subscription.objects.update(digest_due_at=MONDAY_NOON)
    assert plan() == 0
    assert promised(daily) == ["2026-03-02"]


def test_the_hour_is_the_one_that_strikes_where_the_reader_is(subscribe, make_entry, clock):
    make_entry(MONDAY)
    tokyo = subscribe("tokyo@example.org", time_zone="Asia/Tokyo")
    angeles = subscribe("angeles@example.org", time_zone="America/Los_Angeles")

    def at(day: int, hour: int, minute: int = 0) -> tuple[bool, bool]:
        clock.move_to(datetime(2026, 3, day, hour, minute, tzinfo=UTC))
        plan()
        return bool(promised(tokyo)), bool(promised(angeles))

    # In Tokyo it is eight on Tuesday, but the feed's Monday is not over.
    assert at(2, 23) == (False, False)
    assert at(3, 15, 59) == (False, False)
    assert at(3, 16) == (False, True)
    assert at(3, 22, 59) == (False, True)
    assert at(3, 23) == (True, True)


def test_a_day_closes_at_midnight_of_the_feed(subscribe, make_entry, clock, settings):
    settings.FEED_TIME_ZONE = "Pacific/Honolulu"
    make_entry(MONDAY)
    reader = subscribe(time_zone="UTC")
    plan()
    # In Honolulu it is still Monday.
    assert promised(reader) == []
    assert Subscription.objects.get().digest_due_at == datetime(2026, 3, 4, 8, tzinfo=UTC)
    clock.move_to(datetime(2026, 3, 4, 8, tzinfo=UTC))
    plan()
    assert promised(reader) == ["2026-03-02"]


def test_there_is_nothing_on_an_empty_day(subscribe):
    subscribe()
    assert plan() == 0
    assert not Digest.objects.exists()


def test_after_an_empty_day_the_one_before_is_sent_to_whom_it_was_not(subscribe, make_entry):
    make_entry(MONDAY - timedelta(1))
    new, old = subscribe("new@example.org"), subscribe("old@example.org")
    Delivery.objects.create(
        subscription=old,
        digest=Digest.objects.compose(Day(MONDAY - timedelta(1))),
        period="2026-03-01",
    )
    assert plan() == 1
    assert promised(new) == ["2026-03-01"]
    assert promised(old) == ["2026-03-01"]


def test_after_an_outage_only_the_newest_day_is_sent_and_none_of_more_than_48_hours_ago(subscribe, make_entry, clock):
    reader = subscribe()
    for day in range(5):
        make_entry(MONDAY + timedelta(day))
    clock.move_to(datetime(2026, 3, 9, 9, tzinfo=UTC))
    assert plan() == 0
    clock.move_to(datetime(2026, 3, 8, 9, tzinfo=UTC))
    Subscription.objects.update(digest_due_at=MONDAY_NOON)
    assert plan() == 1
    assert promised(reader) == ["2026-03-06"]


def test_a_week_is_caught_up_on_until_the_next_one_is_over(subscribe, make_entry, clock):
    make_entry(MONDAY)
    reader = subscribe(rhythm="weekly")
    clock.move_to(datetime(2026, 3, 15, 9, tzinfo=UTC))
    plan()
    assert promised(reader) == ["2026-W10"]
    clock.move_to(datetime(2026, 3, 16, 9, tzinfo=UTC))
    assert plan() == 0


def test_who_confirms_after_the_hour_waits_for_the_next_one(clock, db, make_entry):
    make_entry(MONDAY)
    subscription = Subscription.objects.ask(email="reader@example.org", rhythm="daily")
    subscription.confirm()
    assert plan() == 0
    clock.move_to(datetime(2026, 3, 4, 8, tzinfo=UTC))
    assert plan() == 1


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "stopped"])
def test_only_who_has_confirmed_and_not_left_is_promised_anything(subscribe, make_entry, state):
    make_entry(MONDAY)
    Subscription.objects.filter(pk=subscribe().pk).update(state=state)
    assert plan() == plan_period(Day(MONDAY)) == 0


def test_who_wants_the_same_shares_a_digest_and_who_wants_what_is_not_there_gets_none(
    subscribe, make_entry, make_paper
):
    make_entry(MONDAY, paper=make_paper(category="cs.CV"))
    vision, other = Interest.of(categories=["cs.CV"]), Interest.of(categories=["math.CO"])
    readers = [
        subscribe(f"{name}@example.org", interest=it) for name, it in [("a", vision), ("b", vision), ("c", other)]
    ]
    subscribe("all@example.org")
    assert plan() == 3
    first, second = (Delivery.objects.get(subscription=reader).digest for reader in readers[:2])
    assert first == second
    assert first.interest == {"categories": ["cs.CV"]}
    assert Digest.objects.count() == 2


def test_who_narrows_the_digest_after_a_day_was_sent_does_not_get_that_day_again(subscribe, make_entry, make_paper):
    make_entry(MONDAY, paper=make_paper(category="cs.CV"))
    reader = subscribe()
    plan()
    reader.prefer(rhythm="daily", time_zone="", interest=Interest.of(categories=["cs.CV"]))
    Subscription.objects.update(digest_due_at=MONDAY_NOON)
    assert plan() == 0


def test_the_database_itself_keeps_a_period_from_being_promised_twice(subscribe, make_entry):
    make_entry(MONDAY)
    reader = subscribe()
    plan()
    digest = Digest.objects.get()
    with pytest.raises(IntegrityError, match="delivery_unique"), transaction.atomic():
        Delivery.objects.create(subscription=reader, digest=digest, period=digest.period.slug)


def test_by_hand_any_closed_period_goes_to_all_of_its_rhythm_once(subscribe, make_entry):
    old = Day(date(2026, 1, 5))
    make_entry(old.start)
    daily, weekly = subscribe(), subscribe("weekly@example.org", rhythm="weekly")
    assert [plan_period(old), plan_period(old)] == [1, 0]
    assert [plan_period(Week(old.start)), plan_period(Week(old.start))] == [1, 0]
    assert (promised(daily), promised(weekly)) == (["2026-01-05"], ["2026-W02"])
    # Whoever sends by hand means it, however old it is.
    assert set(Delivery.objects.values_list("expires_at", flat=True)) == {None}


def test_by_hand_a_period_that_runs_is_refused(subscribe, make_entry):
    subscribe()
    with pytest.raises(ValueError, match="2026-03-03 is not over"):
        plan_period(Day(TUESDAY))


def test_the_number_of_queries_does_not_grow_with_the_readers(subscribe, make_entry):
    make_entry(MONDAY)
    counts = []
    for number in range(2, 32, 15):
        for each in range(number):
            subscribe(f"reader-{number}-{each}@example.org")
        with CaptureQueriesContext(connection) as queries:
            assert plan() == number
        counts.append(len(queries))
    # The digest is composed once.
    assert counts[0] >= counts[1]


def test_who_changes_the_time_zone_before_the_hour_has_no_day_left_out(subscribe, make_entry, clock):
    make_entry(MONDAY)
    clock.move_to(datetime(2026, 3, 3, 7, tzinfo=UTC))
    Subscription.objects.filter(pk=subscribe().pk).update(digest_due_at=datetime(2026, 3, 3, 8, tzinfo=UTC))
    reader = Subscription.objects.get()
    # There it has struck eight long ago.
    reader.prefer(rhythm="daily", time_zone="Asia/Tokyo", interest=Interest())
    clock.move_to(datetime(2026, 3, 3, 8, tzinfo=UTC))
    plan()
    assert promised(reader) == ["2026-03-02"]
    assert Subscription.objects.get().digest_due_at == datetime(2026, 3, 3, 23, tzinfo=UTC)
