import json
from datetime import date

import pytest

from papers.arxiv.record import SourceError
from papers.huggingface.client import Client
from papers.web.fetch import Fetcher
from papers.web.guard import place
from tests.replay import Answer, Replay


def client(server: Replay) -> Client:
    own = [place(server.url)]
    return Client(Fetcher("huggingface", user_agent="teapot/1", hosts=own, stand_ins=own), server.url + "/")


def test_a_day_is_asked_for_with_all_its_rows():
    with Replay(lambda request: Answer(b"[]")) as server:
        asking = client(server)
        assert asking.daily_papers(date(2026, 1, 6)) == []
    (asked,) = server.log
    assert (asked.path, asked.query) == ("/api/daily_papers", {"date": "2026-01-06", "limit": "100", "p": "0"})
    assert (asking.request_count, asking.byte_count) == (1, 2)


def page(first: int, count: int) -> Answer:
    rows = [
        {"paper": {"id": f"2601.{number:05}"}, "title": "A Thing"} for number in range(first + 1, first + count + 1)
    ]
    return Answer(json.dumps(rows).encode())


@pytest.mark.parametrize(("count", "pages"), [(99, 1), (100, 2), (230, 3)])
def test_behind_a_full_page_the_next_is_asked_for(count, pages):
    def answer(request) -> Answer:
        first = 100 * int(request.query["p"])
        return page(first, min(100, count - first))

    with Replay(answer) as server:
        rows = client(server).daily_papers(date(2026, 1, 6))
    assert [row.record.arxiv_id for row in rows] == [f"2601.{number:05}" for number in range(1, count + 1)]
    assert [asked.query["p"] for asked in server.log] == ["0", "1", "2"][:pages]


def test_a_day_without_end_is_told():
    with Replay(lambda request: page(0, 100)) as server, pytest.raises(SourceError, match="no end"):
        client(server).daily_papers(date(2026, 1, 6))
    assert len(server.log) == 10


@pytest.mark.parametrize(
    ("arxiv_id", "path"), [("2601.00001", "/api/papers/2601.00001"), ("cs/0001001", "/api/papers/cs%2F0001001")]
)
def test_a_paper_is_asked_for_by_its_id(arxiv_id, path):
    with Replay(lambda request: Answer(b"{}")) as server:
        assert client(server).paper(arxiv_id) == b"{}"
    assert server.log[0].path == path


def test_an_error_is_told():
    with Replay(lambda request: Answer(b"no", 404)) as server, pytest.raises(SourceError, match="status 404"):
        client(server).paper("2601.00001")
