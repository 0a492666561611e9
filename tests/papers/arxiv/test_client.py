from datetime import date

import pytest

from papers.arxiv.client import Addresses, Client
from papers.arxiv.record import SourceError
from papers.web.fetch import Fetcher
from papers.web.guard import place
from tests.replay import Answer, Replay


@pytest.fixture
def server():
    with Replay(lambda request: Answer(b"<feed/>")) as server:
        yield server


@pytest.fixture
def client(server) -> Client:
    own = [place(server.url)]
    fetcher = Fetcher("arxiv", user_agent="teapot/1", hosts=own, stand_ins=own)
    return Client(fetcher, Addresses(*(f"{server.url}/{name}/" for name in ("lists", "feeds", "api", "oai"))))


def asked(server) -> tuple[str, dict[str, str]]:
    (exchange,) = server.log
    return exchange.path, exchange.query


def test_the_atom_feed_of_all_categories_is_asked_for_at_once(client, server):
    assert client.announcements(["cs.AI", "cs.CL", "cs.AI"]) == b"<feed/>"
    assert asked(server) == ("/feeds/atom/cs.AI+cs.CL", {})
    assert (client.request_count, client.byte_count) == (1, 7)


@pytest.mark.parametrize("names", [[], ["cs.ZZ"], ["../../etc/passwd"], ["cs.AI", "cs.AI/.."]])
def test_nothing_is_asked_for_a_name_that_is_not_arxivs(client, server, names):
    with pytest.raises(SourceError, match="categor"):
        client.announcements(names)
    for name in names:
        if name != "cs.AI":
            with pytest.raises(SourceError, match="categor"):
                client.listing(name, "new")
    assert server.log == []


def test_the_list_of_what_is_new_is_whole_by_itself(client, server):
    assert client.listing("cs.CL", "new") == b"<feed/>"
    assert asked(server) == ("/lists/list/cs.CL/new", {})


def test_the_list_of_a_week_is_asked_for_with_all_its_entries(client, server):
    client.listing("cs.CL", "pastweek")
    assert asked(server) == ("/lists/list/cs.CL/pastweek", {"show": "2000"})


@pytest.mark.parametrize(
    ("arxiv_id", "identifier"),
    [("2601.00001", "oai:arXiv.org:2601.00001"), ("math.CA/0611800v2", "oai:arXiv.org:math/0611800")],
)
def test_a_record_is_asked_for_by_its_canonical_id(client, server, arxiv_id, identifier):
    client.record(arxiv_id)
    assert asked(server) == (
        "/oai/oai",
        {"verb": "GetRecord", "metadataPrefix": "arXivRaw", "identifier": identifier},
    )


def test_nothing_is_asked_for_what_is_no_id(client, server):
    with pytest.raises(SourceError, match="is not an arXiv id"):
        client.record("abc")
    assert server.log == []


def test_a_window_of_records_is_asked_for_with_its_days_and_set(client, server):
    client.page(date(2026, 1, 5), date(2026, 1, 6), form="arXiv", set_="cs")
    assert asked(server)[1] == {
        "verb": "ListRecords",
        "metadataPrefix": "arXiv",
        "from": "2026-01-05",
        "until": "2026-01-06",
        "set": "cs",
    }


def test_all_records_are_asked_for_without_a_window(client, server):
    client.page()
    assert asked(server)[1] == {"verb": "ListRecords", "metadataPrefix": "arXivRaw"}


def test_the_next_page_is_asked_for_by_its_token_alone(client, server):
    # The protocol calls it an exclusive argument: with others beside it, the request is refused.
    client.page(date(2026, 1, 5), date(2026, 1, 6), set_="cs", token="6511260|1001&x=y")
    assert asked(server)[1] == {"verb": "ListRecords", "resumptionToken": "6511260|1001&x=y"}
