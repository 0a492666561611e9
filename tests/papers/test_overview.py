"""Ingestion at a glance. January 2026: the 9th is a Friday; New York is five hours behind UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse

from papers import gists
from papers.condition import BELLS
from papers.ledger import Day
from papers.models import Batch, Category, Run, Source
from papers.overview import DAYS, Overview
from papers.plot import Plot

NOW = datetime(2026, 1, 9, 12, tzinfo=UTC)
FRIDAY, THURSDAY = date(2026, 1, 9), date(2026, 1, 8)
URL = reverse("admin:papers_run_overview")


@pytest.fixture(autouse=True)
def _friday_noon(settings, db):
    settings.ARXIV_CATEGORIES = ["cs.CL", "cs.CV"]
    Category.objects.bulk_create([Category(name="cs.CL"), Category(name="cs.CV")])
    with time_machine.travel(NOW, tick=False):
        yield


def run(source, *, ago=timedelta(), state="finished", **counts):
    at = NOW - ago
    ended = None if state == "running" else at + timedelta(minutes=1)
    return Run.objects.create(source=source, state=state, started_at=at, finished_at=ended, **counts)


def file(day, category="cs.CL", *, hours):
    announced_at = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    filed_at = announced_at + timedelta(hours=hours)
    Batch.objects.create(category_id=category, day=day, origin="rss", paper_count=1, filed_at=filed_at)


def condition(name):
    return next(it for it in Overview.at(NOW).conditions if it.name == name)


def test_each_day_counts_what_each_source_brought_and_which_runs_failed():
    run("arxiv-listing", new_count=700, changed_count=30)
    run("arxiv-listing", new_count=5)
    run("huggingface", ago=timedelta(hours=2), new_count=3)
    run("huggingface", ago=timedelta(hours=3), state="failed", new_count=1)
    run("arxiv-oai", ago=timedelta(days=1), state="interrupted")
    run("pictures", new_count=99)
    *_, yesterday, today = Overview.at(NOW).days
    assert today.new == {"arxiv-listing": 705, "huggingface": 4}
    assert today.changed["arxiv-listing"] == 30
    assert (today.failed, today.interrupted) == (1, 0)
    assert (yesterday.failed, yesterday.interrupted) == (0, 1)


def test_the_last_category_to_come_tells_how_far_a_day_is_behind_arxiv():
    file(THURSDAY, hours=4)
    file(THURSDAY, "cs.CV", hours=9.5)
    file(FRIDAY, hours=4)
    *_, thursday, friday = Overview.at(NOW).days
    assert (thursday.hours, thursday.missing) == (9.5, [])
    assert (friday.hours, friday.missing) == (4, ["cs.CV"])


def test_it_looks_back_over_the_window_and_no_further():
    run("arxiv-listing", ago=timedelta(days=DAYS - 1), new_count=7)
    run("arxiv-listing", ago=timedelta(days=DAYS), new_count=9)
    overview = Overview.at(NOW)
    assert (len(overview.days), overview.days[0].new) == (DAYS, {"arxiv-listing": 7})
    assert overview.totals[0] == ("arxiv-listing", "arXiv's daily announcement", 7)


@pytest.mark.parametrize(
    ("name", "state", "shown"),
    [
        ("arxiv-listing", "finished", "well"),
        ("arxiv-listing", "failed", "failed"),
        ("arxiv-oai", "interrupted", "failed"),
        ("arxiv-ids", "running", "running"),
        ("huggingface", "failed", "off"),
        ("github", None, "new"),
        ("summarizer", "failed", "off"),
    ],
)
def test_a_source_is_as_its_last_run_was(name, state, shown):
    run(name, ago=timedelta(days=1)) if state else None
    if state:
        run(name, state=state)
    assert condition(name).state == shown


def test_a_source_that_the_operators_were_told_of_is_silent_and_says_since_when_it_was_well():
    good = run("pictures", ago=timedelta(days=3))
    run("pictures", state="failed")
    Source.objects.create(name="pictures", alerted_at=NOW)
    silent = condition("pictures")
    assert (silent.state, silent.succeeded_at, silent.is_bad) == ("silent", good.finished_at, True)


def test_what_is_left_to_do_is_told_for_each_source(settings, make_paper):
    settings.ARXIV_BACKFILL = True
    file(THURSDAY, hours=4)
    make_paper()
    Source.objects.create(name="arxiv-backfill", position={"day": "2015-11-12"})
    Source.objects.create(name="arxiv-oai", position={"day": "2026-01-07"})
    left = {it.name: it.left for it in Overview.at(NOW).conditions}
    # A category that has no batch yet begins with the newest day.
    assert left["arxiv-listing"] == "2 lists are missing"
    assert left["arxiv-ids"] == "1 paper to look up"
    assert left["arxiv-backfill"] == "3,711 days from 2015-11-12 on; 50% done"
    assert left["arxiv-oai"] == ""


def test_papers_that_wait_for_a_language_model_are_left_to_do_where_there_is_one(settings, make_paper):
    make_paper(published_at=NOW)
    gists.catch_up()
    assert condition("summarizer").left == ""
    settings.SUMMARIZER_URL = "http://127.0.0.1:1"
    assert (condition("summarizer").state, condition("summarizer").left) == ("new", "1 paper waits")


def test_every_bell_of_a_source_is_in_the_timetable():
    from config.celery import app

    assert set(BELLS) <= {entry["task"] for entry in app.conf.beat_schedule.values()}


def test_what_is_done_for_the_day_is_next_looked_after_when_there_can_be_more(settings):
    file(FRIDAY, hours=4)
    file(FRIDAY, "cs.CV", hours=4)
    Source.objects.create(name="arxiv-oai", position={"day": "2026-01-07", "done_at": "2026-01-09T03:40:00+00:00"})
    # arXiv's feeds show Monday's list from midnight in New York on; its OAI-PMH has each evening's changes at 22:30.
    assert condition("arxiv-listing").next_at >= datetime(2026, 1, 12, 5, tzinfo=UTC)
    assert condition("arxiv-oai").next_at == datetime(2026, 1, 10, 3, 30, tzinfo=UTC)


def test_what_is_behind_is_looked_after_at_the_next_bell():
    file(THURSDAY, hours=4)
    assert condition("arxiv-listing").next_at - NOW <= timedelta(hours=4)
    assert condition("arxiv-oai").next_at - NOW <= timedelta(minutes=10)
    assert condition("huggingface").next_at is None


def test_the_page_is_for_who_may_see_runs(client, ada, mod):
    assert client.get(URL).status_code == 302
    client.force_login(ada)
    assert client.get(URL).status_code == 302
    client.force_login(mod)
    assert client.get(URL).status_code == 200
    mod.user_permissions.remove(
        Permission.objects.get(codename="view_run"), Permission.objects.get(codename="change_run")
    )
    assert client.get(URL).status_code == 403


def test_the_admin_leads_to_the_page(client, mod):
    client.force_login(mod)
    for name in ("admin:index", "admin:papers_run_changelist"):
        assert URL in client.get(reverse(name)).text


def test_the_page_has_no_inline_style_or_script_and_costs_the_same_however_much_came(
    client, mod, django_assert_max_num_queries
):
    client.force_login(mod)
    file(FRIDAY, hours=4)
    run("arxiv-listing", new_count=700)
    with django_assert_max_num_queries(20) as few:
        page = client.get(URL).text
    assert " style=" not in page
    assert "<style" not in page
    for number in range(1, 40):
        file(FRIDAY - timedelta(number), hours=4)
        run("arxiv-listing", ago=timedelta(days=number), new_count=number)
        run("arxiv-backfill", ago=timedelta(days=number), new_count=number, state="failed", error="no answer")
    with django_assert_max_num_queries(len(few)):
        assert client.get(URL).status_code == 200


def test_what_the_plot_shows_stands_in_the_table_too(client, mod):
    client.force_login(mod)
    file(FRIDAY, hours=4.5)
    run("arxiv-listing", new_count=4321)
    run("arxiv-oai", state="failed")
    page = " ".join(client.get(URL).text.split())
    row = page.partition('<time datetime="2026-01-09">')[2].partition("</tr>")[0]
    for number in ("4,321", "1 failed", "4.5", "cs.CV"):
        assert number in row


class TestPlot:
    def days(self, *days):
        return [Day(FRIDAY + timedelta(number), **day) for number, day in enumerate(days)]

    def test_sources_are_stacked_without_gaps(self):
        plot = Plot(self.days({"new": {"arxiv-listing": 300, "arxiv-oai": 100, "huggingface": 100}}))
        lower, middle, upper = plot.bars
        assert (lower.y + lower.height, middle.y + middle.height) == (plot.papers.bottom, lower.y)
        assert upper.y == plot.papers.y(500)
        assert lower.height == pytest.approx(3 * middle.height, abs=0.1)

    def test_a_single_paper_can_be_seen_beside_thousands(self):
        plot = Plot(self.days({"new": {"arxiv-listing": 90_000}}, {"new": {"huggingface": 1}}))
        assert plot.bars[-1].height == 1

    @pytest.mark.parametrize(
        ("papers", "ticks"),
        [
            (0, ["0", "1"]),
            (1, ["0", "1"]),
            (7, ["0", "2", "4", "6", "8"]),
            (950, ["0", "500", "1,000"]),
            (31_000, ["0", "10,000", "20,000", "30,000", "40,000"]),
        ],
    )
    def test_a_scale_has_round_steps_and_holds_everything(self, papers, ticks):
        plot = Plot(self.days({"new": {"arxiv-listing": papers}}))
        assert [text for _, text in plot.papers.ticks] == ticks

    def test_the_archive_has_a_scale_of_its_own_and_none_where_nothing_comes_from_it(self):
        with_archive = Plot(self.days({"new": {"arxiv-listing": 700, "arxiv-backfill": 30_000}}))
        assert with_archive.papers.most == 800
        assert with_archive.archive in with_archive.lanes
        assert len(Plot(self.days({"new": {"arxiv-listing": 700}})).lanes) == 2

    def test_what_is_days_late_is_marked_at_the_edge_and_does_not_flatten_the_rest(self):
        plot = Plot(self.days({"delay": timedelta(hours=5)}, {}, {"delay": timedelta(days=40)}))
        (_, first, is_beyond), (_, second, is_second_beyond) = plot.delays
        assert (plot.delay.most, first > second, is_beyond, is_second_beyond) == (48, True, False, True)
        assert second == plot.delay.top
        assert len(plot.segments) == 1

    def test_a_day_says_in_words_what_it_shows(self):
        day = {"new": {"arxiv-listing": 1234}, "failed": 2, "delay": timedelta(hours=5.5), "missing": ["cs.CV"]}
        [column] = Plot(self.days(day)).columns
        assert column.title.splitlines() == [
            "Friday, January 9",
            "arXiv's daily announcement: 1,234 new",
            "2 failed runs",
            "5.5 hours behind arXiv",
            "missing: cs.CV",
        ]
