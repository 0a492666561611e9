import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from papers.arxiv.record import Refusal, SourceError
from papers.ingest import Report
from papers.models import Category, Run, Source
from papers.runs import run
from papers.tasks import forget_runs
from tests.processes import python

HARVEST, LISTING = Source.Name.HARVEST, Source.Name.LISTING
HOLD = "from papers.runs import run; from time import sleep\nwith run('arxiv-oai', 'a day'): print('mine', flush=True); sleep(60)"


def elsewhere(work):
    """What `work` gives in a thread with a database session of its own."""
    results = []

    def start():
        try:
            results.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    return results[0]


def try_to_run(source):
    with run(source) as current:
        return current is not None


@pytest.mark.django_db
def test_a_run_is_written_down_with_what_it_stored():
    with run(HARVEST, "2026-01-05 to 2026-01-06") as current:
        current.note(
            Report(new=["1"], changed=["2"], unchanged=["3"], refused=[Refusal("4", "no title")]), requests=2, bytes=99
        )
    stored = Run.objects.get()
    assert (stored.state, stored.window, stored.error) == ("finished", "2026-01-05 to 2026-01-06", "")
    counts = stored.fetched_count, stored.new_count, stored.changed_count, stored.refused_count
    assert counts == (4, 1, 1, 1)
    assert (stored.request_count, stored.byte_count, stored.refusals) == (2, 99, [["4", "no title"]])
    assert stored.started_at <= stored.finished_at


@pytest.mark.django_db
def test_a_failing_source_fails_its_run_with_the_reason_and_the_worker_goes_on():
    with run(HARVEST):
        raise SourceError("arXiv answered with HTTP 503: try again later")
    assert Run.objects.get().state == Run.State.FAILED
    assert Run.objects.get().error == "arXiv answered with HTTP 503: try again later"


@pytest.mark.django_db
def test_a_mistake_of_ours_fails_the_run_and_is_not_hidden():
    with pytest.raises(ZeroDivisionError), run(HARVEST):
        1 / 0  # noqa: B018
    assert Run.objects.get().error.startswith("ZeroDivisionError")


@pytest.mark.django_db
def test_what_a_rolled_back_transaction_counted_is_not_counted():
    with run(HARVEST) as current:
        current.note(Report(new=["1"]), requests=1)
        with transaction.atomic():
            current.note(Report(new=["2", "3"]), requests=1)
            transaction.set_rollback(True)
        current.note(Report(new=["2"]), requests=1)
    assert (Run.objects.get().new_count, Run.objects.get().request_count) == (2, 2)


@pytest.mark.django_db
def test_the_first_refusals_are_kept_and_all_are_counted():
    with run(HARVEST) as current:
        current.note(Report(refused=[Refusal(str(number), "no title") for number in range(60)]))
    assert (Run.objects.get().refused_count, len(Run.objects.get().refusals)) == (60, 50)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_gets_the_source_and_the_other_none():
    with run(HARVEST) as current:
        assert current is not None
        assert elsewhere(lambda: try_to_run(HARVEST)) is False
        assert elsewhere(lambda: try_to_run(LISTING)) is True
    assert elsewhere(lambda: try_to_run(HARVEST)) is True
    assert Run.objects.of(HARVEST).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_source_is_free_again_after_a_failure():
    with run(HARVEST):
        raise SourceError("no")
    assert elsewhere(lambda: try_to_run(HARVEST)) is True


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_its_source_free_and_the_next_closes_its_run_as_interrupted():
    with python(HOLD) as process:
        assert process.stdout.readline() == "mine\n"
        assert try_to_run(HARVEST) is False
        process.kill()
        process.wait()
        wait_until_free(HARVEST)
    killed, next_one = Run.objects.order_by("started_at")
    assert (killed.state, killed.window, next_one.state) == ("interrupted", "a day", "finished")
    assert killed.finished_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_process_that_lost_its_session_loses_the_source_and_stores_nothing_more():
    code = (
        "from papers.runs import run; from papers.models import Category; import sys\n"
        "with run('arxiv-oai'):\n print('mine', flush=True); sys.stdin.read(1)\n Category.objects.create(name='x')"
    )
    with python(code) as process:
        assert process.stdout.readline() == "mine\n"
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()"
            )
        wait_until_free(HARVEST)
        output, _ = process.communicate("\n", timeout=30)
    assert process.returncode != 0
    assert "OperationalError" in output
    assert not Category.objects.exists()


def wait_until_free(source):
    """The server ends a dead client's session within moments of its own choosing."""
    for _ in range(1000):
        if try_to_run(source):
            return
    raise AssertionError(f"{source} is still taken")


@pytest.mark.django_db
def test_runs_of_more_than_a_year_ago_are_forgotten():
    with run(HARVEST), run(LISTING):
        pass
    Run.objects.of(LISTING).update(started_at=timezone.now() - timedelta(days=367))
    forget_runs()
    assert Run.objects.get().source == HARVEST
