import json
import re

import pytest

from papers.arxiv.atom import QueryError
from papers.arxiv.client import Addresses, Client
from papers.arxiv.record import Record, Refusal, SourceError
from papers.web.fetch import Fetcher
from papers.web.guard import place
from tests.replay import Answer, Replay, Request, changed, empty, html, instead

NAMES = [f"2601.{number:05}" for number in range(1, 2_201)]


def feed(names: list[str], *, total: int | None = None, start: int = 0) -> bytes:
    """A page of the API with an entry for each id, which may have a version."""
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{name}</id><title>A Paper Called {name}</title></entry>" for name in names
    )
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/">'
        f"<o:totalResults>{len(names) if total is None else total}</o:totalResults>"
        f"<o:startIndex>{start}</o:startIndex>{entries}</feed>"
    ).encode()


def malformed(name: str) -> Answer:
    entry = (
        f"<entry><id>http://arxiv.org/api/errors#incorrect_id_format_for_{name}</id><title>Error</title>"
        f"<summary>incorrect id format for {name}</summary></entry>"
    )
    return Answer(feed([], total=1).replace(b"</feed>", f"{entry}</feed>".encode()), 400)


def arxiv(request: Request) -> Answer:
    """arXiv with the papers NAMES, each in its second version."""
    start, size = int(request.query["start"]), int(request.query["max_results"])
    if "id_list" in request.query:
        wanted = request.query["id_list"].split(",")
        found = [name if "v" in name else f"{name}v2" for name in wanted if name.partition("v")[0] in NAMES]
        return Answer(feed(found[::-1][start : start + size], total=len(found)))
    newest = NAMES[::-1]
    return Answer(feed([f"{name}v2" for name in newest[start : start + min(size, 2_000)]], total=2_200, start=start))


@pytest.fixture
def client():
    def make(server: Replay) -> Client:
        own = [place(server.url)]
        fetcher = Fetcher("arxiv", user_agent="teapot/1", hosts=own, stand_ins=own, sleep=lambda seconds: None)
        return Client(fetcher, Addresses("", "", server.url, ""))

    return make


def names(rows) -> list[str]:
    return [row.arxiv_id if isinstance(row, Record) else f"refused {row.name}" for row in rows]


# --- By ids -----------------------------------------------------------------------------------------------------------


def test_papers_come_in_the_order_of_their_ids_a_hundred_at_a_time(client):
    with Replay(arxiv) as server:
        assert names(client(server).by_ids(iter(NAMES[:250]))) == NAMES[:250]
    assert [len(asked.query["id_list"].split(",")) for asked in server.log] == [100, 100, 50]
    assert [asked.query["max_results"] for asked in server.log] == ["100", "100", "50"]
    assert {asked.path for asked in server.log} == {"/api/query"}


def test_an_id_with_a_version_brings_that_version(client):
    with Replay(arxiv) as server:
        rows = list(client(server).by_ids(["2601.00001v1", "2601.00001"]))
    assert [(row.arxiv_id, row.version) for row in rows] == [("2601.00001", 1), ("2601.00001", 2)]


def test_an_id_written_in_two_ways_is_asked_for_once(client):
    with Replay(arxiv) as server:
        asked = ["2601.00001", "arXiv:2601.00001", *NAMES[:100], "https://arxiv.org/abs/2601.00001"]
        assert names(client(server).by_ids(asked)) == NAMES[:100]
    assert [one.query["id_list"].count("2601.00001") for one in server.log] == [1, 0]


def test_an_unknown_id_is_refused_and_costs_no_other(client):
    with Replay(arxiv) as server:
        rows = list(client(server).by_ids(["2601.00001", "2512.99999", "2601.00002"]))
    assert names(rows) == ["2601.00001", "refused 2512.99999", "2601.00002"]
    assert rows[1] == Refusal("2512.99999", "arXiv does not know it")


def test_that_none_of_the_ids_is_known_is_believed_when_it_is_said_twice(client):
    with Replay(arxiv) as server:
        assert names(client(server).by_ids(["2512.99999"])) == ["refused 2512.99999"]
    assert len(server.log) == 2
    with Replay(arxiv, faults=[instead(Answer(feed([])))]) as server:
        assert names(client(server).by_ids(["2601.00001"])) == ["2601.00001"]


def test_what_is_no_id_is_never_asked_for(client):
    with Replay(arxiv) as server:
        rows = list(client(server).by_ids(["abc", "2601.00001", "2613.00001"]))
    assert names(rows) == ["refused abc", "refused 2613.00001", "2601.00001"]
    assert server.log[0].query["id_list"] == "2601.00001"


def test_an_id_that_arxiv_calls_malformed_is_left_out_and_the_rest_asked_for_again(client):
    def answer(request):
        return malformed("2601.00002") if "2601.00002" in request.query["id_list"] else arxiv(request)

    with Replay(answer) as server:
        assert names(client(server).by_ids(NAMES[:3])) == ["refused 2601.00002", "2601.00001", "2601.00003"]
    assert len(server.log) == 2


def test_a_refusal_that_blames_no_id_of_ours_is_told(client):
    with Replay(lambda request: malformed("x")) as server, pytest.raises(QueryError, match="incorrect id format for x"):
        list(client(server).by_ids(NAMES[:3]))
    assert len(server.log) == 1


