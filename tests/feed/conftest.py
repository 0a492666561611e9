"""Monday's digest, promised to readers on Tuesday morning."""

import pytest
import time_machine

from feed.models import Delivery, Subscription
from feed.planning import plan_period
from tests.feed.deliveries import MONDAY, MORNING


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
