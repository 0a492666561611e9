import json
from datetime import date

import pytest
from django.core.management import CommandError

from feed.models import Entry
from papers.models import Listing, Paper, Run, Source
from papers.runs import run
from tests.archive import Archive, error, made
from tests.papers.test_runs import elsewhere
from tests.replay import Answer, Replay

from .test_ingest_command import ATOM, DAY, count, entry, ingest, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def arxiv(settings):
    """Serve arXiv's services by one handler: `arxiv(answer)`."""
    servers: list[Replay] = []

    def serve(answer) -> Replay:
        servers.append(Replay(answer))
        servers[-1].__enter__()
        settings.ARXIV_URL = settings.ARXIV_API_URL = settings.ARXIV_RSS_URL = settings.ARXIV_OAI_URL = servers[-1].url
        return servers[-1]

    yield serve
    for server in servers:
        server.__exit__()


def test_what_changed_at_arxiv_is_asked_for_page_by_page_and_written_down_as_a_run(arxiv):
    server = arxiv(
        Archive([made(f"2601.{number:05}") for number in range(1, 31)], until=date(2026, 1, 10), days=10, page_size=8)
    )
    report = ingest("arxiv-oai", "--from", "2026-01-01", "--until", "2026-01-10", "--set", "cs")
    assert count(report, "new") == 30
    assert server.log[0].query["set"] == "cs"
    run = Run.objects.get()
    assert (run.source, run.state, run.new_count) == (Source.Name.HARVEST, "finished", 30)
    assert run.window == "by hand: 2026-01-01 to 2026-01-10 cs"
    assert run.request_count == len(server.log)


def test_a_set_that_arxiv_does_not_have_is_not_taken_for_a_quiet_day(arxiv):
    arxiv(lambda request: error("noRecordsMatch", "Set argument doesn't match any sets"))
    report = ingest("arxiv-oai", "--from", "2026-01-01", "--set", "moo")
    assert "arXiv has no set called moo" in report


def test_single_papers_are_asked_for_by_their_ids(arxiv, recorded):
    answer = json.loads((recorded / "arxiv_api" / "id_1605.08386_s0_m100_199195aa31ad.json").read_text())
    server = arxiv(lambda request: Answer(answer["body"].encode("latin-1")))
    report = ingest("arxiv-ids", "1605.08386", "https://arxiv.org/abs/2601.00001", "no-id")
    assert Paper.objects.get().arxiv_id == "1605.08386"
    assert len(server.log) == 1
    assert "2601.00001" in report
    assert "no-id" in report
    assert (Run.objects.get().source, Run.objects.get().refused_count) == (Source.Name.LOOKUP, 2)


def test_a_source_that_is_taken_is_named_with_since_when():
    def try_to() -> str:
        with pytest.raises(CommandError) as raised:
            ingest("arxiv-oai", "--from", "2026-01-01")
        return str(raised.value)

    with run(Source.Name.HARVEST):
        told = elsewhere(try_to)
    assert "Another run has arXiv's changes by OAI-PMH" in told


def test_a_source_out_of_reach_fails_the_command_and_its_run(settings):
    settings.HUGGINGFACE_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="Nothing could be read"):
        ingest("huggingface", "--date", "2026-05-29")
    assert Run.objects.get().state == "failed"


def test_one_day_that_can_not_be_read_costs_no_other(httpserver, settings):
    settings.HUGGINGFACE_URL = httpserver.url_for("")
    httpserver.expect_request("/api/daily_papers", query_string="date=2026-05-28&limit=100&p=0").respond_with_data(
        "<html>"
    )
    httpserver.expect_request("/api/daily_papers").respond_with_json([row("2601.00001")])
    report = ingest("huggingface", "--date", "2026-05-28", "--until", "2026-05-29")
    assert Entry.objects.get().day == DAY
    assert "2026-05-28: not read: " in report
    assert (Run.objects.get().state, Run.objects.get().refused_count) == ("finished", 1)


def test_the_announcement_goes_through_filing_as_the_timetable_does(arxiv, settings):
    server = arxiv(lambda request: Answer(ATOM.format(entries=entry("2601.00001")).encode()))
    with pytest.raises(CommandError):
        ingest("arxiv-rss", "cs.CL")
    assert server.log[0].path == "/atom/cs.CL"
    assert Paper.objects.get().arxiv_id == "2601.00001"
    assert not Listing.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["arxiv-oai"], "--from"),
        (["arxiv-ids"], "Name the papers"),
        (["arxiv-rss", "--day", "2026-01-01"], "--day"),
        (["arxiv-oai", "--from", "2026-01-02", "--until", "2026-01-01"], "--until"),
        (["arxiv-list", "--file", "x.html"], "one category"),
        (["arxiv-list", "cs.ZZ"], "cs.ZZ"),
    ],
)
def test_what_is_missing_is_said(arguments, told):
    with pytest.raises(CommandError, match=told):
        ingest(*arguments)
