import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.arxiv.record import SourceError
from papers.github import repository
from papers.github.client import Client
from papers.github.repository import Gone, Repository, Unchanged
from papers.web.fetch import Fetcher
from papers.web.guard import place
from papers.web.unavailable import Busy
from tests.replay import Answer, Replay

NOW = datetime(2026, 1, 6, 1, tzinfo=UTC)


def told(name: str = "owner/name", stars: object = 7, **headers: str) -> Answer:
    return Answer(json.dumps({"id": 1, "full_name": name, "stargazers_count": stars}).encode(), headers=headers)


def client(server: Replay, *, token: str = "") -> Client:
    own = [place(server.url)]
    return Client(
        Fetcher("github", user_agent="teapot/1", hosts=own, stand_ins=own, sleep=lambda seconds: None),
        server.url,
        token=token,
    )


def test_a_repository_is_told_with_its_stars():
    with Replay(lambda request: told(ETag='W/"abc"')) as server:
        assert client(server).repository("owner/name") == Repository("owner/name", 7, 'W/"abc"')
    (asked,) = server.log
    assert (asked.path, asked.headers["accept"]) == ("/repos/owner/name", "application/vnd.github+json")
    assert "authorization" not in asked.headers
    assert "if-none-match" not in asked.headers


def test_what_has_not_changed_is_not_sent_again():
    def answer(request):
        return Answer(b"", 304) if request.headers.get("if-none-match") == 'W/"abc"' else told()

    with Replay(answer) as server:
        assert client(server).repository("owner/name", etag='W/"abc"') == Unchanged()


def test_a_renamed_repository_is_told_under_its_new_name():
    def answer(request):
        if request.path == "/repositories/1":
            return told("owner/new-name")
        return Answer(b'{"message": "Moved Permanently"}', 301, {"Location": "/repositories/1"})

    with Replay(answer) as server:
        assert client(server, token="secret").repository("owner/name").full_name == "owner/new-name"
    assert [asked.headers["authorization"] for asked in server.log] == ["Bearer secret"] * 2


def test_a_redirect_to_another_host_is_not_followed_and_gets_no_token():
    with (
        Replay(lambda request: told()) as other,
        Replay(lambda request: Answer(b"", 301, {"Location": other.url})) as server,
        pytest.raises(SourceError, match="not one of the source's own hosts"),
    ):
        client(server, token="secret").repository("owner/name")
    assert other.log == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b'{"message": "Not Found"}', 404),
        Answer(b"", 410),
        Answer(b'{"message": "Repository access blocked", "block": {"reason": "dmca"}}', 451),
        Answer(b'{"message": "Repository access blocked", "block": {"reason": "tos"}}', 403),
    ],
)
def test_a_repository_that_was_deleted_or_blocked_is_gone(answer):
    with Replay(lambda request: answer) as server:
        assert client(server).repository("owner/name") == Gone()


@pytest.mark.parametrize(
    ("status", "headers", "body", "seconds"),
    [
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW.timestamp()) + 900)}, b"{}", 901),
        (429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW.timestamp()) + 900)}, b"{}", 901),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW.timestamp()) - 900)}, b"{}", 1),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 12}, b"{}", 3600),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "tomorrow"}, b"{}", 60),
        (403, {"Retry-After": "30"}, b"{}", 30),
        (403, {}, b'{"message": "You have exceeded a secondary rate limit."}', 60),
        (429, {}, b"", 60),
    ],
)
def test_a_limit_is_told_with_its_end_and_holds_everybody(time_machine, status, headers, body, seconds):
    time_machine.move_to(NOW, tick=False)
    held = []
    with Replay(lambda request: Answer(body, status, headers)) as server:
        asking = client(server)
        asking.fetcher.turn.hold = held.append
        with pytest.raises(Busy) as caught:
            asking.repository("owner/name")
    assert caught.value.until == NOW + timedelta(seconds=seconds)
    assert held == [seconds]
    assert len(server.log) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b'{"message": "Bad credentials"}', 401), "is GITHUB_TOKEN right"),
        (Answer(b'{"message": "Forbidden"}', 403), "doesn't show owner/name"),
        (Answer(b"<html>", 403), "no JSON"),
        (Answer(b"<html>"), "no JSON"),
        (Answer(b"[]"), "no JSON object"),
        (Answer(b"{}"), "no full_name"),
        (told("../../x"), "no full_name"),
        (told(stars=-1), "stargazers_count"),
        (told(stars=True), "stargazers_count"),
        (told(stars=1.5), "stargazers_count"),
        (told(stars=10**30), "stargazers_count"),
        (Answer(b"[" * 100_000), "no JSON"),
    ],
)
def test_whatever_else_comes_is_a_source_error(answer, reason):
    with Replay(lambda request: answer) as server, pytest.raises(SourceError, match=reason):
        client(server).repository("owner/name")


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
NAMES = st.sampled_from(["full_name", "stargazers_count", "block"])


@settings(max_examples=60)
@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=9))
def test_json_of_any_shape_is_a_repository_or_a_source_error(value):
    try:
        found = repository.parse(json.dumps(value).encode())
    except SourceError:
        return
    assert found.full_name


@given(st.binary())
def test_any_bytes_are_a_repository_or_a_source_error(data):
    with pytest.raises(SourceError):
        repository.parse(data)


@pytest.mark.parametrize("name", ["", "owner", "owner/..", "owner/name/x", "owner/na me", "owner/name\n", "../x"])
def test_nothing_is_asked_for_what_is_no_name(name):
    with Replay(lambda request: told()) as server, pytest.raises(SourceError, match="no repository's name"):
        client(server).repository(name)
    assert server.log == []


def test_an_etag_that_no_column_holds_is_forgotten():
    with Replay(lambda request: told(ETag="x" * 500)) as server:
        assert client(server).repository("owner/name").etag == ""
