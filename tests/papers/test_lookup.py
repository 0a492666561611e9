from datetime import UTC, date, datetime, timedelta

import pytest
import redis
import time_machine
from django.db import connection

from papers.lookup import look_up, waiting
from papers.models import Paper, Run, Source
from tests.archive import Archive, made
from tests.replay import Answer

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)
OPEN = "http://creativecommons.org/licenses/by/4.0/"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def asked(server) -> list[str]:
    return [line.query["identifier"].removeprefix("oai:arXiv.org:") for line in server.log]


def test_a_mirrored_paper_gets_its_licence_and_versions(serve_archive, make_paper):
    serve_archive(made("2601.00003"))
    paper = make_paper("2601.00003", source=Paper.Source.HUGGINGFACE)
    look_up()
    paper.refresh_from_db()
    assert (paper.license, paper.looked_up_at) == (OPEN, NOW)
    assert paper.versions.count() == 1
    run = Run.objects.get()
    assert (run.state, run.changed_count, run.request_count) == ("finished", 1, 1)


def test_the_newest_is_asked_for_first_and_nothing_twice(serve_archive, make_paper):
    server = serve_archive(made("2601.00003"), made("2601.00006"))
    make_paper("2601.00003")
    make_paper("2601.00006")
    look_up()
    look_up()
    assert asked(server) == ["2601.00006", "2601.00003"]
    assert Run.objects.count() == 1


def test_a_paper_whose_licence_is_known_is_not_asked_for(serve_archive, make_paper):
    server = serve_archive()
    make_paper(license=OPEN)
    look_up()
    assert asked(server) == []
    assert not Run.objects.exists()


def test_one_that_arxiv_does_not_know_is_not_asked_for_ever(serve_archive, make_paper):
    server = serve_archive()
    paper = make_paper("2601.00003")
    look_up()
    look_up()
    paper.refresh_from_db()
    assert asked(server) == ["2601.00003"]
    assert paper.looked_up_at == NOW


def test_one_without_any_licence_is_not_asked_for_ever(serve_archive, make_paper):
    server = serve_archive(made("2601.00005"))
    make_paper("2601.00005")
    look_up()
    look_up()
    assert asked(server) == ["2601.00005"]


def test_a_bad_answer_holds_up_no_other_and_is_given_up_in_the_end(serve_archive, make_paper):
    archive = Archive([made("2601.00003")], until=date(2026, 1, 8), days=1, page_size=20)

    def answer(request) -> Answer:
        return Answer(b"<html>") if "00006" in request.query["identifier"] else archive(request)

    server = serve_archive(answer=answer)
    good, bad = make_paper("2601.00003"), make_paper("2601.00006")
    look_up()
    good.refresh_from_db()
    assert good.license == OPEN
    assert [name for name, _ in Run.objects.get().refusals] == ["2601.00006"]
    look_up()
    assert asked(server).count("2601.00006") == 1
    for hours in range(1, 7):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            look_up()
    bad.refresh_from_db()
    assert asked(server).count("2601.00006") == 5
    assert bad.looked_up_at == NOW + timedelta(hours=4)
    assert Source.objects.get(name="arxiv-ids").position == {"off": {}}


def test_papers_that_always_fail_are_put_off_and_let_the_others_have_their_turn(serve_archive, make_paper, settings):
    archive = Archive([made("2601.00003")], until=date(2026, 1, 8), days=1, page_size=20)

    def answer(request) -> Answer:
        return archive(request) if "00003" in request.query["identifier"] else Answer(status=500)

    server = serve_archive(answer=answer)
    good, *ill = [make_paper(f"2601.{number:05}") for number in (3, 6, 9)]
    for minutes in (0, 5, 10, 15):
        with time_machine.travel(NOW + timedelta(minutes=minutes), tick=False):
            look_up()
        rested(settings)
    good.refresh_from_db()
    assert good.license == OPEN
    assert asked(server) == ["2601.00009"] * 4 + ["2601.00006"] * 4 + ["2601.00003"]
    for hours in range(1, 10):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            look_up()
        rested(settings)
    # Never for good: arXiv may have it again any day.
    assert waiting().count() == len(ill)
    assert len(asked(server)) == 1 + 2 * 4 * 10


def rested(settings) -> None:
    """By the next bell the circuit has rested."""
    with redis.from_url(settings.REDIS_URL) as valkey:
        valkey.flushdb()


def test_out_of_reach_fails_the_run_and_leaves_all_for_the_next(settings, make_paper):
    settings.ARXIV_OAI_URL = "http://127.0.0.1:9"
    make_paper()
    look_up()
    assert Run.objects.get().state == "failed"
    assert waiting().count() == 1


def test_what_waits_is_found_by_its_index(make_paper):
    for number in range(30):
        make_paper(license=OPEN if number else "")
    with connection.cursor() as cursor:
        # What the planner believes of the table must not depend on when it last looked, or at whose papers.
        cursor.execute("analyze papers_paper")
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_bitmapscan = off")
        cursor.execute("set local enable_sort = off")
    assert "paper_to_look_up" in waiting()[:40].explain()
