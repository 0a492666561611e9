"""Having a paper taken in that isn't here: the page says how it stands, and leads to the paper when it has come."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from papers.lookup import look_up
from papers.models import Wanted
from tests.archive import Archive, made
from tests.browser import with_and_without_scripts
from tests.browser.barriers import has_no_barrier
from tests.browser.conftest import path_of
from tests.replay import Replay

ID = "2601.00003"
SEARCH = f"/papers?q={ID}"


@pytest.fixture(autouse=True)
def _arxiv(settings, no_queue):
    """It has one paper. No worker hears a bell: a test looks up by itself."""
    with Replay(Archive([made(ID)], until=date(2026, 1, 8), days=1, page_size=20)) as server:
        settings.ARXIV_OAI_URL = server.url
        yield


@with_and_without_scripts
def test_a_member_has_a_paper_taken_in(page, ada, sign_in, has_scripts):
    sign_in(ada)
    page.goto(reverse("feed:about"))
    page.goto(SEARCH)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", name=f"{ID} is being taken in")).to_be_visible()
    expect(page).to_have_url(SEARCH)
    if has_scripts:
        expect(page.locator("#status")).to_have_text(f"{ID} is being taken in")
        expect(page.get_by_role("link", name="Look again")).to_be_focused()
        with page.expect_response(lambda response: path_of(response.url) == SEARCH):
            pass
        expect(page.get_by_role("link", name="Look again")).to_be_focused()
    expect(page.get_by_text("This page leads to the paper")).to_be_visible(visible=has_scripts)
    look_up()
    if not has_scripts:
        page.get_by_role("link", name="Look again").click()
    expect(page).to_have_url(reverse("papers:paper", args=[ID]))
    expect(page.get_by_role("heading", name=f"A Paper Called {ID}")).to_be_visible()
    if has_scripts:
        page.go_back()
        expect(page).to_have_url(reverse("feed:about"))


def test_one_that_has_come_meanwhile_is_gone_to_by_the_press(page, ada, sign_in, make_paper):
    sign_in(ada)
    page.goto(SEARCH)
    make_paper(ID)
    page.get_by_role("button", name="Take it in").click()
    expect(page).to_have_url(reverse("papers:paper", args=[ID]))
    expect(page.get_by_role("heading", name=f"A Paper Called {ID}")).to_be_visible()


def test_what_arxiv_does_not_have_is_told_and_asked_for_no_more(page, ada, sign_in):
    sign_in(ada)
    page.goto("/papers?q=2601.00006")
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", name="2601.00006 is being taken in")).to_be_visible()
    look_up()
    expect(page.get_by_role("heading", name="arXiv has no paper 2601.00006")).to_be_visible()
    expect(page.locator("#status")).to_have_text("arXiv has no paper 2601.00006")
    expect(page.get_by_role("link", name="2601.00006 on arXiv")).to_be_focused()
    expect(page.locator("#wanted")).not_to_have_attribute("hx-trigger", "every 3s")


def test_who_types_on_is_not_taken_away(page, ada, sign_in, make_paper):
    sign_in(ada)
    page.goto(SEARCH)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", name=f"{ID} is being taken in")).to_be_visible()
    field = page.get_by_label("Search papers by meaning")
    field.fill("needle")
    expect(page.get_by_role("heading", name="No paper fits")).to_be_visible()
    expect(page.locator("#wanted")).to_have_count(0)
    look_up()
    field.fill(ID)
    expect(page).to_have_url(reverse("papers:paper", args=[ID]))


def test_an_id_typed_says_how_it_stands_and_goes_on_looking(page, ada, sign_in):
    Wanted.objects.ask(ID, by=ada)
    page.goto("/papers?q=needle")
    page.get_by_label("Search papers by meaning").fill(ID)
    expect(page.get_by_role("heading", name=f"{ID} is being taken in")).to_be_visible()
    look_up()
    expect(page).to_have_url(reverse("papers:paper", args=[ID]))


@with_and_without_scripts
def test_a_visitor_signs_in_and_is_back_at_the_offer(page, ada, complaints):
    complaints.expect("the server responded with a status of 404")
    page.goto(reverse("papers:paper", args=[ID]))
    page.get_by_role("link", name=f"Look for {ID}").click()
    page.get_by_role("link", name="Sign in to have it taken in").click()
    page.get_by_label("Email address").fill(ada.email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Take it in")).to_be_visible()
    assert path_of(page.url) == SEARCH


@pytest.mark.parametrize("width", [1280])
def test_the_offer_and_each_answer_have_no_barrier(page, ada, sign_in, axe):
    sign_in(ada)
    page.emulate_media(reduced_motion="reduce")
    page.goto(SEARCH)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_role("heading", name=f"{ID} is being taken in")).to_be_visible()
    has_no_barrier(page, axe)
    wanted = Wanted.objects.get()
    wanted.put_off(timedelta(hours=1), failures=0, reason="out of reach")
    expect(page.get_by_role("heading", name=f"{ID} is still to come")).to_be_visible()
    expect(page.locator("#status")).to_have_text(f"{ID} is still to come")
    has_no_barrier(page, axe)
    wanted.answer(Wanted.State.UNREADABLE)
    page.reload()
    expect(page.get_by_role("heading", name=f"{ID} can’t be read")).to_be_visible()
    has_no_barrier(page, axe)
    Wanted.objects.update(answered_at=timezone.now() - timedelta(days=1))
    page.reload()
    expect(page.get_by_role("button", name="Ask for it again")).to_be_visible()
    has_no_barrier(page, axe)


@pytest.mark.parametrize("width", [360])
def test_more_than_one_may_says_so_where_it_was_asked(page, ada, sign_in, axe):
    for number in range(Wanted.MOST):
        Wanted.objects.ask(f"2601.{number + 101:05}", by=ada)
    sign_in(ada)
    page.goto(SEARCH)
    page.get_by_role("button", name="Take it in").click()
    expect(page.locator("#wanted").get_by_text("You have asked for 50 papers")).to_be_visible()
    expect(page.get_by_role("button", name="Take it in")).to_be_focused()
    has_no_barrier(page, axe)
