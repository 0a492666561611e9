import multiprocessing
import threading
from itertools import pairwise

import pytest
import redis

from papers.arxiv.record import SourceError
from papers.pace import Pace
from papers.web.fetch import Fetcher
from papers.web.guard import place
from papers.web.unavailable import Busy
from tests.conftest import IS_LONG
from tests.papers.asking import ask
from tests.replay import Answer, Exchange, Replay, busy

# arXiv's own in a long run.
PAUSE = 3.0 if IS_LONG else 0.05
COUNT = 5 if IS_LONG else 25


@pytest.fixture
def server(settings):
    with redis.from_url(settings.REDIS_URL) as server:
        yield server
        for key in server.keys("pace:teapot*"):
            server.delete(key)


def process(*given) -> multiprocessing.Process:
    made = multiprocessing.get_context("spawn").Process(target=ask, args=given, daemon=True)
    made.start()
    return made


def gaps(log: list[Exchange]) -> list[float]:
    """The seconds from the end of each request to the start of the next, negative where two were there at once."""
    return [second.started - first.ended for first, second in pairwise(log)]


def test_two_processes_never_ask_at_once_and_never_without_the_pause(server, settings):
    with Replay(lambda request: Answer(b"x" * 10_000, pieces=4, pause=0.002)) as replay:
        processes = [process(settings.REDIS_URL, replay.url, COUNT, PAUSE, 10.0) for _ in range(2)]
        for one in processes:
            one.join(60 + 3 * COUNT * PAUSE)
    assert [one.exitcode for one in processes] == [0, 0]
    assert len(replay.log) == 2 * COUNT
    assert min(gaps(replay.log)) >= PAUSE


def test_after_a_killed_process_the_others_soon_go_on(server, settings):
    is_asked, is_free = threading.Event(), threading.Event()

    def answer(request):
        if request.path != "/drip":
            return Answer(b"quick")
        is_asked.set()
        # Until the other process waits at the lock.
        is_free.wait(30)
        return Answer(b"x" * 1_000, pieces=1_000, pause=0.02)

    with Replay(answer) as replay:
        victim = process(settings.REDIS_URL, f"{replay.url}/drip", 1, PAUSE, 1.0)
        assert is_asked.wait(30)
        other = process(settings.REDIS_URL, f"{replay.url}/quick", 3, PAUSE, 1.0)
        while not server.exists("pace:teapot:first"):
            assert other.is_alive()
            other.join(0.01)
        owner = server.get("pace:teapot")
        victim.kill()
        is_free.set()
        victim.join(10)
        other.join(30)
    dripping, *quick = replay.log
    assert (victim.exitcode, other.exitcode) == (-9, 0)
    assert owner not in {None, b"pause"}
    assert (dripping.path, dripping.is_whole, len(quick)) == ("/drip", False, 3)
    assert min(gaps(replay.log)) >= PAUSE
    assert quick[0].started - dripping.ended < max(1.0, 2 * PAUSE) + 5


def test_a_request_that_outlasts_its_lease_keeps_its_turn(server):
    first, second = (Pace(server, "teapot", pause=0.01, lease=0.1) for _ in range(2))
    order = []

    def take_second():
        with second.take():
            order.append("second")

    with first.take():
        waiting = threading.Thread(target=take_second)
        waiting.start()
        # Five leases.
        waiting.join(0.5)
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]


def test_who_waits_is_next_before_who_has_just_asked(server):
    walker, visitor = (Pace(server, "teapot", pause=0.02) for _ in range(2))
    order = []

    def visit():
        with visitor.take():
            order.append("visitor")

    # Often, so that chance alone would not have it so.
    for _ in range(10):
        visiting = threading.Thread(target=visit)
        with walker.take():
            visiting.start()
            while not server.exists("pace:teapot:first"):
                visiting.join(0.001)
        with walker.take():
            order.append("walker")
        visiting.join(10)
    assert order == ["visitor", "walker"] * 10


def test_who_waited_and_was_killed_holds_up_the_others_for_a_moment_only(server):
    server.set("pace:teapot:first", "killed", px=200)
    with Pace(server, "teapot", pause=0.01, patience=5.0).take():
        assert not server.exists("pace:teapot:first")


def test_what_a_source_asks_for_holds_everybody(server, settings):
    one, other = (Pace(server, "teapot", pause=0.01, patience=5.0) for _ in range(2))
    with Replay(lambda request: Answer(b"x"), faults=[busy(600)]) as replay:
        own = place(replay.url)
        for pace in (one, other):
            with pytest.raises(Busy) as caught:
                Fetcher("x", user_agent="x", hosts=[own], stand_ins=[own], turn=pace).get(replay.url)
    assert "no turn within 5 seconds" in str(caught.value)
    assert len(replay.log) == 1
    assert 590_000 < server.pttl("pace:teapot:hold") <= 600_000


def test_a_hold_is_never_shortened(server):
    pace = Pace(server, "teapot", pause=0.01)
    pace.hold(600)
    pace.hold(1)
    assert server.pttl("pace:teapot:hold") > 590_000


def test_the_pause_begins_when_a_request_ends_however_it_ends(server):
    pace = Pace(server, "teapot", pause=60, patience=0.2)
    with pytest.raises(KeyError), pace.take():
        raise KeyError
    assert server.get("pace:teapot") == b"pause"
    assert 59_000 < server.pttl("pace:teapot") <= 60_000
    with pytest.raises(Busy), pace.take():
        raise AssertionError("it is nobody's turn")


def test_sources_have_turns_of_their_own(server):
    with Pace(server, "teapot", pause=60).take(), Pace(server, "kettle", pause=0.001, patience=0.2).take():
        pass


def test_a_lock_that_valkey_has_forgotten_is_made_anew(server):
    with Pace(server, "teapot", pause=60).take():
        server.delete("pace:teapot")
    assert server.get("pace:teapot") == b"pause"


def test_a_turn_that_others_have_taken_meanwhile_is_not_taken_from_them(server, caplog):
    with Pace(server, "teapot", pause=60).take():
        server.set("pace:teapot", "another")
    assert server.get("pace:teapot") == b"another"
    assert "out of turn" in caplog.text


def test_without_valkey_nothing_is_asked():
    away = redis.from_url("redis://127.0.0.1:9/0", retry=None)
    with pytest.raises(SourceError, match="while Valkey is away"), Pace(away, "teapot", pause=0.01).take():
        raise AssertionError("it is nobody's turn")


def test_an_answer_that_came_is_kept_although_valkey_has_gone_away_meanwhile(server, caplog):
    pace = Pace(server, "teapot", pause=0.01)
    with pace.take():
        pace.server = redis.from_url("redis://127.0.0.1:9/0", retry=None)
    assert "while Valkey is away" in caplog.text
    # Whoever comes next waits until the lock has run out.
    assert server.pttl("pace:teapot") > 5_000
