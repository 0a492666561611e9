"""The backfill's slices: how far each goes, what it gives way to, and where the next goes on."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection

from papers.harvest import backfill
from papers.models import Batch, Category, Paper, Run, Source
from tests.archive import Archive, made
from tests.replay import Answer, html

from .conftest import NIGHT, TODAY, newest_run, position

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _from_december(settings):
    settings.ARXIV_BACKFILL = True
    Source.objects.create(name=Source.Name.BACKFILL, position={"day": "2025-12-30"})
    Category.objects.create(name="cs.CV", title="Vision")
    Batch.objects.create(category_id="cs.CV", day=date(2026, 1, 8), origin="rss", paper_count=1)


def test_it_takes_in_everything_and_ends_by_itself(serve):
    server = serve(
        Archive([made(f"2601.{n:05}", categories=["math.AG"]) for n in range(1, 50)], until=TODAY, days=9, page_size=20)
    )
    backfill()
    assert Paper.objects.count() == 49
    assert newest_run().window == "2025-12-30 to 2026-01-08, 0 days to go"
    asked = len(server.log)
    backfill()
    assert len(server.log) == asked
    assert position(Source.Name.BACKFILL)["done_at"]


def test_it_waits_for_the_days_listing_before_a_slice(archive, serve):
    server = serve(archive)
    Batch.objects.all().delete()
    Batch.objects.create(category_id="cs.CV", day=date(2026, 1, 7), origin="rss", paper_count=1)
    backfill()
    assert server.log == []


@pytest.mark.django_db(transaction=True)
def test_it_gives_way_between_two_pages(archive, serve):
    asked = 0

    def answer(request) -> Answer:
        nonlocal asked
        asked += 1
        if asked == 2:
            Run.objects.create(source=Source.Name.LISTING)
            connection.close()
        return archive(request)

    server = serve(answer)
    backfill()
    assert len(server.log) == 2
    assert Paper.objects.count() > 0
    assert newest_run().state == "running"
    assert Run.objects.get(source=Source.Name.BACKFILL).state == "finished"


def test_it_waits_while_the_listing_runs(archive, serve):
    server = serve(archive)
    Run.objects.create(source=Source.Name.LISTING)
    backfill()
    assert server.log == []


def test_a_category_that_is_late_for_hours_does_not_hold_it_up(archive, serve):
    serve(archive)
    Batch.objects.all().delete()
    with time_machine.travel(NIGHT + timedelta(hours=5), tick=False):
        backfill()
    assert Paper.objects.count() == 98


def test_it_goes_on_where_it_stopped(archive, serve):
    serve(archive, None, None, None, *[html()] * 3)
    backfill()
    assert newest_run().state == "failed"
    server = serve(archive)
    backfill()
    assert Paper.objects.count() == 98
    assert server.log[0].query["from"] == "2025-12-31"
