"""What one sees of ingestion in a browser: how fresh the feed is, and the operators' page. May 20, 2024 is a Monday."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from playwright.sync_api import expect

from feed.periods import Day
from papers.models import Batch, Category, Listing, Run, Source
from tests.browser.barriers import has_no_barrier

FRIDAY, MONDAY = date(2024, 5, 17), date(2024, 5, 20)
# The state: what is here of two categories, and an hour at which that means so.
STATES = {
    "updated": ([("cs.CL", MONDAY), ("cs.CV", MONDAY)], datetime(2024, 5, 20, 12, tzinfo=UTC)),
    "waiting": ([("cs.CL", MONDAY), ("cs.CV", FRIDAY)], datetime(2024, 5, 20, 6, tzinfo=UTC)),
    "quiet": ([("cs.CL", FRIDAY), ("cs.CV", FRIDAY)], datetime(2024, 5, 18, 12, tzinfo=UTC)),
    "stalled": ([("cs.CL", MONDAY), ("cs.CV", FRIDAY)], datetime(2024, 5, 20, 12, tzinfo=UTC)),
    "never": ([], datetime(2024, 5, 20, 12, tzinfo=UTC)),
}


@pytest.fixture
def site_in_state(settings, transactional_db, make_paper, make_entry):
    """Bring the site into a state and tell which hour that is."""

    def site(state: str) -> datetime:
        filed, now = STATES[state]
        settings.ARXIV_CATEGORIES = ["cs.CL", "cs.CV"]
        Category.objects.bulk_create([Category(name="cs.CL"), Category(name="cs.CV")])
        for category, day in filed:
            filed_at = datetime(day.year, day.month, day.day, 4, 40, tzinfo=UTC)
            Batch.objects.create(category_id=category, day=day, origin="rss", paper_count=1, filed_at=filed_at)
            Listing.objects.create(day=day, category_id=category, kind="new", paper=make_paper())
        make_entry(now.date())
        return now

    return site


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("state", STATES)
def test_each_state_of_freshness_has_no_barrier(page, axe, site_in_state, state):
    now = site_in_state(state)
    page.emulate_media(reduced_motion="reduce")
    with time_machine.travel(now):
        # In this category one state has papers, the others each an empty page of their own.
        for address in (reverse("feed:papers"), f"{reverse('feed:new', args=[Day(now.date())])}?category=cs.CV"):
            page.set_viewport_size({"width": 1280, "height": 800})
            assert page.goto(address).status == 200
            page.locator(".freshness > summary").click()
            expect(page.locator(".freshness .menu-sheet")).to_be_visible()
            has_no_barrier(page, axe, within="#feed")


@pytest.mark.parametrize("width", [360])
@pytest.mark.parametrize("has_scripts", [True, False])
def test_the_line_opens_to_the_categories_and_closes_again_by_keyboard(page, site_in_state, has_scripts):
    with time_machine.travel(site_in_state("stalled")):
        page.goto(reverse("feed:newest"))
        line = page.locator(".freshness > summary")
        expect(line).to_contain_text("1 of 2 categories stalled since")
        line.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Monday, May 20 is missing")).to_be_visible()
        page.keyboard.press("Escape" if has_scripts else "Enter")
        expect(page.get_by_text("Monday, May 20 is missing")).to_be_hidden()
        expect(line).to_be_focused()


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("has_scripts", [True, False])
def test_times_are_told_as_the_reader_reckons_and_in_utc_without_scripts(page, site_in_state, has_scripts):
    now = site_in_state("updated")
    page.clock.set_fixed_time(now)
    with time_machine.travel(now):
        page.goto(reverse("feed:papers"))
        time = page.locator(".freshness > summary time")
        expect(time).to_have_text("7 hours ago" if has_scripts else "May 20, 04:40 UTC")


@pytest.fixture
def months(transactional_db, settings):
    """Three months of ingestion with all that a plot may have to show."""
    settings.ARXIV_CATEGORIES = ["cs.CL", "cs.CV"]
    Category.objects.bulk_create([Category(name="cs.CL"), Category(name="cs.CV")])
    noon = datetime.now(UTC).replace(hour=12, minute=0)
    for number in range(1, 85):
        at = noon - timedelta(number)
        state = "failed" if number % 17 == 0 else "finished"
        for source in (Source.Name.LISTING, Source.Name.HARVEST, Source.Name.BACKFILL):
            Run.objects.create(
                source=source, state=state, started_at=at, finished_at=at, new_count=number * 10, error="no answer"
            )
        if number % 9:
            Batch.objects.create(
                category_id="cs.CL", day=at.date(), origin="rss", paper_count=9, filed_at=at + timedelta(hours=number)
            )
    Run.objects.create(source=Source.Name.PICTURES, refusals=[["https://example.org/a.png", "it is no picture"]])
    Source.objects.create(name=Source.Name.PICTURES, alerted_at=noon)


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("page_of", ["overview", "a run"])
def test_the_operators_pages_have_no_barrier(page, axe, mod, months, sign_in, complaints, page_of):
    # Django's forms.css imports another sheet, of which axe makes an inline copy for itself.
    complaints.expect("Applying inline style", "Couldn't load preload assets")
    sign_in(mod)
    page.emulate_media(reduced_motion="reduce")
    if page_of == "overview":
        page.goto(reverse("admin:papers_run_overview"))
        page.locator(".numbers > summary").click()
        expect(page.get_by_role("img", name="New papers a day by source")).to_be_visible()
    else:
        page.goto(reverse("admin:papers_run_change", args=[Run.objects.latest("pk").pk]))
        expect(page.get_by_text("it is no picture")).to_be_visible()
    # The frame around it is Django's.
    has_no_barrier(page, axe, within="#content-main")
