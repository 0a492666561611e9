import gzip
import logging
import re
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from papers.arxiv.record import SourceError
from papers.web.fetch import Fetcher
from papers.web.unavailable import Busy, Unavailable
from tests.replay import Answer, Replay, busy, compressed, empty, html, instead, reset, slow, truncated

BODY = b"a paper, and another; " * 5_000


def body(request) -> Answer:
    return Answer(BODY)


def test_a_request_says_who_asks_and_what_for(fetcher):
    with Replay(body) as server:
        answer = fetcher(server).get(
            f"{server.url}/api", parameters={"id": "cs/0001001", "q": "a b"}, headers={"X": "y"}
        )
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, BODY, str(len(BODY)))
    assert answer.url.endswith("/api?id=cs%2F0001001&q=a+b")
    (asked,) = server.log
    assert asked.headers["user-agent"] == "DailyPapers/0.1 (+https://papers.example.org)"
    assert (asked.query, asked.headers["x"]) == ({"id": "cs/0001001", "q": "a b"}, "y")


def test_no_connection_stays_open_after_its_answer(fetcher):
    with Replay(body) as server:
        fetcher(server).get(server.url)
    assert server.log[0].headers["connection"] == "close"


def test_a_compressed_answer_is_inflated(fetcher):
    with Replay(lambda request: compressed(Answer(BODY))) as server:
        asking = fetcher(server)
        assert asking.get(server.url).body == BODY
    assert server.log[0].headers["accept-encoding"] == "gzip"
    assert asking.byte_count == len(gzip.compress(BODY))


@pytest.mark.parametrize(
    "fault",
    [
        busy(),
        busy(0, status=503),
        instead(Answer(status=500)),
        instead(Answer(status=502)),
        reset(0.0),
        reset(0.5),
        truncated(),
        instead(Answer(b"half", headers={"Content-Length": "8"})),
        instead(Answer(b"no gzip", headers={"Content-Encoding": "gzip"})),
    ],
)
def test_what_broke_is_asked_for_again(fetcher, slept, fault):
    with Replay(body, faults=[fault, fault]) as server:
        assert fetcher(server).get(server.url).body == BODY
    assert (len(server.log), len(slept)) == (3, 2)
    assert 1 <= slept[0] <= 3
    assert 2 <= slept[1] <= 6


def test_after_the_last_attempt_it_is_unavailable(fetcher):
    with Replay(body, faults=[reset()] * 9) as server:
        asking = fetcher(server, attempts=3)
        with pytest.raises(Unavailable, match=r"broke off .*\(tries: 3\)"):
            asking.get(server.url)
    assert (len(server.log), asking.request_count) == (3, 3)


@pytest.mark.parametrize("status", [204, 400, 403, 404, 410])
def test_an_answer_that_asking_again_would_not_change_is_told_at_once(fetcher, status):
    with (
        Replay(lambda request: Answer(b"no", status)) as server,
        pytest.raises(SourceError, match=f"status {status} [A-Z]") as caught,
    ):
        fetcher(server).get(server.url)
    assert not isinstance(caught.value, Unavailable)
    assert len(server.log) == 1


def test_a_status_that_is_expected_is_no_error(fetcher):
    with Replay(lambda request: Answer(b"malformed id", 400)) as server:
        answer = fetcher(server).get(server.url, accept=(200, 400))
    assert (answer.status, answer.body) == (400, b"malformed id")


def test_a_wait_in_seconds_is_waited(fetcher, slept):
    with Replay(body, faults=[busy(30)]) as server:
        fetcher(server).get(server.url)
    assert slept == [30]


def test_a_wait_until_a_date_is_waited(fetcher, slept, time_machine):
    now = datetime(2026, 1, 6, 1, tzinfo=UTC)
    time_machine.move_to(now, tick=False)
    with Replay(body, faults=[busy(now + timedelta(seconds=45), status=503)]) as server:
        fetcher(server).get(server.url)
    assert slept == [45]


def test_a_wait_that_is_too_long_for_a_run_is_left_to_the_next(fetcher, slept, time_machine):
    now = datetime(2026, 1, 6, 1, tzinfo=UTC)
    time_machine.move_to(now, tick=False)
    with (
        Replay(body, faults=[busy(600)]) as server,
        pytest.raises(Busy, match="asks to wait for 600 seconds") as caught,
    ):
        fetcher(server).get(server.url)
    assert caught.value.until == now + timedelta(seconds=600)
    assert (slept, len(server.log)) == ([], 1)


class Turn:
    """A turn that writes down what is done with it."""

    def __init__(self):
        self.story = []

    @contextmanager
    def take(self):
        self.story.append("taken")
        try:
            yield
        finally:
            self.story.append("given back")

    def hold(self, seconds):
        self.story.append(f"held for {seconds:.0f} s")


def test_every_request_takes_a_turn_and_a_wait_holds_everybody_before_the_turn_ends(fetcher):
    turn = Turn()
    with Replay(body, faults=[busy(30)]) as server:
        fetcher(server, turn=turn).get(server.url)
    assert turn.story == ["taken", "held for 30 s", "given back", "taken", "given back"]


