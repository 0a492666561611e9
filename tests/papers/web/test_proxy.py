import pytest

from papers.web.fetch import Fetcher
from papers.web.unavailable import Unavailable
from tests.replay import Answer, Replay


@pytest.fixture
def proxy(monkeypatch):
    with Replay(lambda request: Answer(b"by proxy")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield proxy


def test_a_source_is_asked_through_the_environments_proxy_which_resolves_its_name(proxy):
    fetcher = Fetcher("x", user_agent="x", hosts=["arxiv.invalid"])
    assert fetcher.get("http://arxiv.invalid/list").body == b"by proxy"
    assert [(asked.path, asked.headers["host"]) for asked in proxy.log] == [("/list", "arxiv.invalid")]


def test_a_host_that_the_environment_excepts_is_asked_directly(proxy, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "arxiv.invalid")
    with pytest.raises(Unavailable, match="cannot be reached"):
        Fetcher("x", user_agent="x", hosts=["arxiv.invalid"], attempts=1).get("http://arxiv.invalid/list")
    assert proxy.log == []


def test_a_host_that_strangers_named_is_never_asked_through_a_proxy(proxy):
    with pytest.raises(Unavailable, match="cannot be reached"):
        Fetcher("x", user_agent="x", attempts=1).get("http://pictures.invalid/a.png")
    assert proxy.log == []
