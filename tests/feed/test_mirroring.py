import json
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from werkzeug import Response

from feed.models import Entry
from feed.tasks import mirror_huggingface
from papers.models import Paper, Run, Source

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)
FILLING = ["2026-01-06", "2026-01-07", "2026-01-08"]


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def there(httpserver, settings):
    """What Hugging Face answers for each day: `there["2026-01-08"] = [row("2601.00001")]`, or bytes that are no JSON."""
    settings.HUGGINGFACE_URL, settings.MIRROR_HUGGINGFACE = httpserver.url_for(""), True
    days = {}

    def answer(request):
        rows = days.get(request.args["date"], [])
        return Response(rows if isinstance(rows, bytes) else json.dumps(rows), content_type="application/json")

    httpserver.expect_request("/api/daily_papers").respond_with_handler(answer)
    return days


def row(arxiv_id, **paper):
    return {
        "paper": {"id": arxiv_id, "title": "A Thing", "authors": [{"name": "Bob"}], "upvotes": 3, **paper},
        "title": "A Thing",
    }


def asked(httpserver) -> list[str]:
    """The days that were asked for since the last look."""
    days = [request.args["date"] for request, _ in httpserver.log]
    httpserver.clear_log()
    return days


def position() -> dict:
    return Source.objects.get(name="huggingface").position


def test_nothing_is_asked_unless_mirroring_is_switched_on(there, settings, httpserver):
    settings.MIRROR_HUGGINGFACE = False
    mirror_huggingface()
    assert asked(httpserver) == []
    assert not Run.objects.exists()


def test_the_days_that_still_fill_are_asked_for_at_every_bell(there, httpserver):
    there["2026-01-08"] = [row("2601.00001")]
    mirror_huggingface()
    there["2026-01-08"] = [row("2601.00001", upvotes=9), row("2601.00002")]
    mirror_huggingface()
    assert asked(httpserver) == FILLING * 2
    assert sorted(Paper.objects.values_list("mirrored_upvote_count", flat=True)) == [3, 9]
    newest = Run.objects.first()
    assert (newest.state, newest.new_count, newest.changed_count, newest.request_count) == ("finished", 1, 1, 3)
    assert newest.byte_count > 0


def test_a_paper_of_two_feed_days_has_two_entries(there):
    there["2026-01-07"] = there["2026-01-08"] = [row("2601.00001")]
    mirror_huggingface()
    assert list(Entry.objects.order_by("day").values_list("day", flat=True)) == [date(2026, 1, 7), date(2026, 1, 8)]
    assert Paper.objects.count() == 1


def test_one_bad_answer_costs_one_day(there):
    there["2026-01-06"], there["2026-01-07"] = [row("2601.00001")], b"<html>Bad gateway</html>"
    there["2026-01-08"] = [row("2601.00002")]
    mirror_huggingface()
    assert Paper.objects.count() == 2
    current = Run.objects.get()
    assert current.state == "finished"
    assert [name for name, _ in current.refusals] == ["2026-01-07"]


def test_nothing_but_bad_answers_fails_the_run(there):
    for day in FILLING:
        there[day] = b"<html>Bad gateway</html>"
    mirror_huggingface()
    assert Run.objects.get().state == "failed"
    assert Run.objects.get().error.startswith("2026-01-06: ")


def test_out_of_reach_fails_the_run_and_loses_no_day(there, settings, httpserver):
    mirror_huggingface()
    settings.HUGGINGFACE_URL = "http://127.0.0.1:9"
    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        mirror_huggingface()
    assert Run.objects.first().state == "failed"
    assert position()["day"] == "2026-01-06"


def test_after_an_outage_the_days_between_are_asked_for_once(there, httpserver):
    mirror_huggingface()
    asked(httpserver)
    there["2026-01-09"] = [row("2601.00009")]
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        mirror_huggingface()
        assert asked(httpserver) == [
            *("2026-01-11", "2026-01-12", "2026-01-13"),
            *("2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09", "2026-01-10"),
        ]
        mirror_huggingface()
        assert asked(httpserver) == ["2026-01-11", "2026-01-12", "2026-01-13"]
    assert Entry.objects.get().day == date(2026, 1, 9)


def test_a_missed_day_with_a_bad_answer_is_asked_for_again_and_holds_up_no_other(there, httpserver):
    mirror_huggingface()
    there["2026-01-08"], there["2026-01-09"] = b"<html>", [row("2601.00009")]
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        mirror_huggingface()
        assert Entry.objects.get().day == date(2026, 1, 9)
        assert position() == {"day": "2026-01-11", "bad": ["2026-01-08"]}
        asked(httpserver)
        there["2026-01-08"] = [row("2601.00008")]
        mirror_huggingface()
        assert asked(httpserver)[3:] == ["2026-01-08"]
    assert position()["bad"] == []
    assert Entry.objects.count() == 2


def test_a_day_that_never_gives_anything_good_is_given_up(there):
    mirror_huggingface()
    there["2026-01-08"] = b"<html>"
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        mirror_huggingface()
        assert position()["bad"] == ["2026-01-08"]
    with time_machine.travel(NOW + timedelta(days=40), tick=False):
        mirror_huggingface()
        assert position()["bad"] == []


def test_a_past_day_that_is_cut_off_is_asked_again(there):
    Source.objects.create(name="huggingface", position={"day": "2026-01-05"})
    there["2026-01-05"] = json.dumps([row("2601.00001"), row("2601.00002")]).encode()[:-20]
    mirror_huggingface()
    assert position()["bad"] == ["2026-01-05"]
    there["2026-01-05"] = [row("2601.00001"), row("2601.00002")]
    mirror_huggingface()
    assert position()["bad"] == []
    assert Entry.objects.count() == 2


def test_a_past_day_of_which_nothing_can_be_read_is_asked_again(there):
    Source.objects.create(name="huggingface", position={"day": "2026-01-05"})
    there["2026-01-05"] = [{"item": "in a new form"}, {"item": "too"}]
    mirror_huggingface()
    assert position()["bad"] == ["2026-01-05"]
