from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from papers.harvest import harvest
from papers.models import Paper, Run, Source, Version
from tests.archive import Archive, made
from tests.replay import Answer

from .conftest import NIGHT, TODAY, newest_run

pytestmark = pytest.mark.django_db


def test_the_first_harvest_takes_the_last_three_days(archive, serve):
    server = serve(archive)
    Source.objects.all().delete()
    harvest()
    assert (server.log[0].query["from"], server.log[0].query["until"]) == ("2026-01-06", "2026-01-08")


def test_a_harvest_brings_versions_licence_and_submitter(archive, serve):
    server = serve(archive)
    harvest()
    assert Paper.objects.count() == 78
    paper = Paper.objects.get(arxiv_id="2601.00099")
    assert (paper.submitter, paper.license) == ("Bob Builder", "http://creativecommons.org/licenses/by/4.0/")
    assert Version.objects.filter(paper=paper).count() == 1
    run = newest_run()
    assert (run.state, run.new_count, run.request_count) == ("finished", 78, len(server.log))
    assert run.byte_count > 10_000


def test_a_night_has_one_harvest(archive, serve):
    server = serve(archive)
    harvest()
    asked = len(server.log)
    harvest()
    assert len(server.log) == asked
    assert Run.objects.count() == 1


def test_the_next_night_asks_again_for_the_days_that_may_have_grown(archive, serve):
    server = serve(archive)
    harvest()
    asked = len(server.log)
    with time_machine.travel(NIGHT + timedelta(days=1), tick=False):
        harvest()
    assert (server.log[asked].query["from"], server.log[asked].query["until"]) == ("2026-01-07", "2026-01-09")


def test_nothing_is_asked_before_half_past_ten_in_new_york(archive, serve):
    server = serve(archive)
    harvest()
    asked = len(server.log)
    with time_machine.travel(NIGHT + timedelta(hours=23, minutes=30), tick=False):
        harvest()
    assert len(server.log) == asked


def test_after_an_outage_of_weeks_every_day_since_is_asked_for(serve):
    papers = [made(f"2601.{number:05}") for number in range(1, 101)]
    server = serve(Archive(papers, until=TODAY, days=100, page_size=20))
    Source.objects.all().delete()
    with time_machine.travel(datetime(2025, 11, 1, 3, tzinfo=UTC), tick=False):
        harvest()
    asked = len(server.log)
    harvest()
    windows = [(line.query["from"], line.query["until"]) for line in server.log[asked:] if "from" in line.query]
    days = sorted(set(windows))
    assert days[0][0] == "2025-10-31"
    assert days[-1][1] == "2026-01-08"
    ends = [date.fromisoformat(last) for _, last in days]
    starts = [date.fromisoformat(first) for first, _ in days]
    assert starts[1:] == [last + timedelta(days=1) for last in ends[:-1]]
    assert Paper.objects.count() == 71 - 2


def test_strangers_in_other_categories_are_passed_over_and_acquaintances_are_not(serve, make_paper):
    make_paper("2601.00003", category="math.AG")
    papers = [
        made("2601.00001"),
        made("2601.00002", categories=["math.AG"]),
        made("2601.00003", categories=["math.AG"], title="A New Title"),
    ]
    serve(Archive(papers, until=TODAY, days=1, page_size=20))
    harvest()
    assert sorted(Paper.objects.values_list("arxiv_id", flat=True)) == ["2601.00001", "2601.00003"]
    assert Paper.objects.get(arxiv_id="2601.00003").title == "A New Title"


@pytest.mark.parametrize("wanted", ["cs", "eess.SY", "cs.SY"])
def test_an_archive_and_a_double_name_are_followed_too(serve, settings, wanted):
    serve(Archive([made("2601.00001", categories=["cs.SY"])], until=TODAY, days=1, page_size=20))
    settings.ARXIV_CATEGORIES = [wanted]
    harvest()
    assert Paper.objects.count() == 1


def test_a_site_that_holds_the_archive_passes_nobody_over(serve, settings):
    settings.ARXIV_BACKFILL = True
    serve(Archive([made("2601.00001", categories=["math.AG"])], until=TODAY, days=1, page_size=20))
    harvest()
    assert Paper.objects.count() == 1


def test_pages_in_a_form_that_can_not_be_read_are_not_passed(archive, serve):
    def in_a_new_form(request) -> Answer:
        answer = archive(request)
        return replace(answer, body=answer.body.replace(b"arXivRaw", b"arXivNew"))

    serve(in_a_new_form)
    before = Source.objects.get(name="arxiv-oai").position
    harvest()
    run = newest_run()
    assert run.state == "failed"
    assert "can't be read" in run.error
    assert Source.objects.get(name="arxiv-oai").position == before
