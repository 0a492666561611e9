"""Several workers and timetables at once: each source has one run at a time, and arXiv its pause after each request."""

import os
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from subprocess import Popen

import pytest
import redis

from papers import freshness
from papers.models import Batch, Category, Paper, Run, Source
from tests.archive import Archive, made
from tests.processes import python
from tests.replay import Answer, Replay

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = "from config.celery import app\napp.worker_main(['worker', '--pool', 'solo', '--queues', 'celery,slow', '--loglevel', 'INFO'])"
# What asks arXiv by the timetable, each twice a second.
TIMETABLE = """
import sys
from config.celery import TIMETABLE, app
jobs = ["listing", "harvest", "backfill", "lookup"]
app.conf.beat_schedule = {name: {**TIMETABLE[name], "schedule": 0.5} for name in jobs}
app.Beat(schedule=sys.stdin.readline().strip(), loglevel="ERROR").run()
"""
# Those that ask arXiv, and how often each is to run.
SOURCES = (Source.Name.LISTING, Source.Name.HARVEST, Source.Name.BACKFILL, Source.Name.LOOKUP)
RUNS = 3
# A clock may stand still for a moment between the server's mark and the wire.
TOLERANCE = 0.002


@pytest.fixture
def queue() -> str:
    """A queue of its own: what is left in it rings in no other test."""
    url = os.environ["REDIS_URL"].rpartition("/")[0] + "/15"
    with redis.from_url(url) as server:
        server.flushdb()
        yield url
        server.flushdb()


@pytest.fixture
def archive(make_paper) -> Archive:
    """Five hundred papers of the last days, twenty of which are here without a licence and wait to be looked up.

    At whatever hour, one list is missing, and it isn't the newest, for which the backfill would wait.
    """
    papers = [made(f"2601.{number:05}") for number in range(1, 501)]
    for number in range(1, 21):
        make_paper(f"2601.{number:05}")
    today = datetime.now(UTC).date()
    begin_anew(Source.Name.BACKFILL)
    vision, _ = Category.objects.get_or_create(name="cs.CV", defaults={"title": "Vision"})
    now = datetime.now(UTC)
    before, _, newest = freshness.days(now)[-3:]
    # The next too: arXiv may announce it in the middle of the test.
    for day in (before, newest, freshness.calendar().next(now)):
        Batch.objects.create(category=vision, day=day, origin=Batch.Origin.RSS, paper_count=1)
    return Archive(papers, until=today, days=20, page_size=25)


def all_of_arxiv(archive):
    """What arXiv answers: OAI-PMH from the archive, and no feeds or lists today."""
    return lambda request: archive(request) if request.path == "/oai" else Answer(b"not here", 404)


def services(server: Replay) -> dict[str, str]:
    names = ("ARXIV_URL", "ARXIV_API_URL", "ARXIV_RSS_URL", "ARXIV_OAI_URL")
    return dict.fromkeys(names, server.url) | {"ARXIV_CATEGORIES": "cs.CV"}


def gaps(server: Replay) -> list[float]:
    """The seconds from the end of each request to the start of the next."""
    return [after.started - before.ended for before, after in pairwise(server.log)]


def verbs(server: Replay) -> list[str]:
    """What arXiv was asked by OAI-PMH: "GetRecord" by the lookup, "ListRecords" by the walks."""
    return [line.query["verb"] for line in server.log if line.path == "/oai"]


def begin_anew(name: Source.Name) -> None:
    """Give a source something to do once more."""
    first = datetime.now(UTC).date() - timedelta(days=19)
    position = {"day": first.isoformat()} if name == Source.Name.BACKFILL else {}
    Source.objects.update_or_create(name=name, defaults={"position": position})
    if name == Source.Name.LOOKUP:
        Paper.objects.filter(arxiv_id__lte="2601.00005").update(looked_up_at=None, license="")


def wait_until_each_ran(outputs: dict[Path, Popen]) -> None:
    """Wait until each source has run often enough, as long as all processes live; they print to `outputs`."""
    deadline = time.monotonic() + 180
    while few := [name for name in SOURCES if Run.objects.of(name).exclude(state=Run.State.RUNNING).count() < RUNS]:
        for output, process in outputs.items():
            assert process.poll() is None, output.read_text()
        assert time.monotonic() < deadline, f"only {Run.objects.count()} runs, too few of {', '.join(few)}"
        for name in few:
            if not Run.objects.of(name).running().exists():
                begin_anew(name)
        time.sleep(0.1)


def wait_until_both_asked(server: Replay, *, requests: int) -> None:
    deadline = time.monotonic() + 180
    while len(server.log) < requests or len(set(verbs(server))) < 2:
        assert time.monotonic() < deadline, f"only {len(server.log)} requests"
        time.sleep(0.05)


def test_two_workers_and_a_timetable_started_twice_never_run_a_source_twice_nor_ask_arxiv_too_fast(
    archive, queue, tmp_path
):
    workers, timetables = ([tmp_path / f"{name}{number}" for number in range(2)] for name in ("worker", "timetable"))
    with Replay(all_of_arxiv(archive), is_apart=True) as server, ExitStack() as stack:
        settings = {**services(server), "REDIS_URL": queue, "ARXIV_PAUSE": "0.1", "ARXIV_BACKFILL": "1"}
        processes = {output: stack.enter_context(python(WORKER, output=output, **settings)) for output in workers}
        for output in timetables:
            processes[output] = stack.enter_context(python(TIMETABLE, output=output, **settings))
            print(output.with_suffix(".schedule"), file=processes[output].stdin, flush=True)
        wait_until_each_ran(processes)
        assert min(gaps(server)) >= 0.1 - TOLERANCE
        assert set(verbs(server)) == {"GetRecord", "ListRecords"}
    for output in workers:
        assert " succeeded in " in output.read_text()
    assert not Run.objects.filter(state=Run.State.INTERRUPTED).exists()
    for name in SOURCES:
        for before, after in pairwise(Run.objects.of(name).order_by("started_at")):
            assert before.finished_at is not None
            assert before.finished_at <= after.started_at


def test_two_processes_keep_arxivs_own_three_seconds(archive, queue):
    with Replay(all_of_arxiv(archive), is_apart=True) as server, ExitStack() as stack:
        settings = {**services(server), "REDIS_URL": queue}
        stack.enter_context(python("from papers.tasks import look_up; look_up()", **settings))
        stack.enter_context(python("from papers.tasks import harvest; harvest()", **settings))
        wait_until_both_asked(server, requests=4)
        assert min(gaps(server)) >= 3 - TOLERANCE
