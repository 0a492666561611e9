import json
from datetime import UTC, date, datetime, timedelta

import pytest
import redis
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
    """What Hugging Face answers for each day: `there["2026-01-08"] = [row("2601.00001")]`, or bytes that are no JSON.

    None is a day that is out of reach.
    """
    settings.HUGGINGFACE_URL, settings.MIRROR_HUGGINGFACE = httpserver.url_for(""), True
    days = {}

    def answer(request):
        rows = days.get(request.args["date"], [])
        if rows is None:
            return Response("Bad gateway", 502)
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


def later(**span):
    return time_machine.travel(NOW + timedelta(**span), tick=False)


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
    with later(days=10):
        mirror_huggingface()
    assert Run.objects.first().state == "failed"
    assert position()["day"] == "2026-01-06"


def test_after_an_outage_the_days_between_are_asked_for_once(there, httpserver):
    mirror_huggingface()
    asked(httpserver)
    there.update({day: [row("2601.00001")] for day in [*FILLING, "2026-01-09"]})
    with later(days=5):
        mirror_huggingface()
        assert asked(httpserver) == [
            *("2026-01-11", "2026-01-12", "2026-01-13"),
            *("2026-01-06", "2026-01-07", "2026-01-08", "2026-01-09", "2026-01-10"),
        ]
        mirror_huggingface()
        assert asked(httpserver) == ["2026-01-11", "2026-01-12", "2026-01-13"]
    assert Entry.objects.count() == 4


@pytest.fixture
def missed(there):
    """What is there for Monday the 5th, which has left the days that still fill: `missed(rows)`; the position then."""
    Source.objects.create(name="huggingface", position={"day": "2026-01-05"})
    there.update({day: [row("2601.00009")] for day in FILLING})

    def miss(rows) -> dict:
        there["2026-01-05"] = rows
        mirror_huggingface()
        return position()

    return miss


BAD = {
    "a page for people": b"<html>Bad gateway</html>",
    "cut off": json.dumps([row("2601.00001"), row("2601.00002")]).encode()[:-20],
    "nothing of it can be read": [{"item": "in a new form"}, {"item": "too"}],
    "hardly anything of it can be read": [row("2601.00001"), *({"item": "in a new form"},) * 4],
    "empty": [],
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD)
def test_a_missed_day_with_a_bad_answer_is_asked_again(missed, answer):
    assert list(missed(answer)["open"]) == ["2026-01-05"]
    assert missed([row("2601.00001"), row("2601.00002")]) == {"day": "2026-01-06", "open": {}}
    assert Entry.objects.filter(day="2026-01-05").count() == 2
    assert Run.objects.filter(state="finished").count() == 2


def test_a_missed_day_of_which_little_is_refused_is_passed(missed):
    assert missed([*(row(f"2601.{number:05}") for number in range(1, 10)), {"item": "in a new form"}])["open"] == {}
    assert Entry.objects.filter(day="2026-01-05").count() == 9


def test_a_day_with_a_bad_answer_holds_up_no_other_and_is_asked_for_last(there, httpserver):
    Source.objects.create(name="huggingface", position={"day": "2026-01-01"})
    there.update({f"2026-01-0{number}": [row(f"2601.0000{number}")] for number in range(1, 9)})
    there["2026-01-01"] = there["2026-01-02"] = b"<html>"
    mirror_huggingface()
    assert Entry.objects.filter(day="2026-01-05").exists()
    assert position() == {"day": "2026-01-06", "open": {"2026-01-01": 1, "2026-01-02": 1}}
    asked(httpserver)
    there["2026-01-01"] = [row("2601.00001")]
    mirror_huggingface()
    assert asked(httpserver)[3:] == ["2026-01-01", "2026-01-02"]
    assert position()["open"] == {"2026-01-02": 2}


def test_days_that_are_out_of_reach_for_ever_hold_up_no_other(there, httpserver, settings):
    Source.objects.create(name="huggingface", position={"day": "2026-01-01"})
    there.update({f"2026-01-0{number}": [row(f"2601.0000{number}")] for number in range(1, 9)})
    there["2026-01-01"] = there["2026-01-02"] = None
    for _ in range(3):
        mirror_huggingface()
        with redis.from_url(settings.REDIS_URL) as valkey:
            # By the next bell the circuit has rested.
            valkey.flushdb()
    assert Entry.objects.filter(day="2026-01-05").exists()
    assert set(position()["open"]) == {"2026-01-01", "2026-01-02"}
    assert not Run.objects.exclude(state="finished").exists()


def test_a_weekend_without_papers_is_none_that_is_missing(there):
    Source.objects.create(name="huggingface", position={"day": "2026-01-03"})
    there["2026-01-05"] = [row("2601.00001")]
    mirror_huggingface()
    assert position() == {"day": "2026-01-06", "open": {}}


def test_an_old_day_is_not_given_up_at_its_first_failure(there):
    Source.objects.create(name="huggingface", position={"day": "2025-11-24"})
    there["2025-11-24"] = b"<html>"
    mirror_huggingface()
    assert position()["open"]["2025-11-24"] == 1
    there["2025-11-24"] = [row("2511.00001")]
    mirror_huggingface()
    assert Entry.objects.filter(day="2025-11-24").exists()


@pytest.mark.parametrize(("answer", "bells"), [(b"<html>", 48 * 30), ([], 48 * 3)])
def test_a_day_that_never_gives_anything_is_given_up_in_the_end(missed, answer, bells, caplog):
    count = missed(answer)["open"]["2026-01-05"]
    Source.objects.update(position={"day": "2026-01-06", "open": {"2026-01-05": count * (bells - 2)}})
    assert "2026-01-05" in missed(answer)["open"]
    assert missed(answer)["open"] == {}
    assert "2026-01-05 is given up" in caplog.text


def test_one_empty_answer_after_many_bad_ones_gives_up_no_day(missed):
    Source.objects.update(position={"day": "2026-01-06", "open": {"2026-01-05": 48 * 10}})
    assert "2026-01-05" in missed([])["open"]