def test_arxiv_blaming_one_id_after_another_comes_to_an_end(client):
    with (
        Replay(lambda request: malformed(request.query["id_list"].partition(",")[0])) as server,
        pytest.raises(SourceError, match="has its API changed"),
    ):
        list(client(server).by_ids(NAMES[:100]))
    assert len(server.log) == 6


BLANK = changed(lambda body: body.partition(b"<entry>")[0] + b"</feed>")
SHORT = changed(lambda body: b"<entry>".join(body.split(b"<entry>")[:-1]) + b"</feed>")
CUT = changed(lambda body: body[: len(body) // 2])


@pytest.mark.parametrize("fault", [BLANK, SHORT, CUT, html(), empty()])
def test_a_page_that_is_not_whole_is_asked_for_again(client, fault):
    with Replay(arxiv, faults=[fault, fault]) as server:
        assert names(client(server).by_ids(NAMES[:20])) == NAMES[:20]
    assert len(server.log) == 3


@pytest.mark.parametrize("fault", [BLANK, html()])
def test_pages_that_are_never_whole_are_told(client, fault):
    with Replay(arxiv, faults=[fault] * 9) as server, pytest.raises(SourceError, match="in 4 tries"):
        list(client(server).by_ids(NAMES[:20]))
    assert len(server.log) == 4


# --- By a search ------------------------------------------------------------------------------------------------------


def test_a_search_is_paged_from_the_newest_on(client):
    with Replay(arxiv) as server:
        found = names(client(server).search("cat:cs.CL", limit=30_000))
    assert found == NAMES[::-1]
    assert [(asked.query["start"], asked.query["max_results"]) for asked in server.log] == [
        ("0", "2000"),
        ("2000", "2000"),
    ]
    assert server.log[0].query["search_query"] == "cat:cs.CL"
    assert (server.log[0].query["sortBy"], server.log[0].query["sortOrder"]) == ("submittedDate", "descending")


def test_a_search_ends_at_its_limit(client):
    with Replay(arxiv) as server:
        assert names(client(server).search("cat:cs.CL", limit=2_100)) == NAMES[:-2_101:-1]
    assert [asked.query["max_results"] for asked in server.log] == ["2000", "100"]


def test_more_than_arxiv_gives_is_not_asked_for(client):
    with (
        Replay(arxiv) as server,
        pytest.raises(SourceError, match=r"30,000 papers at most.* divide the search by dates"),
    ):
        list(client(server).search("cat:cs.CL", limit=30_001))
    assert server.log == []


@pytest.mark.parametrize("fault", [BLANK, CUT, html(), empty()])
def test_a_blank_page_in_the_middle_is_asked_for_again(client, fault):
    with Replay(arxiv, faults=[None, fault, fault]) as server:
        assert names(client(server).search("cat:cs.CL", limit=30_000)) == NAMES[::-1]
    assert len(server.log) == 4


def test_another_page_than_the_one_asked_for_is_asked_for_again(client):
    with Replay(
        arxiv, faults=[None, instead(arxiv(Request("GET", "", {"start": "0", "max_results": "9"}, {})))]
    ) as server:
        assert names(client(server).search("cat:cs.CL", limit=30_000)) == NAMES[::-1]


def test_a_page_that_is_shorter_than_asked_for_loses_nothing(client):
    shorter = changed(lambda body: b"<entry>".join(body.split(b"<entry>")[:151]) + b"</feed>")
    with Replay(arxiv, faults=[None, shorter]) as server:
        assert names(client(server).search("cat:cs.CL", limit=30_000)) == NAMES[::-1]
    assert [asked.query["start"] for asked in server.log] == ["0", "2000", "2150"]


def test_papers_that_move_to_the_next_page_come_once(client):
    newer = ["2602.00001", "2602.00002", "2602.00003"]

    def answer(request):
        start = int(request.query["start"])
        # Between the first page and the second three papers were submitted.
        all_names = [*newer, *NAMES[::-1]] if start else NAMES[::-1]
        return Answer(feed(all_names[start : start + 2_000], total=len(all_names), start=start))

    with Replay(answer) as server:
        assert names(client(server).search("cat:cs.CL", limit=30_000)) == NAMES[::-1]


def test_a_search_without_results_is_empty(client):
    with Replay(lambda request: Answer(feed([]))) as server:
        assert list(client(server).search("nothing", limit=10)) == []


def test_what_was_recorded_is_played_and_read(client, recorded):
    pages = {}
    for path in (recorded / "arxiv_api").glob("q_testing_s*_m10_*.json"):
        page = json.loads(path.read_text())
        pages[re.search(r"start=(\d+)", page["url"])[1]] = page["body"].encode("latin-1")
    total = re.search(rb"totalResults>(\d+)", pages["0"])[1]
    # So that the slices are those of the recording.
    with Replay(lambda request: Answer(pages[request.query["start"]]), faults=[None, BLANK]) as server:
        found = names(client(server).search("testing", limit=50))
    assert int(total) > 200_000
    assert [asked.query["start"] for asked in server.log] == ["0", "10", "10", "20", "30", "40"]
    assert len(found) == len(set(found)) > 40
