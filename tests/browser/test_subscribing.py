"""The digest: asked for in the banner, confirmed by mail, changed, left."""

from datetime import date

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from feed.models import Subscription
from feed.periods import Day
from tests.browser import with_and_without_scripts

MONDAY = Day(date(2024, 5, 20))


@pytest.fixture(autouse=True)
def _one_paper(make_entry):
    make_entry(MONDAY.start)


def ask(page, email, *, rhythm=None):
    page.get_by_label("Email address").fill(email)
    if rhythm:
        page.get_by_label("How often").select_option(rhythm)
    page.get_by_role("button", name="Subscribe").click()


def heading(page):
    return page.get_by_role("heading", level=1)


@with_and_without_scripts
def test_a_reader_subscribes_confirms_changes_the_rhythm_and_leaves(page, link_in_mail, has_scripts):
    page.goto(MONDAY.get_absolute_url())
    ask(page, "reader@example.org", rhythm="Weekly")
    expect(page.locator(".subscribe-answer")).to_be_visible()
    expect(page).to_have_url(MONDAY.get_absolute_url() if has_scripts else reverse("feed:subscribe"))
    assert [message.to for message in mail.outbox] == [["reader@example.org"]]

    page.goto(link_in_mail("/subscribe/confirm/"))
    expect(heading(page)).to_have_text("One press to go")
    page.reload()
    assert Subscription.objects.get().state == "pending"
    page.get_by_role("button", name="Yes, send me the digest").click()
    expect(heading(page)).to_have_text("You are on the list")
    assert Subscription.objects.get().is_confirmed

    page.get_by_role("link", name="Choose its rhythm").click()
    expect(page.get_by_label("Weekly")).to_be_checked()
    page.get_by_label("Daily").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.get_by_label("Daily")).to_be_checked()

    page.get_by_role("main").get_by_role("link", name="Unsubscribe").click()
    expect(heading(page)).to_have_text("Leave the digest?")
    assert Subscription.objects.get().state == "confirmed"
    page.get_by_role("button", name="Unsubscribe").click()
    expect(heading(page)).to_have_text("You have left")
    assert Subscription.objects.get().state == "unsubscribed"

    page.get_by_role("link", name="delete it").click()
    page.get_by_text("Delete my address").click()
    page.get_by_role("button", name="Delete reader@example.org").click()
    expect(heading(page)).to_have_text("Your address is deleted")
    assert not Subscription.objects.exists()


def test_the_answer_comes_in_place_and_is_said(page):
    page.goto(MONDAY.get_absolute_url())
    page.evaluate("document.documentElement.dataset.stayed = 'yes'")
    ask(page, "reader@example.org")
    expect(page.locator(".subscribe-answer")).to_be_focused()
    expect(page.locator("#status")).to_have_text("Nearly there: check your inbox.")
    expect(page.locator("html")).to_have_attribute("data-stayed", "yes")


@with_and_without_scripts
def test_an_error_stands_beside_the_field_which_keeps_what_was_typed(page, has_scripts):
    page.goto(MONDAY.get_absolute_url())
    # To the browser this is an address, to the site it is none.
    ask(page, "reader@example", rhythm="Weekly")
    field = page.get_by_label("Email address")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("reader@example")
    expect(field).to_have_accessible_description("This doesn't look like an email address.")
    expect(page.get_by_text("This doesn't look like an email address.").first).to_be_visible()
    expect(page.get_by_label("How often")).to_have_value("weekly")
    expect(field).to_be_focused()
    if has_scripts:
        expect(page.locator("#status")).to_have_text("This doesn't look like an email address.")
    ask(page, "reader@example.org")
    expect(page.locator(".subscribe-answer")).to_be_visible()
    assert Subscription.objects.get().rhythm == "weekly"


@with_and_without_scripts
def test_a_time_zone_that_is_none_is_shown_with_the_reason(page):
    subscription = Subscription.objects.ask(email="reader@example.org", rhythm="daily")
    subscription.confirm()
    page.goto(subscription.manage_link)
    page.get_by_label("Time zone").fill("Mars/Olympus")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Time zone")).to_have_value("Mars/Olympus")
    expect(page.get_by_text("no time zone")).to_be_visible()


def test_a_banner_that_can_not_reach_the_site_says_so(page, complaints):
    complaints.expect("ERR_INTERNET_DISCONNECTED", "htmx:")
    page.goto(MONDAY.get_absolute_url())
    page.context.set_offline(True)
    ask(page, "reader@example.org")
    expect(page.get_by_role("alert")).to_contain_text("can’t be reached")
    expect(page.get_by_label("Email address")).to_have_value("reader@example.org")
    page.context.set_offline(False)
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator(".subscribe-answer")).to_be_visible()
