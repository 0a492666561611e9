"""From the visitor who would like to upvote to the member who takes an upvote back."""

import re
from datetime import date
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from feed.periods import Day
from tests.browser import with_and_without_scripts

PASSWORD = "correct horse battery"
MONDAY = Day(date(2024, 5, 20))
# What the browser and htmx write to the console about a request that failed.
REFUSED = ["ERR_INTERNET_DISCONNECTED", "Failed to load resource", "Response Status Error Code", "htmx:"]


@pytest.fixture
def paper(make_entry):
    """The day's first of three papers, with five upvotes."""
    first, *_ = [make_entry(MONDAY.start, upvotes=upvotes).paper for upvotes in (5, 3, 2)]
    return first


@pytest.fixture
def button(page, paper):
    return page.locator(f'[id="upvote-{paper.arxiv_id}"]')


def shows(button, count, *, pressed):
    expect(button).to_have_attribute("aria-pressed", "true" if pressed else "false")
    expect(button.locator(".count")).to_have_text(str(count))


def press(page, button):
    """Press it and wait for the site's answer, which a reload would cut off."""
    with page.expect_response(re.compile("/(withdraw-)?upvote$")):
        button.click()


def counts(paper, count):
    paper.refresh_from_db()
    assert paper.total_upvote_count == count


def fill_in_sign_in(page, user):
    page.get_by_label("Email address").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@with_and_without_scripts
def test_a_visitor_signs_up_confirms_upvotes_and_takes_it_back(page, paper, button, link_in_mail):
    page.goto(MONDAY.get_absolute_url())
    button.click()
    expect(page).to_have_url(f"{reverse('account_login')}?next={quote(MONDAY.get_absolute_url())}")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("Email address").fill("grace@example.org")
    page.get_by_label("Handle").fill("grace")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make an account").click()
    expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()

    page.goto(link_in_mail("/accounts/confirm-email/"))
    page.get_by_role("button", name="Yes, confirm it").click()
    expect(page).to_have_url(MONDAY.get_absolute_url())
    shows(button, 5, pressed=False)

    press(page, button)
    shows(button, 6, pressed=True)
    page.reload()
    shows(button, 6, pressed=True)
    counts(paper, 6)

    press(page, button)
    shows(button, 5, pressed=False)
    page.reload()
    shows(button, 5, pressed=False)
    counts(paper, 5)


@with_and_without_scripts
def test_signing_in_to_upvote_comes_back_to_the_same_page(page, paper, button, ada):
    page.goto(paper.get_absolute_url())
    button.click()
    fill_in_sign_in(page, ada)
    expect(page).to_have_url(paper.get_absolute_url())
    button.click()
    shows(button, 6, pressed=True)
    expect(page).to_have_url(re.compile(rf"^[^#]+{paper.get_absolute_url()}(#upvote-{paper.arxiv_id})?$"))


def test_an_upvote_counts_at_once_and_keeps_the_focus(page, paper, button, ada, sign_in):
    sign_in(ada)
    page.goto(MONDAY.get_absolute_url())
    held = []
    page.route("**/upvote", lambda route: held.append(route))
    button.click()
    shows(button, 6, pressed=True)
    counts(paper, 5)
    expect(button).to_be_focused()
    with page.expect_response("**/upvote"):
        held[0].continue_()
    expect(page.locator("form.upvote-form").first).to_have_attribute("action", re.compile("/withdraw-upvote$"))
    shows(button, 6, pressed=True)
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("form.upvote-form").first).to_have_attribute("action", re.compile("/upvote$"))
    shows(button, 5, pressed=False)
    expect(button).to_be_focused()
    counts(paper, 5)


def test_an_upvote_on_the_papers_own_page_says_so_in_words(page, paper, button, ada, sign_in):
    sign_in(ada)
    page.goto(paper.get_absolute_url())
    expect(button).to_have_text("Upvote 5")
    press(page, button)
    expect(button).to_have_text("Upvoted 6")
    page.reload()
    expect(button).to_have_text("Upvoted 6")
    expect(page.get_by_role("list", name="Upvoted by").get_by_role("link", name="ada")).to_be_visible()


def test_a_second_press_before_the_answer_changes_nothing(page, paper, button, ada, sign_in):
    sign_in(ada)
    page.goto(MONDAY.get_absolute_url())
    held = []
    page.route("**/upvote", lambda route: held.append(route))
    button.click()
    button.click()
    shows(button, 6, pressed=True)
    held[0].continue_()
    expect(page.locator("form.upvote-form").first).to_have_attribute("action", re.compile("/withdraw-upvote$"))
    shows(button, 6, pressed=True)
    counts(paper, 6)


@with_and_without_scripts
def test_a_session_that_expired_meanwhile_leads_to_signing_in_and_back(page, paper, button, ada, sign_in):
    sign_in(ada)
    page.goto(MONDAY.get_absolute_url())
    Session.objects.all().delete()
    button.click()
    expect(page).to_have_url(f"{reverse('account_login')}?next={MONDAY.get_absolute_url()}")
    counts(paper, 5)
    fill_in_sign_in(page, ada)
    expect(page).to_have_url(MONDAY.get_absolute_url())
    shows(button, 5, pressed=False)


@pytest.mark.parametrize("trouble", ["offline", "broken", "csrf", "gone"])
def test_an_upvote_that_does_not_arrive_says_so_and_does_not_count(
    page, paper, button, ada, sign_in, complaints, trouble
):
    complaints.expect(*REFUSED)
    sign_in(ada)
    page.goto(MONDAY.get_absolute_url())
    if trouble == "offline":
        page.context.set_offline(True)
    elif trouble == "broken":
        page.route("**/upvote", lambda route: route.fulfill(status=500, body="broken"))
    elif trouble == "csrf":
        page.context.clear_cookies(name="csrftoken")
    else:
        paper.hidden_at = paper.created_at
        paper.save()
    button.click()
    problem = page.get_by_role("alert")
    expect(problem).to_be_visible()
    expect(problem).to_contain_text(
        {"offline": "can’t be reached", "broken": "nothing was changed", "csrf": "Reload", "gone": "not there"}[trouble]
    )
    shows(button, 5, pressed=False)
    counts(paper, 5)
    problem.get_by_role("button", name="Close").click()
    expect(problem).to_be_hidden()


def test_after_a_failure_the_next_upvote_counts(page, paper, button, ada, sign_in, complaints):
    complaints.expect(*REFUSED)
    sign_in(ada)
    page.goto(MONDAY.get_absolute_url())
    page.context.set_offline(True)
    button.click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.context.set_offline(False)
    press(page, button)
    shows(button, 6, pressed=True)
    expect(page.get_by_role("alert")).to_be_hidden()
    page.reload()
    shows(button, 6, pressed=True)
