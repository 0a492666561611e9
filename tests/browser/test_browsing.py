"""Going through the feed in time: arrows, keys, tabs, the calendar."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from feed.models import Entry
from feed.periods import Day, Month, Week
from feed.views.periods import PAGE_SIZE
from tests.browser import with_and_without_scripts

# A weekend and a Tuesday without papers lie between them.
APRIL_30, FRIDAY, MONDAY, WEDNESDAY = map(
    Day, [date(2024, 4, 30), date(2024, 5, 17), date(2024, 5, 20), date(2024, 5, 22)]
)


@pytest.fixture(autouse=True)
def days(make_entry):
    for day, votes in [(APRIL_30, [1]), (FRIDAY, [2, 7]), (MONDAY, [9, 30, 4]), (WEDNESDAY, [12, 5])]:
        for number, upvotes in enumerate(votes):
            make_entry(day.start, upvotes=upvotes, minutes=number)


def shows(page, period, *, at: str = ""):
    """Address, title, date, heading and cards are the period's."""
    titles = list(Entry.objects.in_period(period).ranked().values_list("paper__title", flat=True))
    expect(page).to_have_url(at or period.get_absolute_url())
    expect(page.locator("#feed-title")).to_have_text(period.title)
    expect(page).to_have_title(f"{period.title} · Daily Papers")
    expect(page.locator("summary.date")).to_contain_text(period.short_title)
    expect(page.locator("#cards h3")).to_have_text(titles)


def says(page, period):
    """The live region tells who can't see it what has come."""
    count = Entry.objects.in_period(period).count()
    expect(page.locator("#status")).to_have_text(f"{period.title}, {count} paper{'s' if count > 1 else ''}")


def stay(page):
    """Put a mark on the page that a reload would wipe out."""
    page.evaluate("document.documentElement.dataset.stayed = 'yes'")


def stayed(page):
    expect(page.locator("html")).to_have_attribute("data-stayed", "yes")


def earlier(page):
    return page.get_by_role("link", name="Previous")


def later(page):
    return page.get_by_role("link", name="Next")


def open_calendar(page):
    page.locator("summary.date").click()
    return page.locator("#calendar")


@with_and_without_scripts
def test_the_arrows_lead_from_day_to_day_and_skip_the_empty_ones(page):
    page.goto(reverse("feed:papers"))
    shows(page, WEDNESDAY, at=reverse("feed:papers"))
    earlier(page).click()
    shows(page, MONDAY)
    earlier(page).click()
    shows(page, FRIDAY)
    later(page).click()
    shows(page, MONDAY)
    later(page).click()
    shows(page, WEDNESDAY)
    expect(later(page)).to_have_count(0)


def test_an_arrow_swaps_the_feed_says_so_and_keeps_the_focus(page):
    page.goto(WEDNESDAY.get_absolute_url())
    stay(page)
    earlier(page).click()
    shows(page, MONDAY)
    says(page, MONDAY)
    stayed(page)
    expect(earlier(page)).to_be_focused()
    page.keyboard.press("Enter")
    shows(page, FRIDAY)
    says(page, FRIDAY)
    stayed(page)


def test_at_the_feeds_end_the_focus_goes_to_the_date(page):
    page.goto(FRIDAY.get_absolute_url())
    earlier(page).click()
    shows(page, APRIL_30)
    expect(earlier(page)).to_have_count(0)
    expect(page.locator("#feed-title")).to_be_focused()


def test_the_arrow_keys_lead_from_day_to_day(page):
    page.goto(WEDNESDAY.get_absolute_url())
    stay(page)
    for key, day in [("ArrowLeft", MONDAY), ("ArrowLeft", FRIDAY), ("ArrowRight", MONDAY), ("ArrowRight", WEDNESDAY)]:
        page.keyboard.press(key)
        shows(page, day)
        says(page, day)
    page.keyboard.press("ArrowRight")
    shows(page, WEDNESDAY)
    stayed(page)


def test_arrows_pressed_in_a_hurry_leave_the_page_whole(page):
    page.goto(WEDNESDAY.get_absolute_url())
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    page.wait_for_load_state("networkidle")
    shows(page, Day(date.fromisoformat(page.url.rsplit("/", 1)[1])))
    page.go_back()
    page.wait_for_load_state("networkidle")
    shows(page, Day(date.fromisoformat(page.url.rsplit("/", 1)[1])))


@with_and_without_scripts
def test_back_and_forward_bring_the_period_again(page):
    page.goto(WEDNESDAY.get_absolute_url())
    earlier(page).click()
    shows(page, MONDAY)
    page.get_by_role("link", name="Weekly", exact=True).click()
    shows(page, Week.containing(MONDAY.start))
    page.go_back()
    shows(page, MONDAY)
    page.go_back()
    shows(page, WEDNESDAY)
    page.go_forward()
    shows(page, MONDAY)


