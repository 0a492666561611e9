"""What the harvest makes of pages that are no good."""

from datetime import timedelta

import pytest

from papers.harvest import harvest
from papers.models import Paper
from tests.archive import Archive, earlier_page, error, later_page, made, no_records
from tests.replay import Answer, changed, empty, html, instead

from .conftest import NIGHT, TODAY, newest_run, position

pytestmark = pytest.mark.django_db

CUT = changed(lambda body: body[: len(body) // 2], "cut")


@pytest.mark.parametrize(
    "fault", [html(), empty(), no_records(), earlier_page(), later_page(), CUT], ids=lambda fault: fault.__name__
)
@pytest.mark.parametrize("place", [0, 1, 3], ids=["first", "second", "last"])
def test_a_bad_page_is_asked_for_again_and_never_passed(archive, serve, fault, place):
    serve(archive, *[None] * place, fault)
    harvest()
    assert (Paper.objects.count(), newest_run().state) == (78, "finished")


def test_a_page_that_is_never_good_fails_the_run_and_the_next_goes_on_from_there(archive, serve):
    serve(archive, None, None, *[html()] * 3)
    harvest()
    assert newest_run().state == "failed"
    assert "no good page of 2026-01-01 to 2026-01-07 came in 3 tries" in newest_run().error
    assert (position()["seen"], bool(position()["token"])) == (40, True)
    serve(archive)
    harvest()
    assert (Paper.objects.count(), newest_run().state) == (78, "finished")


def test_a_dead_token_begins_the_window_anew(archive, serve):
    server = serve(archive)
    archive.dead.add("2026-01-01|2026-01-07|40")
    harvest()
    assert newest_run().state == "failed"
    assert "badResumptionToken" in newest_run().error
    archive.dead.clear()
    harvest()
    assert (Paper.objects.count(), newest_run().state) == (78, "finished")
    assert [line.query.get("from") for line in server.log].count("2026-01-01") > 1


def test_a_token_that_died_at_midnight_costs_its_window_and_no_more(archive, serve):
    bad = instead(error("badResumptionToken", "gone"))
    server = serve(archive, None, None, bad)
    harvest()
    assert (Paper.objects.count(), newest_run().state) == (78, "finished")
    assert len(server.log) == 2 + 1 + 5


def test_a_record_that_leaves_the_list_meanwhile_is_not_missed_by_the_shift(archive, serve):
    """A record that changes gets today's stamp: those behind it move up by one, over the edge of the page."""
    asked = 0

    def answer(request) -> Answer:
        nonlocal asked
        asked += 1
        if asked == 2:
            moved = archive.rows.pop(next(at for at, row in enumerate(archive.rows) if row[0] == "2026-01-01"))
            archive.rows.append((TODAY.isoformat(), *moved[1:]))
        return archive(request)

    serve(answer)
    harvest()
    assert Paper.objects.count() == 78
    assert newest_run().refused_count == 0


def test_a_window_that_is_short_twice_is_believed_and_noted(archive, serve):
    def answer(request) -> Answer:
        found = archive(request)
        return Answer(found.body.replace(b'completeListSize="70"', b'completeListSize="71"'), headers=found.headers)

    serve(answer)
    harvest()
    assert (Paper.objects.count(), newest_run().state) == (78, "finished")
    assert newest_run().refusals == [
        ["2026-01-01 to 2026-01-07", "1 of 71 records never came: arXiv miscounts"],
    ]


def test_an_empty_page_behind_all_that_was_promised_is_the_end(archive, serve):
    def answer(request) -> Answer:
        found = archive(request)
        if request.query.get("resumptionToken") == "2026-01-01|2026-01-07|70":
            return Answer(found.body.replace(b"2026-01-01|2026-01-07|70", b""), headers=found.headers)
        end = b'cursor="60" completeListSize="70">'
        return Answer(found.body.replace(end, end + b"2026-01-01|2026-01-07|70"), headers=found.headers)

    serve(answer)
    harvest()
    assert (Paper.objects.count(), newest_run().state) == (78, "finished")


def test_a_window_without_records_is_empty(serve):
    serve(Archive([made("2601.00001")], until=TODAY - timedelta(days=300), days=1, page_size=20))
    harvest()
    assert (Paper.objects.count(), newest_run().state, newest_run().refused_count) == (0, "finished", 0)
    assert position()["done_at"] == NIGHT.isoformat()


def test_another_error_of_the_protocol_fails_the_run(archive, serve):
    serve(archive, instead(error("badArgument", "no such verb")))
    harvest()
    assert newest_run().state == "failed"
    assert "badArgument" in newest_run().error
