from datetime import UTC, datetime, timedelta

import pytest
import redis

from papers.arxiv.record import SourceError
from papers.circuit import SharedCircuit
from papers.web.unavailable import Busy

KEYS = ["circuit:teapot:open", "circuit:teapot:failures", "circuit:teapot:trial"]


@pytest.fixture
def server(settings):
    with redis.from_url(settings.REDIS_URL) as server:
        yield server
        server.delete(*KEYS)


@pytest.fixture
def circuit(server) -> SharedCircuit:
    return SharedCircuit(server, "teapot", threshold=3, rest=300)


@pytest.fixture
def opened(circuit) -> SharedCircuit:
    for number in range(3):
        circuit.fail(f"failure {number}")
    return circuit


def test_a_few_failures_leave_it_closed(circuit):
    circuit.fail("broken")
    circuit.fail("broken")
    circuit.check()


def test_failures_in_a_row_open_it_for_everybody(opened, server, time_machine):
    now = datetime(2026, 1, 6, 1, tzinfo=UTC)
    time_machine.move_to(now, tick=False)
    other_machine = SharedCircuit(server, "teapot", threshold=3)
    with pytest.raises(Busy, match=r"teapot is left alone for 300 seconds more, .*: failure 2") as caught:
        other_machine.check()
    assert now + timedelta(seconds=290) < caught.value.until <= now + timedelta(seconds=300)


def test_a_success_between_failures_keeps_it_closed(circuit):
    for _ in range(4):
        circuit.fail("broken")
        circuit.fail("broken")
        circuit.succeed()
    circuit.check()


def rested(server) -> None:
    """The rest is over: Valkey has dropped its mark by itself."""
    server.delete("circuit:teapot:open")


def test_after_the_rest_one_request_goes_out_and_the_others_wait_for_it(opened, server):
    rested(server)
    opened.check()
    for _ in range(2):
        with pytest.raises(Busy, match="tried again"):
            opened.check()


def test_a_trial_that_succeeds_closes_it(opened, server):
    rested(server)
    opened.check()
    opened.succeed()
    opened.check()
    assert server.exists(*KEYS) == 0


def test_a_trial_that_fails_lets_it_rest_again(opened, server):
    rested(server)
    opened.check()
    opened.fail("still broken")
    with pytest.raises(Busy, match="still broken"):
        opened.check()
    rested(server)
    opened.check()


def test_everything_it_remembers_goes_by_itself(opened, server):
    rested(server)
    opened.check()
    assert 0 < server.pttl("circuit:teapot:failures") <= 3_600_000
    assert 0 < server.pttl("circuit:teapot:trial") <= 180_000


def test_without_valkey_nothing_is_asked():
    circuit = SharedCircuit(redis.from_url("redis://127.0.0.1:9/0", retry=None), "teapot")
    for verb in (circuit.check, circuit.succeed, lambda: circuit.fail("broken")):
        with pytest.raises(SourceError, match="while Valkey is away"):
            verb()
