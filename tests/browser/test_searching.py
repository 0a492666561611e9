"""Searching: as one types, by the keyboard, narrowed, and without JavaScript."""

import re
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from feed.periods import Day
from papers import documents
from papers.models import Category, Paper
from papers.views.search import PAGE_SIZE
from tests.browser import with_and_without_scripts
from tests.browser.conftest import path_of

MONDAY = Day(date(2024, 5, 20))


@pytest.fixture(autouse=True)
def papers(make_paper, make_entry):
    """Needles of two years and categories, and hay in the feed of Monday."""
    make_paper("2405.00001", title="A sharp needle", abstract="A needle is sharp. " * 40, category="cs.CV")
    make_paper("2405.00002", title="A blunt needle", category="cs.LG", published_at=datetime(2020, 1, 1, tzinfo=UTC))
    make_entry(MONDAY.start, paper=make_paper("2405.00003", title="A stack of hay", category="cs.LG"))
    documents.catch_up()


def field(page):
    return page.get_by_label("Search papers by meaning")


def finds(page, *titles):
    expect(page.locator("#rows h3")).to_have_text(titles)


def asks(page, **expected):
    """The address says what is looked for."""
    asked = "expected => JSON.stringify([...new URLSearchParams(location.search)].sort()) === JSON.stringify(expected)"
    page.wait_for_function(asked, arg=[list(pair) for pair in sorted(expected.items())])


def open_filters(page, width):
    if width == 360 and not page.locator(".narrow > details[open]").count():
        page.locator(".narrow > details > summary").click()
    return page.get_by_role("complementary", name="Narrow")


def test_results_come_as_one_types_and_the_address_follows(page):
    page.goto(MONDAY.get_absolute_url())
    page.evaluate("document.documentElement.dataset.stayed = 'yes'")
    field(page).press_sequentially("needle", delay=40)
    finds(page, "A sharp needle", "A blunt needle")
    asks(page, q="needle")
    expect(field(page)).to_be_focused()
    expect(page.locator("#rows mark").first).to_have_text("needle")
    expect(page).to_have_title("needle · Search · Daily Papers")
    expect(page.locator("#status")).to_contain_text("2 papers")
    expect(page.locator("html")).to_have_attribute("data-stayed", "yes")


def test_a_word_asks_once_for_papers_and_once_for_what_it_begins_when_the_typing_rests(page):
    asked = []
    page.goto(MONDAY.get_absolute_url())
    page.on("request", lambda request: "q=" in request.url and asked.append(path_of(request.url)))
    field(page).press_sequentially("needle", delay=20)
    finds(page, "A sharp needle", "A blunt needle")
    assert sorted(asked) == [f"{reverse('papers:completions')}?q=needle", f"{reverse('feed:papers')}?q=needle"]


def test_back_leads_to_the_feed_however_much_was_typed(page):
    page.goto(MONDAY.get_absolute_url())
    for letters, titles in [("hay", ["A stack of hay"]), ("blunt", ["A blunt needle"])]:
        field(page).fill(letters)
        finds(page, *titles)
        asks(page, q=letters)
    page.go_back()
    expect(page).to_have_url(MONDAY.get_absolute_url())
    expect(page.locator("#cards h3")).to_have_text(["A stack of hay"])
    expect(field(page)).to_have_value("")
    page.go_forward()
    finds(page, "A blunt needle")
    expect(field(page)).to_have_value("blunt")


def test_an_emptied_field_brings_the_feed_again(page):
    page.goto(reverse("feed:papers") + "?q=needle")
    finds(page, "A sharp needle", "A blunt needle")
    field(page).fill("")
    expect(page.locator("#cards h3")).to_have_text(["A stack of hay"])
    expect(page).to_have_url(re.compile(r"/papers$"))


def test_the_slash_leads_to_the_field_and_is_not_written_into_it(page):
    page.goto(MONDAY.get_absolute_url())
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    page.keyboard.type("a/b")
    expect(field(page)).to_have_value("a/b")


def test_by_keyboard_one_searches_and_goes_through_the_results(page):
    page.goto(MONDAY.get_absolute_url())
    page.keyboard.press("/")
    page.keyboard.type("needle")
    page.keyboard.press("Enter")
    finds(page, "A sharp needle", "A blunt needle")
    page.keyboard.press("Tab")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="A sharp needle")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(reverse("papers:paper", args=["2405.00001"]))
    page.go_back()
    finds(page, "A sharp needle", "A blunt needle")


@with_and_without_scripts
def test_the_field_is_a_form(page):
    page.goto(MONDAY.get_absolute_url())
    field(page).fill("needle")
    field(page).press("Enter")
    finds(page, "A sharp needle", "A blunt needle")
    expect(page).to_have_url(re.compile(r"/papers\?q=needle$"))
    expect(field(page)).to_have_value("needle")


