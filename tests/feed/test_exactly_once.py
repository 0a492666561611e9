"""What holds of the digest's mail whatever fails: one to each who wants it, none to who doesn't, nothing twice."""

import random
import signal
import time
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta

import psutil
import pytest
from django.utils import timezone

from feed.models import Delivery, Digest, Subscription
from feed.periods import Day
from feed.sending import send
from tests.conftest import IS_LONG
from tests.mail_server import Fickle, listening
from tests.processes import python

READERS = 10_000 if IS_LONG else 600
WORKERS, SEED = 4, 20261125
# At random moments, beside those at which the server kills.
KILLS = 25 if IS_LONG else 4
PATIENCE = 600
PLANNER = """
from feed.planning import plan
from feed.models import Subscription
from django.utils import timezone
while Subscription.objects.digest_due(timezone.now()).exists():
    plan()
"""
WORKER = """
import time
from feed.sending import send
while True:
    send()
    time.sleep(0.02)
"""


class Workers:
    """Sending processes, of which one that is killed is followed by another."""

    def __init__(self, stack: ExitStack, port: int):
        self.stack, self.port, self.running, self.killed = stack, port, [], 0

    def keep_up(self) -> None:
        self.running = [worker for worker in self.running if worker.poll() is None]
        while len(self.running) < WORKERS:
            process = python(WORKER, EMAIL_URL=f"smtp://127.0.0.1:{self.port}", LOG_LEVEL="CRITICAL")
            self.running.append(self.stack.enter_context(process))

    def kill_at(self, port: int) -> bool:
        """End the one that has this end of a connection."""
        for worker in self.running:
            if worker.poll() is None and port in {it.laddr.port for it in psutil.Process(worker.pid).net_connections()}:
                self.kill(worker)
                return True
        return False

    def kill(self, worker) -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.killed += 1


@pytest.mark.django_db(transaction=True)
def test_each_reader_has_one_mail_whatever_is_killed_and_whatever_the_server_does(make_entry, transactional_db):
    day = Day.current().previous()
    make_entry(day.start, upvotes=3)
    chance = random.Random(SEED)
    names = [f"{'nobody' if chance.random() < 0.01 else 'reader'}-{number}@example.org" for number in range(READERS)]
    Subscription.objects.bulk_create(Subscription(email=name, state="confirmed") for name in names)
    with python(PLANNER) as one, python(PLANNER) as other:
        assert one.wait(PATIENCE) == other.wait(PATIENCE) == 0
    assert Delivery.objects.count() == READERS
    left = set(chance.sample([name for name in names if name.startswith("reader")], READERS // 50))
    for subscription in Subscription.objects.filter(email__in=left):
        subscription.unsubscribe()

    # Who leaves meanwhile.
    left_later: set[str] = set()
    fickle = Fickle(SEED, lambda port: workers.kill_at(port))
    with ExitStack() as stack:
        port = stack.enter_context(listening(fickle, fickle.protocol()))
        workers = Workers(stack, port)
        deadline = time.monotonic() + PATIENCE
        while Delivery.objects.filter(state="pending").exists():
            assert time.monotonic() < deadline, fickle.faults
            workers.keep_up()
            time.sleep(chance.uniform(0.1, 0.5))
            if workers.killed < KILLS and chance.random() < 0.5:
                workers.kill(chance.choice(workers.running))
            let_time_pass()
            leave(chance, names, left_later, fickle)
    Delivery.objects.filter(state="sending").update(sending_at=timezone.now() - timedelta(hours=1))
    send()

    states = dict(Delivery.objects.values_list("subscription__email", "state"))
    lost = set(Delivery.objects.filter(is_lost=True).values_list("subscription__email", flat=True))
    taken = set(fickle.taken)
    print(f"{workers.killed} kills, {len(lost)} lost of which {len(lost & taken)} were taken; {dict(fickle.faults)}")
    assert max(fickle.taken.values()) == 1
    assert not taken & left
    late = {name for name in left_later if states[name] == "skipped"}
    assert not taken & late
    left |= late
    # Who has none was refused, or left, or is written down as one nobody knows of.
    assert set(names) - taken == {name for name in names if name.startswith("nobody")} | fickle.refused | left | (
        lost - taken
    )
    assert len(lost) <= workers.killed + len(fickle.cut)
    assert {name for name in names if states[name] == "sent"} == taken - lost
    digest = Digest.objects.get()
    ended = Counter(states.values())
    assert {name: getattr(digest, f"{name}_count") for name in ("sent", "bounced", "failed", "skipped")} == {
        name: ended[name] for name in ("sent", "bounced", "failed", "skipped")
    }
    assert {name for name in names if states[name] == "skipped"} == left
    assert {name for name in names if states[name] == "bounced"} == {
        name for name in names if name.startswith("nobody")
    }
    assert {name for name in names if states[name] == "failed"} == fickle.refused | lost
    assert workers.killed > 0


def leave(chance: random.Random, names: list[str], left_later: set[str], fickle: Fickle) -> None:
    """Somebody leaves while the mails go out; from then on none is handed over to them."""
    name = chance.choice(names)
    if name not in left_later and name not in fickle.taken and name.startswith("reader"):
        Subscription.objects.get(email=name).unsubscribe()
        left_later.add(name)


def let_time_pass() -> None:
    """Where all that waits is put off or reserved by somebody, make it due: to who holds it, as if they had dawdled."""
    if not Delivery.objects.due().exists():
        Delivery.objects.filter(state="pending").update(due_at=timezone.now())
