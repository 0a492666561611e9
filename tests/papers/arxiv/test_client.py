import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from papers.arxiv import fetch
from papers.arxiv.client import Client
from papers.arxiv.record import SourceError


@pytest.fixture
def pauses() -> list[str]:
    return []


@pytest.fixture
def client(httpserver: HTTPServer, pauses) -> Client:
    return Client(httpserver.url_for("/"), pause=lambda: pauses.append("waited"), user_agent="teapot/1")


def test_the_atom_feed_of_all_categories_is_asked_for_at_once(client, httpserver):
    httpserver.expect_request("/atom/cs.AI+cs.CL", headers={"User-Agent": "teapot/1"}).respond_with_data(b"<feed/>")
    assert client.announcements(["cs.AI", "cs.CL", "cs.AI"]) == b"<feed/>"


def test_each_request_waits_for_its_turn(client, httpserver, pauses):
    httpserver.expect_request("/atom/cs.AI").respond_with_data(b"<feed/>")
    client.announcements(["cs.AI"])
    client.announcements(["cs.AI"])
    assert pauses == ["waited", "waited"]


@pytest.mark.parametrize("names", [[], ["cs.ZZ"], ["../../etc/passwd"]])
def test_nothing_is_asked_for_a_name_that_is_not_arxivs(client, httpserver, pauses, names):
    with pytest.raises(SourceError, match="categor"):
        client.announcements(names)
    assert (httpserver.log, pauses) == ([], [])


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (Response("no", 404), "status 404"),
        (Response("broken", 500), "status 500"),
        (Response("", 204), "status 204"),
        (Response("slow down", 429, {"Retry-After": "30"}), "asks to slow down .* try again after 30 seconds"),
        (Response("busy", 503), "asks to slow down .* try again later"),
    ],
)
def test_any_answer_but_200_is_told(client, httpserver, response, reason):
    httpserver.expect_request("/atom/cs.AI").respond_with_response(response)
    with pytest.raises(SourceError, match=reason):
        client.announcements(["cs.AI"])


def test_a_failed_request_is_not_repeated(client, httpserver):
    httpserver.expect_request("/atom/cs.AI").respond_with_data("broken", status=500)
    with pytest.raises(SourceError):
        client.announcements(["cs.AI"])
    assert len(httpserver.log) == 1


def test_an_answer_without_end_is_cut_off(httpserver):
    def endless(request: Request) -> Response:
        return Response((b"x" * 100_000 for _ in range(1_000)), direct_passthrough=True)

    httpserver.expect_request("/endless").respond_with_handler(endless)
    with pytest.raises(SourceError, match="more than 1000000 bytes"):
        fetch.fetch(httpserver.url_for("/endless"), limit=1_000_000)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://", "gopher://arxiv.example", "http://[half"])
def test_a_server_that_cannot_be_reached_or_named_is_told(url):
    with pytest.raises(SourceError, match=r"cannot be (reached|fetched)"):
        Client(url, pause=lambda: None).announcements(["cs.AI"])
