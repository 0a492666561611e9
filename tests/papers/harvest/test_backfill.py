"""The archive through a server with faults, by a worker that is killed: what is stored is what a run without either stores."""

import hashlib
import signal
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection

from papers import freshness
from papers.models import Authorship, Batch, Category, Paper, Run, Source, Version
from tests.archive import Archive, earlier_page, later_page, no_records, papers
from tests.conftest import IS_LONG
from tests.processes import python
from tests.replay import Answer, Handler, Replay, Request, busy, empty, every, html, reset, slow, truncated

# Some pages a day, so that tokens are followed and days walked twice.
COUNT, PAGE_SIZE, FAULT_EVERY = (120_000, 200, 20) if IS_LONG else (2_400, 30, 15)
DAYS = 60
# A busy server asks for a second at least.
HELD = 1.0
# A clock may stand still for a moment between the server's mark and the wire.
TOLERANCE = 0.002


def busy_until(request: Request, handler: Handler) -> Answer:
    """Slow down, until a moment that is near: a date has no fractions of a second."""
    return busy(datetime.now(UTC) + timedelta(seconds=HELD + 2), status=503)(request, handler)


FAULTS = [
    busy(1),
    reset(),
    truncated(),
    empty(),
    earlier_page(),
    busy(1, status=503),
    html(),
    later_page(),
    no_records(),
    # Beyond the client's half a minute of silence, where there is time for that.
    slow(31, pieces=2) if IS_LONG else slow(0.02),
    busy_until,
]
WORK = """
from papers.models import Source
from papers.tasks import backfill
while not Source.objects.get(name="arxiv-backfill").position.get("done_at"):
    backfill()
"""
# Seconds for the whole of it, and for each quarter.
PATIENCE = 3600 if IS_LONG else 180
# What is drawn by lot or tells when it was stored, not what.
ASIDE = {
    "id",
    "hex_id",
    "created_at",
    "modified_at",
    "looked_up_at",
}


@pytest.fixture
def archive(recorded) -> Archive:
    today = datetime.now(UTC).date()
    return Archive(papers(recorded / "arxiv_corpus", COUNT), until=today, days=DAYS, page_size=PAGE_SIZE)


def set_stage() -> None:
    """An empty catalogue whose backfill begins with the archive, and whose listing has nothing to wait for."""
    with connection.cursor() as cursor:
        cursor.execute("truncate papers_paper, papers_author, papers_run, papers_source cascade")
    now = datetime.now(UTC)
    category, _ = Category.objects.get_or_create(name="cs.CV", defaults={"title": "Vision"})
    for day in (freshness.calendar().newest(now), freshness.calendar().next(now)):
        Batch.objects.get_or_create(category=category, day=day, defaults={"origin": "rss", "paper_count": 1})
    first = now.date() - timedelta(days=DAYS)
    Source.objects.create(name=Source.Name.BACKFILL, position={"day": first.isoformat()})


def worker(server: Replay, output: Path):
    return python(
        WORK,
        output=output,
        ARXIV_OAI_URL=server.url,
        ARXIV_PAUSE="0.05",
        RETRY_PAUSE="0.1",
        ARXIV_BACKFILL="1",
        ARXIV_CATEGORIES="cs.CV",
    )


def tables() -> dict[str, tuple[int, str]]:
    """How many rows each table has, and the digest of what stands in them."""
    fields = [field.name for field in Paper._meta.concrete_fields if field.name not in ASIDE]
    rows = {
        "papers": Paper.objects.order_by("arxiv_id").values_list(*fields),
        "versions": Version.objects.order_by("paper__arxiv_id", "number").values_list(
            "paper__arxiv_id", "number", "submitted_at", "size_kilobytes", "is_withdrawal"
        ),
        "authors": Authorship.objects.order_by("paper__arxiv_id", "position").values_list(
            "paper__arxiv_id", "position", "name", "affiliation", "author__slug", "author__name"
        ),
        "categories": Paper.categories.through.objects.order_by("paper__arxiv_id", "category").values_list(
            "paper__arxiv_id", "category"
        ),
    }
    found = {}
    for name, selected in rows.items():
        digest, count = hashlib.sha256(), 0
        for row in selected.iterator():
            digest.update(repr(row).encode())
            count += 1
        found[name] = (count, digest.hexdigest())
    return found


def wait_until_stored(count: int, process, output: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while (stored := Paper.objects.count()) < count:
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < deadline, f"only {stored} of {count} papers were stored in time: {output.read_text()}"
        time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
def test_a_backfill_through_faults_and_kills_stores_exactly_what_one_without_them_stores(archive, tmp_path):
    output = tmp_path / "output"
    set_stage()
    with Replay(archive, is_apart=True) as server, worker(server, output) as process:
        assert process.wait(PATIENCE) == 0, output.read_text()
        undisturbed = len(server.log)
    expected = tables()
    assert expected["papers"][0] == COUNT - len([it for it in archive.ids if int(it.replace(".", "")) % 50 == 0])

    set_stage()
    with Replay(archive, faults=every(FAULT_EVERY, FAULTS), is_apart=True) as server:
        for quarter in (1, 2, 3):
            with worker(server, output) as process:
                wait_until_stored(quarter * expected["papers"][0] // 4, process, output)
                process.send_signal(signal.SIGKILL)
                process.wait()
        with worker(server, output) as process:
            assert process.wait(PATIENCE) == 0, output.read_text()
        log = server.log
    faults = [line.fault for line in log if line.fault]
    assert set(faults) == {fault.__name__ for fault in FAULTS}
    if IS_LONG:
        assert all(line.ended - line.started > 30 for line in log if line.fault == "slow")
    for held, after in pairwise(log):
        if held.fault.startswith("busy"):
            assert after.started - held.ended >= HELD - TOLERANCE
    assert tables() == expected
    runs = Run.objects.of(Source.Name.BACKFILL)
    assert runs.filter(state=Run.State.INTERRUPTED).count() == 3
    assert not runs.running().exists()
    print(f"{COUNT} records: {undisturbed} requests undisturbed, {len(log)} with {len(faults)} faults and 3 kills")
