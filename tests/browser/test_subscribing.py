"""The digest: asked for in the banner, confirmed by mail, changed, left."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import expect

from feed.models import Subscription
from feed.periods import Day
from papers.models import Organization
from tests.browser import with_and_without_scripts
from tests.browser.barriers import has_no_barrier

MONDAY = Day(date(2024, 5, 20))


@pytest.fixture(autouse=True)
def _one_paper(make_entry, make_paper):
    nvidia = Organization.objects.create(name="nvidia", full_name="NVIDIA")
    make_entry(MONDAY.start, paper=make_paper(author_names=["Ada Lovelace", "Bob Builder"], organization=nvidia))


@pytest.fixture
def subscription():
    subscription = Subscription.objects.ask(email="reader@example.org", rhythm="daily")
    subscription.confirm()
    return subscription


def ask(page, email, *, rhythm=None):
    page.get_by_label("Email address").fill(email)
    if rhythm:
        page.get_by_label("How often").select_option(rhythm)
    page.get_by_role("button", name="Subscribe").click()


def save(page, has_scripts, button="Save"):
    page.get_by_role("button", name=button, exact=True).click()
    said(page, has_scripts)


def said(page, has_scripts):
    """In the form where it was sent in place, above the page where that is a new one."""
    expect(page.locator(".saved") if has_scripts else page.locator(".messages li")).to_have_text(
        "Saved" + "." * (not has_scripts)
    )


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

    page.get_by_role("link", name="Choose what comes").click()
    expect(page.get_by_label("Weekly")).to_be_checked()
    page.get_by_label("Daily").check()
    save(page, has_scripts)
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
def test_a_time_zone_that_is_none_is_shown_with_the_reason(page, subscription):
    page.goto(subscription.manage_link)
    page.get_by_label("Time zone").fill("Mars/Olympus")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Time zone")).to_have_value("Mars/Olympus")
    expect(page.get_by_role("main").get_by_text("no time zone")).to_be_visible()


@with_and_without_scripts
def test_a_reader_narrows_the_digest_and_widens_it_again(page, subscription, has_scripts):
    page.goto(subscription.manage_link)
    expect(page.locator(".holds")).to_contain_text("Everything in the feed.")
    page.get_by_label("Add categories").fill("cs.cv, math")
    page.get_by_label("Add organizations").fill("nvidia")
    save(page, has_scripts)
    expect(page.locator(".holds")).to_contain_text("Papers in cs.CV or all of math, or from NVIDIA.")
    page.get_by_label("Add authors").fill("Ada Lovelace")
    save(page, has_scripts, "Add authors")
    # "Saved" stood there before: the form that is answered with has the name.
    expect(page.locator(".holds")).to_contain_text("by Ada Lovelace")
    for name in ("Computer Vision", "Mathematics", "NVIDIA"):
        page.get_by_role("checkbox", name=name).uncheck()
    save(page, has_scripts)
    expect(page.locator(".holds")).to_contain_text("Papers by Ada Lovelace.")
    subscription.refresh_from_db()
    assert subscription.interest == {"authors": ["ada-lovelace"]}
    page.get_by_role("checkbox", name="Ada Lovelace").uncheck()
    save(page, has_scripts)
    expect(page.locator(".holds")).to_contain_text("Everything in the feed.")


@with_and_without_scripts
def test_a_name_that_is_not_known_is_shown_with_what_it_may_mean(page, subscription, axe, has_scripts):
    page.goto(subscription.manage_link)
    field = page.get_by_label("Add authors")
    field.fill("Lovelace, Nobody Known")
    page.get_by_label("Weekly").check()
    page.get_by_role("button", name="Save").click()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("Lovelace, Nobody Known")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile("There is no author “Nobody Known” here"))
    expect(page.get_by_label("Weekly")).to_be_checked()
    if has_scripts:
        expect(page.locator("#status")).to_contain_text("Not saved yet: “Lovelace” may mean one of these.")
        has_no_barrier(page, axe)
    field.fill("Lovelace")
    page.get_by_role("checkbox", name="Ada Lovelace").check()
    save(page, has_scripts)
    expect(field).to_have_value("")
    subscription.refresh_from_db()
    assert subscription.wish == {"rhythm": "weekly", "time_zone": "", "interest": {"authors": ["ada-lovelace"]}}


def test_names_are_chosen_by_keyboard_one_after_the_other(page, subscription, axe):
    page.goto(subscription.manage_link)
    field = page.get_by_role("combobox", name="Add authors")
    field.focus()
    for typed, name in (("ada l", "Ada Lovelace"), ("build", "Bob Builder")):
        page.keyboard.type(typed)
        expect(page.get_by_role("option", name=name)).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("checkbox", name=name)).to_be_checked()
        # The next one can be typed at once.
        expect(field).to_be_focused()
        expect(field).to_have_value("")
    expect(page.locator("#status")).to_have_text("Saved. Papers by Ada Lovelace or Bob Builder.")
    expect(page.get_by_role("combobox", name="Add authors")).to_have_attribute("aria-expanded", "false")
    has_no_barrier(page, axe)
    subscription.refresh_from_db()
    assert subscription.interest == {"authors": ["ada-lovelace", "bob-builder"]}


def test_saving_by_keyboard_keeps_the_place(page, subscription):
    page.goto(subscription.manage_link)
    page.get_by_label("Time zone").focus()
    page.keyboard.type("Asia/Tokyo")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".saved")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_focused()
    subscription.refresh_from_db()
    assert subscription.time_zone == "Asia/Tokyo"


def test_what_is_stored_can_be_downloaded(page, subscription):
    page.goto(subscription.manage_link)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download what is stored").click()
    stored = json.loads(Path(download.value.path()).read_text())
    assert stored["subscription"]["email"] == "reader@example.org"
    assert download.value.suggested_filename == "digest-subscription.json"


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
