"""A fetcher that is at home at the replay server, never sleeps, and remembers how long it would have."""

import pytest

from papers.web.fetch import Fetcher
from papers.web.guard import place
from tests.replay import Replay


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def fetcher(slept):
    def make(server: Replay, **more) -> Fetcher:
        own = place(server.url)
        given = {"user_agent": "DailyPapers/0.1 (+https://papers.example.org)", "hosts": [own], "stand_ins": [own]}
        return Fetcher("teapot", **{**given, "sleep": slept.append, **more})

    return make
