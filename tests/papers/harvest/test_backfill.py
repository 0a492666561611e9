"""The archive through a server with faults, by a worker that is killed: what is stored is what a run without either stores."""

import hashlib
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from papers import freshness
from papers.models import Authorship, Batch, Category, Paper, Run, Source, Version
from tests.archive import Archive, earlier_page, later_page, no_records, papers
from tests.conftest import IS_LONG
from tests.processes import python
from tests.replay import Replay, busy, empty, every, html, reset, slow, truncated

COUNT, PAGE_SIZE, FAULT_EVERY = (120_000, 200, 20) if IS_LONG else (2_400, 40, 5)
DAYS = 60
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
    slow(0.02),
    busy("Fri, 31 Dec 1999 23:59:59 GMT", status=503),
]
WORK = """
from papers.models import Source
from papers.tasks import backfill
while not Source.objects.get(name="arxiv-backfill").position.get("done_at"):
    backfill()
"""
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


def worker(server: Replay):
    return python(
        WORK,
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


def wait_until_stored(count: int, process) -> None:
    while Paper.objects.count() < count:
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
def test_a_backfill_through_faults_and_kills_stores_exactly_what_one_without_them_stores(archive):
    set_stage()
    with Replay(archive, is_apart=True) as server, worker(server) as process:
        output, _ = process.communicate(timeout=3600)
        assert process.returncode == 0, output
        undisturbed = len(server.log)
    expected = tables()
    assert expected["papers"][0] == COUNT - len([it for it in archive.ids if int(it.replace(".", "")) % 50 == 0])

    set_stage()
    with Replay(archive, faults=every(FAULT_EVERY, FAULTS), is_apart=True) as server:
        for quarter in (1, 2, 3):
            with worker(server) as process:
                wait_until_stored(quarter * expected["papers"][0] // 4, process)
                process.send_signal(signal.SIGKILL)
                process.wait()
        with worker(server) as process:
            output, _ = process.communicate(timeout=3600)
            assert process.returncode == 0, output
        log = server.log
    faults = [line.fault for line in log if line.fault]
    assert set(faults) == {fault.__name__ for fault in FAULTS}
    assert tables() == expected
    runs = Run.objects.of(Source.Name.BACKFILL)
    assert runs.filter(state=Run.State.INTERRUPTED).count() == 3
    assert not runs.running().exists()
    print(f"{COUNT} records: {undisturbed} requests undisturbed, {len(log)} with {len(faults)} faults and 3 kills")
