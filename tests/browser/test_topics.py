"""Topics and trends, and what the search field completes: by keys, by finger, and without JavaScript."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from feed.periods import Day
from papers import documents, trends
from papers.models import Organization, Paper
from tests.browser import with_and_without_scripts
from tests.browser.barriers import has_no_barrier
from tests.browser.test_searching import asks, field, finds

MONDAY = Day(date(2024, 5, 20))


@pytest.fixture(autouse=True)
def papers(make_paper, make_entry):
    """Of two Yanns, an organization, three keywords and two categories; counted."""
    acme = Organization.objects.create(name="acme", full_name="Acme Laboratories")
    images = {"category": "cs.CV", "published_at": datetime(2024, 5, 1, tzinfo=UTC)}
    make_paper("2405.00001", title="On needles", author_names=["Yann Needleman"], keywords=["needles"], **images)
    make_paper("2405.00002", title="On pins", author_names=["Yann Pinker"], keywords=["needles", "pins"], **images)
    make_paper(
        "2405.00003", title="On threads", author_names=["Yann Pinker"], keywords=["neat threads"], organization=acme
    )
    make_entry(MONDAY.start, paper=make_paper("2405.00004", title="A stack of hay", author_names=["A Farmer"]))
    Paper.objects.filter(arxiv_id="2405.00001").update(mirrored_upvote_count=5)
    documents.catch_up()
    trends.count()


@pytest.fixture(autouse=True)
def _overtaking(complaints):
    """A search that a later one overtakes is let go, which htmx writes down."""
    complaints.expect("htmx:afterRequest", "htmx:sendAbort")


def suggestions(page):
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


def offers(page, *labels):
    expect(suggestions(page).locator("span")).to_have_text(labels)


def test_an_author_is_chosen_by_keys_and_is_searched_for(page):
    page.goto(MONDAY.get_absolute_url())
    page.keyboard.press("/")
    page.keyboard.type("author:yan")
    offers(page, "Yann Pinker", "Yann Needleman")
    expect(field(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(suggestions(page).nth(0)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(suggestions(page).nth(0)).to_have_attribute("aria-selected", "false")
    expect(suggestions(page).nth(1)).to_have_attribute("aria-selected", "true")
    chosen = suggestions(page).nth(1).get_attribute("id")
    expect(field(page)).to_have_attribute("aria-activedescendant", chosen)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    finds(page, "On threads", "On pins")
    expect(field(page)).to_have_value('author:"Yann Pinker" ')
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_attribute("aria-expanded", "false")
    expect(suggestions(page)).to_have_count(0)
    page.keyboard.type("pin")
    finds(page, "On pins", "On threads")


def test_beyond_the_last_suggestion_stands_what_was_typed(page):
    page.goto(MONDAY.get_absolute_url())
    field(page).press_sequentially("author:yan")
    offers(page, "Yann Pinker", "Yann Needleman")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect(suggestions(page).and_(page.locator("[aria-selected=true]"))).to_have_count(0)
    assert field(page).get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowUp")
    expect(suggestions(page).nth(1)).to_have_attribute("aria-selected", "true")


def test_enter_without_a_choice_searches_for_what_was_typed(page):
    page.goto(MONDAY.get_absolute_url())
    field(page).press_sequentially("yann")
    offers(page, "Yann Pinker", "Yann Needleman")
    page.keyboard.press("Enter")
    expect(suggestions(page)).to_have_count(0)
    asks(page, q="yann")
    finds(page, "On threads", "On pins", "On needles")
    expect(suggestions(page)).to_have_count(0)


def test_escape_closes_the_suggestions_first_and_keeps_what_was_typed(page):
    page.goto(MONDAY.get_absolute_url())
    field(page).press_sequentially("author:yan")
    offers(page, "Yann Pinker", "Yann Needleman")
    page.keyboard.press("Escape")
    expect(suggestions(page)).to_have_count(0)
    expect(field(page)).to_have_value("author:yan")
    expect(field(page)).to_be_focused()
    # The arrow asks for them again.
    page.keyboard.press("ArrowDown")
    offers(page, "Yann Pinker", "Yann Needleman")


def test_results_that_come_in_while_one_types_leave_the_suggestions_open(page):
    page.goto(MONDAY.get_absolute_url())
    field(page).press_sequentially("pinke")
    asks(page, q="pinke")
    offers(page, "Yann Pinker")


def test_what_is_elsewhere_has_no_suggestions(page):
    page.goto(MONDAY.get_absolute_url())
    field(page).press_sequentially("yann")
    offers(page, "Yann Pinker", "Yann Needleman")
    asks(page, q="yann")
    page.go_back()
    expect(page).to_have_url(MONDAY.get_absolute_url())
    expect(page.locator("#cards h3")).to_have_text(["A stack of hay"])
    expect(suggestions(page)).to_have_count(0)
    field(page).fill("author:yan")
    offers(page, "Yann Pinker", "Yann Needleman")
    page.keyboard.press("Tab")
    expect(suggestions(page)).to_have_count(0)


def test_a_press_chooses_in_the_middle_of_a_text(page, width):
    page.goto(MONDAY.get_absolute_url())
    field(page).fill("needles year:2024")
    field(page).evaluate("field => field.setSelectionRange(7, 7)")
    field(page).press_sequentially(" by cat:cs.c")
    offers(page, "Computational Complexity", "Computational Engineering, Finance, and Science",
           "Computational Geometry", "Computation and Language", "Cryptography and Security",
           "Computer Vision and Pattern Recognition", "Computers and Society")  # fmt: skip
    option = suggestions(page).filter(has_text="Computer Vision")
    option.tap() if width == 360 else option.click()
    expect(field(page)).to_have_value("needles by cat:cs.CV year:2024")
    expect(field(page)).to_be_focused()
    asks(page, q="needles by cat:cs.CV year:2024")


def test_a_finger_that_scrolls_the_suggestions_chooses_none(page, width):
    page.goto(MONDAY.get_absolute_url())
    field(page).press_sequentially("cat:cs.c")
    expect(suggestions(page)).to_have_count(7)
    suggestions(page).nth(2).dispatch_event("pointerdown", {"pointerType": "touch", "bubbles": True})
    expect(suggestions(page)).to_have_count(7)
    expect(field(page)).to_have_value("cat:cs.c")


def test_what_is_typed_with_a_phones_quotes_is_completed(page):
    page.goto(MONDAY.get_absolute_url())
    field(page).fill("pins  author:“yann p")
    offers(page, "Yann Pinker")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value('pins  author:"Yann Pinker" ')


def test_suggestions_that_come_late_are_not_shown(page):
    """Two that are asked for at once, by a key and by an arrow, are one list; an answer to what was typed before is none."""
    page.goto(MONDAY.get_absolute_url())
    field(page).press_sequentially("author:yan")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    offers(page, "Yann Pinker", "Yann Needleman")
    field(page).press_sequentially("n n")
    field(page).fill('author:"yann n')
    offers(page, "Yann Needleman")


def test_without_an_answer_one_types_on(page, complaints):
    complaints.expect("ERR_FAILED", "Failed to load resource")
    page.route("**/papers/complete?*", lambda route: route.abort())
    page.goto(MONDAY.get_absolute_url())
    field(page).press_sequentially("author:pinker")
    finds(page, "On threads", "On pins")
    expect(suggestions(page)).to_have_count(0)


@pytest.mark.parametrize("width", [1280])
def test_the_open_suggestions_have_no_barrier(page, axe):
    page.goto(MONDAY.get_absolute_url())
    field(page).press_sequentially("author:yan")
    offers(page, "Yann Pinker", "Yann Needleman")
    page.keyboard.press("ArrowDown")
    finds(page)
    has_no_barrier(page, axe)
    expect(suggestions(page)).to_have_count(2)


def test_from_the_topics_to_a_category_its_trend_and_a_comparison(page):
    page.goto(reverse("feed:papers"))
    page.get_by_role("navigation", name="Site").get_by_role("link", name="Topics").click()
    page.get_by_role("region", name="Computer Science").get_by_role("link", name="cs.CV").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Computer Vision and Pattern Recognition")
    expect(page.locator("#rows h3")).to_have_text(["On pins", "On needles"])
    page.get_by_role("link", name="Most upvoted").click()
    expect(page.locator("#rows h3")).to_have_text(["On needles"])
    page.get_by_role("link", name="Its trend").click()
    chosen = page.get_by_role("list", name="Chosen topics").get_by_role("listitem")
    expect(chosen).to_have_text(["cs.CV"])

    topic = page.get_by_label("Compare with another")
    topic.press_sequentially("need")
    offers(page, "needles")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(chosen).to_have_text(["cs.CV", "needles"])
    expect(page.get_by_role("heading", name="Side by side")).to_be_visible()
    expect(page.locator(".legend li")).to_have_count(2)
    page.get_by_role("group").filter(has_text="The same in numbers").locator("summary").click()
    expect(page.get_by_role("row", name="2024").first).to_be_visible()
    page.get_by_role("link", name="Remove cs.CV").click()
    expect(chosen).to_have_text(["needles"])
    page.locator(".legend a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("needles")


@with_and_without_scripts
def test_trends_are_a_form(page):
    page.goto(reverse("papers:trends"))
    page.get_by_label("A category or keyword").fill("Needles")
    page.get_by_role("button", name="Show").click()
    chosen = page.get_by_role("list", name="Chosen topics").get_by_role("listitem")
    expect(chosen).to_have_text(["needles"])
    page.get_by_role("link", name="Two years by month").click()
    page.get_by_label("Compare with another").fill("zebras")
    page.get_by_label("Compare with another").press("Enter")
    expect(page.get_by_text("“zebras” is not among the topics")).to_be_visible()
    expect(page.get_by_label("Compare with another")).to_have_value("zebras")
    page.get_by_label("Compare with another").fill("cs.cv")
    page.get_by_role("button", name="Show").click()
    expect(chosen).to_have_text(["needles", "cs.CV"])
    expect(page.get_by_role("link", name="Two years by month")).to_have_attribute("aria-current", "true")


@with_and_without_scripts
def test_a_papers_keywords_and_categories_lead_to_more_of_them(page):
    page.goto(reverse("papers:paper", args=["2405.00001"]))
    page.get_by_role("list", name="Keywords").get_by_role("link", name="needles").click()
    expect(page.locator("#rows h3")).to_have_text(["On pins", "On needles"])
    page.locator("#rows").get_by_role("link", name="cs.CV").first.click()
    expect(page).to_have_url(reverse("papers:category", args=["cs.CV"]))


@with_and_without_scripts
def test_a_cards_category_leads_to_its_papers_and_the_rest_of_the_cover_to_the_paper(page):
    page.goto(MONDAY.get_absolute_url())
    page.locator("#cards").get_by_role("link", name="cs.CL").click()
    expect(page).to_have_url(reverse("papers:category", args=["cs.CL"]))
    page.goto(MONDAY.get_absolute_url())
    # What lies above the cover is the title's link.
    page.locator("#cards .cover").click(force=True)
    expect(page).to_have_url(reverse("papers:paper", args=["2405.00004"]))
