"""What the harvest makes of pages that are no good, and of pages whose records move while it reads."""

from datetime import date, timedelta
from itertools import count

import pytest

from papers.harvest import harvest
from papers.models import Paper, Source
from tests.archive import Archive, earlier_page, error, later_page, made, no_records, token
from tests.replay import Answer, changed, empty, html, instead

from .conftest import NIGHT, TODAY, newest_run, position

pytestmark = pytest.mark.django_db

CUT = changed(lambda body: body[: len(body) // 2], "cut")
TOKENS = [token("2026-01-08", "2026-01-08", start) for start in (20, 40, 60)]
GONE = error("badResumptionToken", "gone")
NONE = error("noRecordsMatch", "none")


@pytest.fixture(params=[False, True], ids=["today's server", "the old server"])
def archive(request) -> Archive:
    """Seventy-nine papers and a deletion, all of today: four pages, which are walked twice."""
    papers = [made(f"2601.{number:05}") for number in range(1, 81)]
    return Archive(papers, until=TODAY, days=1, page_size=20, is_old=request.param)


@pytest.fixture(autouse=True)
def _from_today(serve):
    Source.objects.update(position={"day": TODAY.isoformat()})


def has_all() -> bool:
    return (Paper.objects.count(), newest_run().state) == (79, "finished")


def test_a_day_of_several_pages_is_walked_twice(archive, serve):
    server = serve(archive)
    harvest()
    assert has_all()
    assert [line.query.get("resumptionToken", "") for line in server.log] == ["", *TOKENS] * 2


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_record_that_slips_to_the_page_before_is_not_lost(archive, serve, place):
    """A record that changes leaves the day: those behind it move up by one, over the edge of the page."""
    asked = count()

    def answer(request) -> Answer:
        if next(asked) == place:
            archive.change("2601.00001", TODAY + timedelta(days=1))
        return archive(request)

    serve(answer)
    harvest()
    assert has_all()


@pytest.mark.parametrize(
    "fault",
    [html(), empty(), no_records(), instead(NONE, "none"), earlier_page(), later_page(), CUT],
    ids=lambda fault: fault.__name__,
)
@pytest.mark.parametrize("place", [0, 1, 3], ids=["first", "second", "last"])
def test_a_bad_page_is_asked_for_again_and_never_passed(archive, serve, fault, place):
    server = serve(archive, *[None] * place, fault)
    harvest()
    assert has_all()
    assert len(server.log) == 8 + 1


def test_a_page_that_is_never_good_fails_the_run_and_the_next_begins_its_window_anew(archive, serve):
    serve(archive, None, None, *[html()] * 3)
    harvest()
    assert newest_run().state == "failed"
    assert "no good page of 2026-01-08 to 2026-01-08 came in 3 tries" in newest_run().error
    assert (position()["day"], position()["token"]) == ("2026-01-08", "")
    assert Paper.objects.count() == 40
    serve(archive)
    harvest()
    assert has_all()


def test_a_token_that_is_dead_for_good_fails_the_run_after_some_new_beginnings(archive, serve):
    server = serve(archive)
    archive.dead.add(TOKENS[1])
    harvest()
    assert newest_run().state == "failed"
    assert "badResumptionToken" in newest_run().error
    assert len(server.log) == 4 * 3
    archive.dead.clear()
    harvest()
    assert has_all()


def test_a_token_that_died_at_midnight_costs_its_window_and_no_more(archive, serve):
    server = serve(archive, None, None, instead(GONE))
    harvest()
    assert has_all()
    assert len(server.log) == 3 + 8


def test_a_last_page_whose_records_have_all_left_begins_the_window_anew(serve):
    papers = [made(f"2601.{number:05}") for number in range(1, 22)]
    archive, asked = Archive(papers, until=TODAY, days=1, page_size=20), count()

    def answer(request) -> Answer:
        if next(asked) == 1:
            archive.change("2601.00001", TODAY + timedelta(days=1))
        return archive(request)

    server = serve(answer)
    harvest()
    assert (Paper.objects.count(), newest_run().state) == (21, "finished")
    assert len(server.log) == 1 + 3 + 1


def test_a_token_that_leads_to_nothing_each_time_holds_up_one_run_only(archive, serve):
    server = serve(lambda request: NONE if TOKENS[0] in request.query.values() else archive(request))
    harvest()
    assert newest_run().state == "failed"
    assert "it was empty" in newest_run().error
    assert len(server.log) == 4 * (1 + 3)
    serve(archive)
    harvest()
    assert has_all()


def test_days_without_an_announcement_may_be_without_records(serve):
    Source.objects.update(position={"day": "2026-01-02", "span": 2})
    server = serve(Archive([made("2601.00001")], until=date(2026, 1, 7), days=1, page_size=20))
    harvest()
    assert [line.query["from"] for line in server.log] == ["2026-01-02"] * 3 + ["2026-01-04"] + ["2026-01-08"] * 3
    assert newest_run().state == "finished"
    assert position()["done_at"] == NIGHT.isoformat()


def test_days_with_an_announcement_are_never_believed_to_be_empty(serve):
    serve(lambda request: NONE)
    Source.objects.update(position={"day": "2026-01-01"})
    harvest()
    assert (newest_run().state, position()) == ("failed", {"day": "2026-01-01"})
    assert "it was empty" in newest_run().error


def test_an_evening_on_which_arxiv_announced_nothing_after_all_is_told_by_what_came_later(serve):
    Source.objects.update(position={"day": "2026-01-05", "span": 1})
    server = serve(Archive([made("2601.00001")], until=date(2026, 1, 7), days=1, page_size=20))
    harvest()
    assert (Paper.objects.count(), newest_run().state) == (1, "finished")
    asked = [(line.query["from"], line.query["until"]) for line in server.log]
    assert asked[:4] == [("2026-01-05", "2026-01-05")] * 3 + [("2026-01-05", "2026-01-08")]


def test_a_window_that_was_empty_by_mistake_is_not_passed(serve):
    before = {"day": "2026-01-07", "span": 1}
    Source.objects.update(position=before)
    papers = [made(f"2601.{number:05}") for number in range(1, 11)]
    serve(Archive(papers, until=TODAY, days=2, page_size=20), *[instead(NONE)] * 3)
    harvest()
    assert (newest_run().state, position()) == ("failed", before)
    harvest()
    assert (newest_run().state, Paper.objects.count()) == ("finished", 10)


def test_another_error_of_the_protocol_fails_the_run(archive, serve):
    serve(archive, instead(error("badArgument", "no such verb")))
    harvest()
    assert newest_run().state == "failed"
    assert "badArgument" in newest_run().error
