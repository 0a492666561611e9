import pytest

from papers.arxiv.record import SourceError
from tests.replay import Answer, Replay


def body(request) -> Answer:
    return Answer(b"here")


def test_redirects_have_an_end(fetcher):
    with (
        Replay(lambda request: Answer(b"", 302, {"Location": request.path + "x"})) as server,
        pytest.raises(SourceError, match="more than 5 redirects"),
    ):
        fetcher(server).get(f"{server.url}/")
    assert len(server.log) == 6


def test_a_redirect_to_another_host_is_not_followed(fetcher):
    with (
        Replay(body) as other,
        Replay(lambda request: Answer(b"", 302, {"Location": other.url})) as server,
        pytest.raises(SourceError, match="not one of the source's own hosts"),
    ):
        fetcher(server).get(server.url)
    assert other.log == []


def test_a_redirect_to_a_private_address_is_not_followed_where_any_public_host_may_be_asked(fetcher):
    with (
        Replay(body) as other,
        Replay(lambda request: Answer(b"", 302, {"Location": request.query["to"]})) as server,
    ):
        asking = fetcher(server, hosts=None)
        for to in [
            other.url,
            "http://127.0.0.1/",
            "http://[::1]/",
            "http://169.254.169.254/latest",
            "http://localhost/",
        ]:
            with pytest.raises(SourceError, match="is not asked"):
                asking.get(f"{server.url}/?to={to}")
    assert other.log == []


@pytest.mark.parametrize(
    "location", ["ftp://example.org/", "//user:x@example.org/", "http://[half", "", "\x01", "http://"]
)
def test_a_redirect_to_what_is_no_address_is_told(fetcher, location):
    with Replay(lambda request: Answer(b"", 302, {"Location": location})) as server, pytest.raises(SourceError):
        fetcher(server).get(server.url)


def test_headers_of_the_caller_stay_with_the_host_that_they_were_meant_for(fetcher):
    with (
        Replay(body) as other,
        Replay(lambda request: Answer(b"", 302, {"Location": other.url})) as server,
    ):
        places = [one.url.removeprefix("http://") for one in (server, other)]
        asking = fetcher(server, hosts=places, stand_ins=places)
        asking.get(server.url, headers={"Authorization": "Bearer secret"})
    assert server.log[0].headers["authorization"] == "Bearer secret"
    assert "authorization" not in other.log[0].headers
