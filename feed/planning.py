"""Who gets which digest, and when: promises the deliveries that `feed.sending` keeps.

At DIGEST_HOUR in its time zone each subscription is promised the newest closed period that has papers for it, unless that
one was promised before. Of an outage only what is still news is caught up on.
"""

import time
from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from feed.interest import Interest
from feed.models import Delivery, Digest, Subscription
from feed.periods import Day, Week, next_digest_hour, today

BATCH = 1_000
# Well below a task's time limit; the timetable rings again.
ENOUGH = timedelta(minutes=4)
# A day is news for two days; a week, until the next one is over.
NEWS = {Day: timedelta(hours=48), Week: timedelta(days=7)}

Daily, Weekly = Subscription.Rhythm.DAILY, Subscription.Rhythm.WEEKLY


def plan() -> int:
    """Promise what is due now; return how many. Safe to repeat, and to run beside itself."""
    now = timezone.now()
    deadline = time.monotonic() + ENOUGH.total_seconds()
    digests, count = Composed(), 0
    while time.monotonic() < deadline and (batch := list(Subscription.objects.digest_due(now)[:BATCH])):
        # Composed before a row is locked: who leaves at this moment must not wait for that.
        for subscription in batch:
            digests.newest_for(subscription, now)
        with transaction.atomic():
            due = Subscription.objects.digest_due(now).filter(pk__in=[each.pk for each in batch])
            locked = list(due.select_for_update(skip_locked=True))
            found = {each: digests.newest_for(each, now) for each in locked}
            count += _promise({each: issue for each, issue in found.items() if issue}, now, is_news_only=True)
            _look_again_tomorrow(locked, now)
        if not locked:
            # Another is at it.
            break
    return count


def plan_period(period: Day | Week) -> int:
    """Promise a closed period's digest to all of its rhythm, however old it is; return how many hadn't been promised it.

    Raises ValueError while the period runs, and where it is forgotten who has it already.
    """
    now = timezone.now()
    if today() - period.start > Delivery.REMEMBERED:
        raise ValueError(f"{period} is too long ago: who got it is known for {Delivery.REMEMBERED.days} days")
    digests, count, last = Composed(), 0, 0
    readers = Subscription.objects.confirmed().filter(rhythm=Daily if isinstance(period, Day) else Weekly)
    while batch := list(readers.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        found = {each: digests.of(period, each) for each in batch}
        with transaction.atomic():
            keys = [each.pk for each in batch]
            locked = readers.filter(pk__in=keys).select_for_update().order_by("pk").values_list("pk", flat=True)
            still_there = set(locked)
            wanted = {each: issue for each, issue in found.items() if issue and each.pk in still_there}
            count += _promise(wanted, now, is_news_only=False)
    return count


class Issue(NamedTuple):
    """A period's digest, by its key."""

    period: Day | Week
    digest: int


class Composed:
    """Digests by period and interest, each composed once; None where there is no paper."""

    def __init__(self) -> None:
        self._known: dict[tuple[Day | Week, str], Issue | None] = {}

    def newest_for(self, subscription: Subscription, now: datetime) -> Issue | None:
        """The newest of its rhythm that is still news at the aware time `now`."""
        period = (Day if subscription.rhythm == Daily else Week).current().previous()
        while now - period.closed_at < NEWS[type(period)]:
            if issue := self.of(period, subscription):
                return issue
            period = period.previous()
        return None

    def of(self, period: Day | Week, subscription: Subscription) -> Issue | None:
        key = (period, subscription.interest_key)
        if key not in self._known:
            digest = Digest.objects.compose(period, Interest.of(**subscription.interest))
            # Many interests have many digests, and their papers take room: only the key is kept.
            self._known[key] = Issue(period, digest.pk) if digest else None
        return self._known[key]


def _promise(wanted: dict[Subscription, Issue], now: datetime, *, is_news_only: bool) -> int:
    """Write down deliveries to locked subscriptions, of periods that none of them was promised before."""
    made = [
        Delivery(
            subscription=subscription,
            digest_id=issue.digest,
            period=issue.period.slug,
            due_at=now,
            expires_at=issue.period.closed_at + NEWS[type(issue.period)] if is_news_only else None,
        )
        for subscription, issue in wanted.items()
    ]
    promised = Delivery.objects.filter(subscription__in=wanted, period__in={each.period for each in made})
    known = set(promised.values_list("subscription", "period"))
    new = [each for each in made if (each.subscription_id, each.period) not in known]
    Delivery.objects.bulk_create(new)
    return len(new)


def _look_again_tomorrow(subscriptions: list[Subscription], now: datetime) -> None:
    by_zone = defaultdict(list)
    for subscription in subscriptions:
        by_zone[subscription.time_zone].append(subscription.pk)
    for zone, keys in by_zone.items():
        Subscription.objects.filter(pk__in=keys).update(digest_due_at=next_digest_hour(zone, now))
