"""A member's own feed: what it begins with, less like this, undo, and the switch in the settings."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from papers import vectors
from tests.browser import with_and_without_scripts

CATS = ["cats and their kittens", "feline animals, lions and cats", "how cats purr"]


@pytest.fixture
def about(make_paper):
    def make(words: str):
        paper = make_paper(
            title=words.title(), abstract=f"We study {words}.", published_at=timezone.now() - timedelta(1)
        )
        vectors.catch_up()
        return paper

    return make


@pytest.fixture
def cats(about):
    return [about(words) for words in CATS]


def open_menu(page):
    page.locator("summary", has_text="Your menu").click()


@with_and_without_scripts
def test_a_member_upvotes_three_wants_less_undoes_and_switches_it_off(page, ada, sign_in, cats, about):
    kittens = about("kittens of cats")
    sign_in(ada)
    page.goto(reverse("papers:for_you"))
    expect(page.get_by_role("heading", name="It begins with 3 upvotes")).to_be_visible()
    for paper in cats:
        paper.upvote(by=ada)
    open_menu(page)
    page.get_by_role("link", name="For you").click()
    row = page.locator(f'.row[data-paper="{kittens.arxiv_id}"]')
    expect(row.get_by_text("Because you upvoted")).to_contain_text(cats[0].title)

    page.get_by_role("button", name=f"Less like this: {kittens.title}").click()
    expect(page.get_by_text("You will see less like")).to_be_visible()
    page.goto(reverse("papers:for_you"))
    expect(row).to_have_count(0)

    page.goto(reverse("papers:dismissals"))
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Nothing so far")).to_be_visible()
    page.goto(reverse("papers:for_you"))
    expect(row).to_have_count(1)

    page.get_by_role("link", name="switch this feed off").click()
    page.get_by_label("For you").uncheck()
    page.get_by_role("button", name="Save").click()
    open_menu(page)
    expect(page.get_by_role("link", name="Settings")).to_be_visible()
    expect(page.get_by_role("link", name="For you")).to_have_count(0)
    page.goto(reverse("papers:for_you"))
    expect(page.get_by_role("heading", name="Switched off")).to_be_visible()


@pytest.mark.parametrize("width", [1280])
def test_the_keyboard_stays_where_it_was_and_undoes_at_once(page, ada, sign_in, cats, about):
    kittens = about("kittens of cats")
    for paper in cats:
        paper.upvote(by=ada)
    sign_in(ada)
    page.goto(reverse("papers:for_you"))
    page.get_by_role("button", name=f"Less like this: {kittens.title}").focus()
    page.keyboard.press("Enter")
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=f"Less like this: {kittens.title}")).to_be_visible()
    assert not ada.dismissals.exists()


def test_a_visitor_is_told_and_led_to_sign_in(page, db):
    page.goto(reverse("papers:for_you"))
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    expect(page).to_have_url(f"{reverse('account_login')}?next={reverse('papers:for_you')}")


@with_and_without_scripts
def test_a_paper_leads_to_its_similar_ones(page, cats):
    page.goto(cats[0].get_absolute_url())
    page.get_by_role("region", name="Similar papers").get_by_role("link", name=cats[1].title).click()
    expect(page).to_have_url(cats[1].get_absolute_url())
