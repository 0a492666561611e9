from itertools import pairwise

import pytest
import redis

from papers import sources
from papers.arxiv.record import SourceError
from papers.github.repository import Repository
from papers.web.guard import place
from papers.web.unavailable import Busy, Unavailable
from tests.replay import Answer, Replay, reset

REPOSITORY = b'{"full_name": "owner/name", "stargazers_count": 7}'


@pytest.fixture
def server(settings):
    """One server that stands in for all of them."""
    with Replay(lambda request: Answer(REPOSITORY)) as server:
        settings.ARXIV_URL = settings.ARXIV_RSS_URL = settings.ARXIV_API_URL = settings.ARXIV_OAI_URL = server.url
        settings.HUGGINGFACE_URL = settings.GITHUB_API_URL = server.url
        settings.SITE_URL, settings.GITHUB_TOKEN = "https://papers.example.org", "secret"
        yield server


def test_every_source_is_asked_at_the_address_that_is_set_by_a_client_that_says_who_it_is(server, tmp_path):
    sources.arxiv().listing("cs.CL", "new")
    sources.huggingface().paper("2601.00001")
    assert sources.github().repository("owner/name") == Repository("owner/name", 7)
    with pytest.raises(SourceError, match="of type"):
        sources.pictures().download(f"{server.url}/a.png", to=tmp_path / "a", limit=10, types=["image/"])
    assert [asked.path for asked in server.log] == [
        "/list/cs.CL/new",
        "/api/papers/2601.00001",
        "/repos/owner/name",
        "/a.png",
    ]
    assert {asked.headers["user-agent"] for asked in server.log} == {"DailyPapers/0.1 (+https://papers.example.org)"}
    assert [asked.headers.get("authorization") for asked in server.log] == [None, None, "Bearer secret", None]


def test_all_of_arxivs_services_have_one_pace(server, settings):
    settings.ARXIV_PAUSE = 60
    sources.arxiv().announcements(["cs.CL"])
    with redis.from_url(settings.REDIS_URL) as valkey:
        # Some of it has gone by, on a busy machine more.
        assert 30_000 < valkey.pttl("pace:arxiv") <= 60_000
    again = sources.arxiv()
    again.fetcher.turn.patience = 0.1
    with pytest.raises(Busy):
        again.record("2601.00001")
    # The others have their own.
    sources.huggingface().paper("2601.00001")
    assert len(server.log) == 2


def test_a_circuit_is_shared_by_all_clients_of_a_host(server, settings):
    with Replay(lambda request: Answer(b"x"), faults=[reset()] * 99) as broken:
        settings.HUGGINGFACE_URL = broken.url
        for _ in range(4):
            with pytest.raises(SourceError):
                sources.huggingface().paper("2601.00001")
        with pytest.raises(Busy, match=f"{place(broken.url)} is left alone"):
            sources.huggingface().paper("2601.00001")
    assert len(broken.log) == 8
    assert sources.github().repository("owner/name").stars == 7


def test_a_sick_host_of_arxivs_leaves_the_others_their_turns_at_one_pace(server, settings):
    settings.ARXIV_PAUSE = 0.05
    with Replay(lambda request: Answer(b"x"), faults=[reset()] * 99) as broken:
        settings.ARXIV_OAI_URL = broken.url
        for number in range(3):
            with pytest.raises(Busy if number == 2 else Unavailable):
                sources.arxiv().record("2601.00001")
        sources.arxiv().listing("cs.CL", "new")
        sources.arxiv().announcements(["cs.CL"])
    assert [len(broken.log), len(server.log)] == [8, 2]
    both = sorted([*broken.log, *server.log], key=lambda asked: asked.started)
    assert all(after.started - before.ended > 0.04 for before, after in pairwise(both))


def test_pictures_are_fetched_from_any_host_but_arxivs(server):
    guard = sources.pictures().guard
    guard.check("https://cdn-uploads.huggingface.co/a.png")
    guard.check("https://example.org/a.png")
    for url in ["https://arxiv.org/a.png", "https://export.arxiv.org/a.png", "http://127.0.0.1:6379/"]:
        with pytest.raises(SourceError):
            guard.check(url)


def test_only_a_stand_in_may_be_private(settings, server):
    settings.ARXIV_OAI_URL = "https://oaipmh.arxiv.org"
    guard = sources.arxiv().fetcher.guard
    assert set(guard.hosts) == {place(server.url), "oaipmh.arxiv.org"}
    assert set(guard.stand_ins) == {place(server.url)}


def test_the_settings_are_the_services_own_unless_they_are_changed():
    hosts = sources.arxiv().fetcher.guard.hosts
    assert set(hosts) == {"arxiv.org", "rss.arxiv.org", "export.arxiv.org", "oaipmh.arxiv.org"}
    assert sources.arxiv().fetcher.guard.stand_ins == []
    assert sources.huggingface().fetcher.guard.hosts == ["huggingface.co"]
    assert sources.github().fetcher.guard.hosts == ["api.github.com"]


def test_without_valkey_nothing_is_asked(server, settings):
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    for client in (sources.arxiv(), sources.huggingface()):
        with pytest.raises(SourceError, match="while Valkey is away"):
            client.fetcher.get(server.url)
    assert server.log == []