def test_redirects_and_repetitions_take_turns_of_their_own(fetcher):
    turn = Turn()

    def leads(request):
        return Answer(BODY) if request.path == "/there" else Answer(b"", 301, {"Location": "/there"})

    with Replay(leads, faults=[None, instead(Answer(b"half", headers={"Content-Length": "8"}))]) as server:
        answer = fetcher(server, turn=turn).get(f"{server.url}/here")
    assert (answer.body, answer.url) == (BODY, f"{server.url}/there")
    assert [asked.path for asked in server.log] == ["/here", "/there", "/there"]
    assert turn.story.count("taken") == 3


def test_an_answer_without_end_is_cut_off(fetcher):
    with (
        Replay(lambda request: Answer(b"x" * 3_000_000)) as server,
        pytest.raises(SourceError, match="more than 1000000 bytes"),
    ):
        fetcher(server).get(server.url, limit=1_000_000)
    assert len(server.log) == 1


def test_a_gzip_bomb_is_cut_off_where_it_is_large_enough(fetcher):
    bomb = gzip.compress(bytes(50_000_000))
    with (
        Replay(lambda request: Answer(bomb, headers={"Content-Encoding": "gzip"})) as server,
        pytest.raises(SourceError, match="more than 1000000 bytes"),
    ):
        fetcher(server).get(server.url, limit=1_000_000)


def test_an_encoding_that_nobody_asked_for_is_refused(fetcher):
    with (
        Replay(lambda request: Answer(b"x", headers={"Content-Encoding": "br"})) as server,
        pytest.raises(SourceError, match="encoded as ‘br’"),
    ):
        fetcher(server).get(server.url)


def test_a_server_that_drips_runs_out_of_time(fetcher):
    with Replay(body, faults=[slow(0.01, 1_000)] * 2) as server:
        with pytest.raises(Unavailable, match=r"longer than 0\.2 seconds"):
            fetcher(server, deadline=0.2, attempts=2).get(server.url)
        assert fetcher(server, deadline=60).get(server.url).body == BODY


def test_a_server_that_says_nothing_runs_out_of_time(fetcher):
    with (
        Replay(body, faults=[slow(0.5, 2)]) as server,
        pytest.raises(Unavailable, match="did not answer in time"),
    ):
        fetcher(server, timeout=(1, 0.1), attempts=1).get(server.url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://nowhere.invalid"])
def test_a_server_that_cannot_be_reached_is_told(slept, url):
    host = url.removeprefix("http://")
    asking = Fetcher("teapot", user_agent="x", hosts=[host], stand_ins=[host], sleep=slept.append)
    with pytest.raises(Unavailable, match="cannot be reached"):
        asking.get(url)


@pytest.mark.parametrize("fault", [html(), empty()])
def test_what_an_answer_means_is_for_the_parser_to_say(fetcher, fault):
    with Replay(body, faults=[fault]) as server:
        assert fetcher(server).get(server.url).status == 200


def test_each_request_is_a_line_in_the_log(fetcher, caplog):
    caplog.set_level(logging.INFO, logger="papers.requests")
    with Replay(body, faults=[busy(1)]) as server:
        fetcher(server).get(f"{server.url}/x", parameters={"a": "1\n2"}, headers={"Authorization": "Bearer secret"})
    first, second = (record.getMessage() for record in caplog.records if record.name == "papers.requests")
    asked = re.escape(f"source=teapot method=GET url={server.url}/x?a=1%0A2")
    assert re.fullmatch(rf"{asked} status=429 bytes=0 seconds=\d+\.\d{{3}} attempt=1", first)
    assert f" status=200 bytes={len(BODY)} " in second
    assert second.endswith(" attempt=2")
    assert "secret" not in first + second


def test_where_any_host_may_be_asked_the_log_keeps_no_queries(fetcher, caplog):
    caplog.set_level(logging.INFO, logger="papers.requests")
    with Replay(body) as server:
        fetcher(server, hosts=None).get(f"{server.url}/x.png?signature=secret")
    assert f"url={server.url}/x.png status=200" in caplog.text
    assert "secret" not in "".join(record.getMessage() for record in caplog.records if record.name == "papers.requests")


class Fuse:
    """A circuit that opens at the second failure."""

    def __init__(self):
        self.failures = []

    def check(self):
        if len(self.failures) >= 2:
            raise Busy(f"open: {self.failures[-1]}", datetime.now(UTC))

    def succeed(self):
        self.failures.clear()

    def fail(self, reason):
        self.failures.append(reason)


def test_an_open_circuit_ends_the_repetitions(fetcher):
    fuse = Fuse()
    with Replay(body, faults=[reset()] * 9) as server, pytest.raises(Busy, match=r"open: .* broke off"):
        fetcher(server, circuit_of=lambda host: fuse).get(server.url)
    assert len(server.log) == 2


def test_an_answer_closes_the_circuit_whatever_it_says(fetcher):
    fuse = Fuse()
    fuse.fail("once")
    with Replay(lambda request: Answer(b"", 404)) as server, pytest.raises(SourceError):
        fetcher(server, circuit_of=lambda host: fuse).get(server.url)
    assert fuse.failures == []