@with_and_without_scripts
def test_filters_narrow_the_results_and_are_dropped_again(page, width, has_scripts):
    page.goto(reverse("feed:papers") + "?q=needle")
    filters = open_filters(page, width)
    filters.get_by_label("cs.LG").check()
    if not has_scripts:
        filters.get_by_role("button", name="Narrow").click()
    finds(page, "A blunt needle")
    expect(page).to_have_url(re.compile(r"/papers\?q=needle&category=cs\.LG$"))
    filters = open_filters(page, width)
    expect(filters.get_by_label("cs.LG")).to_be_checked()
    expect(filters.get_by_label("cs.CV")).not_to_be_checked()
    expect(page.locator(".narrow summary", has_text="1 chosen")).to_have_count(1)
    filters.get_by_role("link", name="Drop the filters").click()
    finds(page, "A sharp needle", "A blunt needle")
    expect(page).to_have_url(re.compile(r"/papers\?q=needle$"))
    page.go_back()
    finds(page, "A blunt needle")


def test_the_keyboard_stays_at_what_it_has_chosen_and_the_filters_unfolded(page, width):
    page.goto(reverse("feed:papers") + "?q=needle")
    open_filters(page, width)
    page.get_by_label("cs.LG").press("Space")
    finds(page, "A blunt needle")
    expect(page.get_by_label("cs.LG")).to_be_focused()


def test_what_is_chosen_stays_while_one_types_on(page, width):
    page.goto(reverse("feed:papers") + "?q=hay&category=cs.LG&order=date")
    finds(page, "A stack of hay")
    field(page).fill("needle")
    finds(page, "A blunt needle")
    asks(page, q="needle", category="cs.LG", order="date")


@with_and_without_scripts
def test_the_order_is_a_press_away(page):
    Paper.objects.filter(arxiv_id="2405.00002").update(mirrored_upvote_count=5)
    page.goto(reverse("feed:papers") + "?q=needle")
    orders = page.get_by_role("navigation", name="Order")
    orders.get_by_role("link", name="Upvotes").click()
    finds(page, "A blunt needle", "A sharp needle")
    expect(orders.get_by_role("link", name="Upvotes")).to_have_attribute("aria-current", "true")
    orders.get_by_role("link", name="Newest").click()
    finds(page, "A sharp needle", "A blunt needle")
    page.go_back()
    finds(page, "A blunt needle", "A sharp needle")


@with_and_without_scripts
def test_many_results_go_on_with_more_papers(page, has_scripts):
    Category.objects.get_or_create(name="cs.CL")
    Paper.objects.bulk_create(
        Paper(arxiv_id=f"2401.{number:05}", title=f"Pin {number}", published_at=datetime(2024, 1, 1, tzinfo=UTC))
        for number in range(1, PAGE_SIZE + 4)
    )
    documents.catch_up()
    page.goto(reverse("feed:papers") + "?q=pin")
    expect(page.locator("#rows h3")).to_have_count(PAGE_SIZE)
    page.get_by_role("link", name="More papers").click()
    expect(page.locator("#rows h3")).to_have_count(PAGE_SIZE + 3 if has_scripts else 3)
    if has_scripts:
        expect(page.locator("#status")).to_have_text("3 more papers")
        assert len(set(page.locator("#rows h3").all_text_contents())) == PAGE_SIZE + 3


def test_a_typed_arxiv_id_leads_to_the_paper(page):
    page.goto(MONDAY.get_absolute_url())
    field(page).fill("arxiv.org/abs/2405.00003")
    expect(page).to_have_url(reverse("papers:paper", args=["2405.00003"]))
    expect(page.get_by_role("heading", level=1)).to_have_text("A stack of hay")
    page.go_back()
    expect(page).to_have_url(MONDAY.get_absolute_url())


@with_and_without_scripts
def test_what_cannot_be_looked_for_is_told_at_the_field(page):
    page.goto(MONDAY.get_absolute_url())
    field(page).fill("cat:cs.ZZ needle")
    field(page).press("Enter")
    problem = page.locator("#search-problem")
    expect(problem).to_contain_text("arXiv has no category “cs.ZZ”")
    expect(field(page)).to_have_value("cat:cs.ZZ needle")
    field(page).fill("cat:cs.CV needle")
    field(page).press("Enter")
    finds(page, "A sharp needle")
    expect(problem).to_be_empty()


@with_and_without_scripts
def test_where_nothing_is_found_less_is_a_press_away(page):
    page.goto(reverse("feed:papers") + "?q=" + '"needle hay"')
    expect(page.get_by_role("heading", name="No paper fits")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="needle", exact=True).click()
    finds(page, "A sharp needle", "A blunt needle")
    expect(field(page)).to_have_value("needle")
