"""Keeping a search, changing and deleting it, and ending its alerts from a mail."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from papers.models import SavedSearch
from papers.models.saved_search import stop_link
from tests.browser import with_and_without_scripts
from tests.browser.barriers import has_no_barrier

RESULTS = "/papers?q=purring+cats&category=cs.CV"


@with_and_without_scripts
def test_a_member_saves_a_search_renames_it_and_deletes_it(page, ada, sign_in, has_scripts):
    sign_in(ada)
    page.goto(RESULTS)
    page.get_by_role("button", name="Save this search").click()
    if has_scripts:
        expect(page.get_by_text("Saved, what is new comes by mail")).to_be_visible()
        expect(page.get_by_role("link", name="Your searches")).to_be_focused()
        page.get_by_role("link", name="Your searches").click()
    expect(page).to_have_url(reverse("papers:searches"))
    assert ada.saved_searches.get().is_alerting

    expect(page.get_by_role("link", name="purring cats")).to_have_attribute(
        "href", f"{reverse('feed:papers')}?q=purring+cats&category=cs.CV"
    )
    page.locator("summary", has_text="Change").click()
    page.get_by_label("Name").fill("")
    page.locator(".saved-searches .form").evaluate("form => { form.noValidate = true }")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Give it a name")).to_be_visible()
    page.get_by_label("Name").fill("Cats that purr")
    page.get_by_label("Mail me what is new").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("link", name="Cats that purr")).to_be_visible()
    expect(page.get_by_text("no mail")).to_be_visible()

    page.locator("summary", has_text="Change").click()
    page.get_by_role("button", name="Delete Cats that purr").click()
    expect(page.get_by_role("heading", name="No search is saved yet")).to_be_visible()


def test_a_search_too_many_says_so_where_it_was_saved(page, ada, sign_in, axe):
    for number in range(SavedSearch.MOST):
        SavedSearch.objects.keep(f"q=cats+{number}", by=ada)
    sign_in(ada)
    page.goto(RESULTS)
    page.get_by_label("Mail me what is new").uncheck()
    page.get_by_role("button", name="Save this search").click()
    expect(page.locator("#save-search").get_by_text("which is as many as one may")).to_be_visible()
    expect(page.get_by_label("Mail me what is new")).not_to_be_checked()
    has_no_barrier(page, axe)


def test_a_visitor_signs_in_and_is_back_at_the_search(page, ada):
    page.goto(RESULTS)
    page.get_by_role("link", name="Save this search").click()
    page.get_by_label("Email address").fill(ada.email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Save this search")).to_be_visible()
    assert page.url.endswith(RESULTS)


@with_and_without_scripts
def test_the_link_in_a_mail_ends_the_alerts_after_one_press(page, ada):
    SavedSearch.objects.keep("q=cats", by=ada)
    page.goto(stop_link(ada))
    page.get_by_role("button", name="Stop the alerts").click()
    expect(page.get_by_role("heading", name="No more alerts")).to_be_visible()
    assert not ada.saved_searches.filter(is_alerting=True).exists()


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("who", ["a visitor", "a member"])
def test_the_form_and_its_answer_have_no_barrier(page, ada, sign_in, axe, who):
    if who == "a member":
        sign_in(ada)
    page.goto(RESULTS)
    has_no_barrier(page, axe)
    if who == "a member":
        page.get_by_role("button", name="Save this search").click()
        expect(page.get_by_role("link", name="Your searches")).to_be_visible()
        has_no_barrier(page, axe)