@with_and_without_scripts
def test_the_tabs_keep_ones_place_in_time(page, has_scripts):
    page.goto(FRIDAY.get_absolute_url())
    week, month = Week.containing(FRIDAY.start), Month.containing(FRIDAY.start)
    for name, period in [("Weekly", week), ("Monthly", month)]:
        tab = page.get_by_role("link", name=name, exact=True)
        tab.click()
        shows(page, period)
        expect(tab).to_have_attribute("aria-current", "page")
        if has_scripts:
            expect(tab).to_be_focused()
            says(page, period)


@with_and_without_scripts
def test_weeks_and_months_have_arrows_too(page):
    page.goto(Week.containing(WEDNESDAY.start).get_absolute_url())
    earlier(page).click()
    shows(page, Week.containing(FRIDAY.start))
    page.goto(Month.containing(FRIDAY.start).get_absolute_url())
    earlier(page).click()
    shows(page, Month.containing(APRIL_30.start))
    later(page).click()
    shows(page, Month.containing(FRIDAY.start))


def test_trending_and_all_new_are_a_tab_away_and_back(page):
    page.goto(FRIDAY.get_absolute_url())
    stay(page)
    page.get_by_role("link", name="Trending", exact=True).click()
    expect(page).to_have_title("Trending papers · Daily Papers")
    page.get_by_role("navigation", name="Feed").get_by_role("link", name="All new").click()
    expect(page.locator("#feed-title")).to_contain_text("All new on arXiv")
    expect(page.get_by_role("navigation", name="Site").get_by_role("link", name="All new")).to_have_attribute(
        "aria-current", "true"
    )
    stayed(page)
    page.go_back()
    expect(page).to_have_title("Trending papers · Daily Papers")
    page.go_back()
    shows(page, FRIDAY)


def test_the_calendar_changes_its_month_in_place_and_jumps_to_a_day(page):
    page.goto(FRIDAY.get_absolute_url())
    stay(page)
    calendar = open_calendar(page)
    calendar.get_by_role("link", name="April 2024").click()
    expect(calendar.get_by_role("heading")).to_have_text("April 2024")
    expect(page.locator("#status")).to_have_text("April 2024")
    shows(page, FRIDAY)
    calendar.get_by_role("link", name=APRIL_30.title).click()
    shows(page, APRIL_30)
    expect(page.locator("#calendar")).to_be_hidden()
    stayed(page)


@pytest.mark.parametrize("has_scripts", [False])
def test_without_scripts_the_calendar_is_a_page(page):
    page.goto(FRIDAY.get_absolute_url())
    open_calendar(page).get_by_role("link", name="April 2024").click()
    expect(page).to_have_url(reverse("feed:calendar", args=[Month.containing(APRIL_30.start)]))
    page.get_by_role("link", name=APRIL_30.title).click()
    shows(page, APRIL_30)


def test_the_calendar_leads_to_weeks_and_months(page, width):
    page.goto(FRIDAY.get_absolute_url())
    if width == 1280:  # on a phone there is no room for the weeks' numbers
        open_calendar(page).get_by_role("link", name="Week 21").click()
        shows(page, Week.containing(MONDAY.start))
    open_calendar(page).get_by_role("link", name="May 2024").click()
    shows(page, Month.containing(MONDAY.start))


@with_and_without_scripts
def test_an_empty_day_points_to_its_neighbours(page):
    saturday = Day(date(2024, 5, 18))
    page.goto(saturday.get_absolute_url())
    expect(page.get_by_role("heading", name="No papers that day")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=MONDAY.short_title, exact=True).click()
    shows(page, MONDAY)


def test_arrows_in_the_email_field_move_the_cursor_and_nothing_else(page):
    page.goto(MONDAY.get_absolute_url())
    requests = []
    page.on("request", lambda request: request.resource_type in ("document", "xhr") and requests.append(request.url))
    field = page.get_by_label("Email address")
    field.press_sequentially("ada")
    for key in ["ArrowLeft", "ArrowRight", "ArrowLeft", "j", "?", "u"]:
        field.press(key)
    expect(field).to_have_value("adj?ua")
    shows(page, MONDAY)
    assert requests == []


@with_and_without_scripts
def test_a_long_month_goes_on_with_more_papers(page, make_entry, has_scripts):
    for number in range(PAGE_SIZE + 5):
        make_entry(MONDAY.start, upvotes=100 + number)
    page.goto(Month.containing(MONDAY.start).get_absolute_url())
    titles = list(
        Entry.objects.in_period(Month.containing(MONDAY.start)).ranked().values_list("paper__title", flat=True)
    )
    expect(page.locator("#cards h3")).to_have_text(titles[:PAGE_SIZE])
    page.get_by_role("link", name="More papers").click()
    expect(page.locator("#cards h3")).to_have_text(titles if has_scripts else titles[PAGE_SIZE:])
    if has_scripts:
        expect(page.get_by_role("link", name=titles[PAGE_SIZE])).to_be_focused()
        expect(page.locator("#status")).to_have_text(f"{len(titles) - PAGE_SIZE} more papers")
    expect(page.get_by_role("link", name="More papers")).to_have_count(0)
