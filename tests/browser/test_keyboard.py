"""The site by keyboard alone."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from feed.models import Entry
from feed.periods import Day

MONDAY = Day(date(2024, 5, 20))


@pytest.fixture(autouse=True)
def papers(make_entry):
    for upvotes in (9, 7, 5):
        make_entry(MONDAY.start, upvotes=upvotes)
    return [entry.paper for entry in Entry.objects.ranked()]


def link_to(page, paper):
    return page.get_by_role("link", name=paper.title)


def test_the_first_tab_stop_skips_to_the_content(page):
    page.goto(MONDAY.get_absolute_url())
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search papers by meaning")).to_be_focused()


def test_j_and_k_move_between_papers_and_enter_opens_one(page, papers):
    page.goto(MONDAY.get_absolute_url())
    for key, paper in [("j", papers[0]), ("j", papers[1]), ("j", papers[2]), ("j", papers[2]), ("k", papers[1])]:
        page.keyboard.press(key)
        expect(link_to(page, paper)).to_be_focused()
        expect(link_to(page, paper)).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(papers[1].get_absolute_url())


def test_u_upvotes_the_paper_one_is_at_and_takes_it_back(page, papers, ada, sign_in):
    sign_in(ada)
    page.goto(MONDAY.get_absolute_url())
    button = page.locator(f'[id="upvote-{papers[1].arxiv_id}"]')
    page.keyboard.press("j")
    page.keyboard.press("j")
    with page.expect_response("**/upvote"):
        page.keyboard.press("u")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(link_to(page, papers[1])).to_be_focused()
    expect(page.locator(f"[data-paper='{papers[1].arxiv_id}'] form")).to_have_attribute(
        "action", reverse_withdraw(papers[1])
    )
    page.keyboard.press("u")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[aria-pressed=true].upvote")).to_have_count(0)


def reverse_withdraw(paper):
    return reverse("papers:withdraw_upvote", args=[paper.arxiv_id])


def test_u_upvotes_on_a_papers_own_page(page, papers, ada, sign_in):
    sign_in(ada)
    page.goto(papers[0].get_absolute_url())
    page.keyboard.press("u")
    expect(page.get_by_role("button", name="Upvoted")).to_have_attribute("aria-pressed", "true")


def test_a_visitors_u_leads_to_signing_in(page, papers):
    page.goto(MONDAY.get_absolute_url())
    page.keyboard.press("j")
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_question_mark_lists_the_keys_and_escape_closes_the_list(page, papers):
    page.goto(MONDAY.get_absolute_url())
    page.keyboard.press("j")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    # Behind the list, the keys do nothing.
    page.keyboard.press("u")
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(MONDAY.get_absolute_url())
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(link_to(page, papers[0])).to_be_focused()


def test_the_footer_opens_the_list_of_keys_where_there_may_be_keys(page, width):
    page.goto(MONDAY.get_absolute_url())
    link = page.get_by_role("link", name="Keyboard")
    if width == 360:
        expect(link).to_be_hidden()
        return
    link.click()
    keys = page.get_by_role("dialog", name="Keys")
    keys.get_by_role("button", name="Close").click()
    expect(keys).to_be_hidden()


@pytest.mark.parametrize("menu", ["summary.date", "summary[title=Theme]", ".site-actions details:last-of-type summary"])
def test_escape_closes_a_menu_and_gives_the_focus_back(page, ada, sign_in, menu):
    sign_in(ada)
    page.goto(MONDAY.get_absolute_url())
    summary = page.locator(menu)
    sheet = summary.locator("xpath=..").locator(".menu-sheet")
    summary.focus()
    page.keyboard.press("Enter")
    expect(sheet).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(summary).to_be_focused()


def test_a_menu_closes_when_the_focus_goes_on(page, ada, sign_in):
    sign_in(ada)
    page.goto(MONDAY.get_absolute_url())
    summary = page.locator("summary[title=Theme]")
    summary.focus()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(summary.locator("xpath=..").locator(".menu-sheet")).to_be_hidden()


@pytest.mark.parametrize("address", ["feed:papers", "account_signup"])
def test_tab_goes_through_the_whole_page_and_around(page, address):
    page.goto(reverse(address))
    stops = []
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const { activeElement: here } = document, box = here.getBoundingClientRect();
                return { html: here.outerHTML.slice(0, 100), isSkip: here.matches(".skip"),
                         isSeen: here === document.body || box.width * box.height > 0 };
            }"""
        )
        if stops and stop["isSkip"]:
            break
        stops.append(stop)
    else:
        pytest.fail(f"Tab never came around; the last stops: {stops[-3:]}")
    assert [stop["html"] for stop in stops if not stop["isSeen"]] == []
    reached = " ".join(stop["html"] for stop in stops)
    assert "Privacy" in reached or reverse("feed:privacy") in reached


def test_the_chosen_theme_is_remembered(page):
    page.emulate_media(color_scheme="light")
    page.goto(MONDAY.get_absolute_url())
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.locator("summary[title=Theme]").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark
    page.goto(reverse("feed:about"))
    assert page.evaluate(ground) == dark
    page.locator("summary[title=Theme]").click()
    page.get_by_role("button", name="System").click()
    assert page.evaluate(ground) == light
