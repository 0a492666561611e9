"""The mail of a digest in a browser, which shows it much as mail programs do, and the moderators' preview of it."""

from datetime import date, timedelta

import pytest
import requests
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from feed.digest import Links, render
from feed.models import Digest, Subscription
from feed.periods import Day, Week
from feed.tasks import plan_digests
from papers.models import Organization
from tests.browser import photographs
from tests.browser.barriers import has_no_barrier
from tests.feed.deliveries import reader, sent

MONDAY = Day(date(2026, 1, 5))


@pytest.fixture
def entries(make_entry, make_paper):
    """Papers with what is widest: a long word, a formula, many votes, a long name."""
    acme = Organization.objects.create(name="acme", full_name="Laboratory" * 12)
    papers = [
        make_paper(title="Attention Is All You Need", mirrored_upvote_count=123456, mirrored_comment_count=12),
        make_paper(title=f"{'Pneumonoultramicroscopic' * 6} Things", organization=acme, category="math.PR"),
        make_paper(title=r"Below $\mathcal{O}(n \log n)$", abstract="Floccinaucinihilipilification" * 8),
        make_paper(withdrawn_at="2026-01-06T00:00Z", category="cs.CV"),
    ]
    return [make_entry(MONDAY.start, paper=paper, minutes=minutes) for minutes, paper in enumerate(papers)]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 700])
def test_the_mail_fits_and_can_be_read_on_light_and_dark(page, entries, axe, width, theme):
    mail = render(Digest.objects.look(MONDAY)).for_reader(Links("https://example.org/m", "https://example.org/u"))
    page.emulate_media(color_scheme=theme)
    page.set_content(mail.html)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    photographs.is_well(page, "digest", width, theme)
    has_no_barrier(page, axe)


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("what", ["a day", "a week", "an empty day", "composed"])
def test_the_preview_has_no_barrier(page, entries, axe, mod, sign_in, what):
    sign_in(mod)
    page.emulate_media(reduced_motion="reduce")
    if what == "composed":
        Digest.objects.compose(MONDAY)
    addresses = {"a week": ("feed:week_digest", Week(MONDAY.start)), "an empty day": ("feed:day_digest", MONDAY.next())}
    name, period = addresses.get(what, ("feed:day_digest", MONDAY))
    assert page.goto(reverse(name, args=[period])).status == 200
    has_no_barrier(page, axe)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_moderator_reads_the_mail_in_the_preview_and_opens_a_paper_from_it(page, entries, mod, sign_in):
    sign_in(mod)
    page.goto(reverse("feed:papers"))
    page.locator("summary", has_text="Your menu").click()
    page.get_by_role("link", name="Digests").click()
    page.get_by_role("link", name="Preview the newest").click()
    expect(page.get_by_role("heading", name=MONDAY.title, exact=True)).to_be_visible()
    mail = page.frame_locator("iframe")
    expect(mail.get_by_role("heading", name="Attention Is All You Need")).to_be_visible()
    with page.expect_popup() as opened:
        mail.get_by_role("link", name="Attention Is All You Need").click()
    expect(opened.value.get_by_role("heading", name="Attention Is All You Need")).to_be_visible()
    expect(page.get_by_role("region", name="As text")).to_contain_text("1. Attention Is All You Need")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_moderator_sends_themselves_a_test(page, entries, mod, sign_in):
    sign_in(mod)
    page.goto(reverse("feed:day_digest", args=[MONDAY]))
    page.get_by_role("button", name="Send me a test").click()
    expect(page.get_by_role("status").filter(has_text="Sent to mod@example.org")).to_be_visible()
    assert mail.outbox[-1].subject.startswith("[Test] Attention Is All You Need")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_of_digests_has_no_barrier_and_its_plot_fits(page, entries, axe, mod, sign_in, theme):
    for name in ("ada", "bob"):
        sent(reader(f"{name}@example.org"), Digest.objects.compose(MONDAY))
    Digest.objects.count_deliveries([digest.pk for digest in Digest.objects.all()])
    sign_in(mod)
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.goto(reverse("feed:digests"))
    expect(page.get_by_role("img", name="Subscribers, mails sent")).to_be_visible()
    expect(page.get_by_role("row", name=MONDAY.short_title)).to_contain_text("2")
    page.locator("summary", has_text="The same in numbers").click()
    page.locator("summary", has_text="What these mean").click()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    has_no_barrier(page, axe)


@pytest.mark.parametrize("width", [360])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_from_subscribing_to_one_click_unsubscribe(page, make_entry, make_paper, link_in_mail, live_server, theme):
    page.emulate_media(color_scheme=theme)
    yesterday = Day.current().previous()
    paper = make_paper(title="Attention Is All You Need", mirrored_upvote_count=41)
    make_entry(yesterday.start, paper=paper)

    page.goto(reverse("feed:papers"))
    page.get_by_label("Email address").fill("reader@example.org")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.locator(".subscribe-answer")).to_be_visible()
    page.goto(link_in_mail("/subscribe/confirm/"))
    page.get_by_role("button", name="Yes, send me the digest").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are on the list")

    mail.outbox.clear()
    the_hour_strikes()
    (message,) = mail.outbox
    assert message.to == ["reader@example.org"]
    assert message.subject == f"Attention Is All You Need · {yesterday.mail_title}"

    opened = follow(message, "Attention Is All You Need", page.context)
    expect(opened.get_by_role("heading", level=1)).to_have_text("Attention Is All You Need")
    opened = follow(message, "What comes, and how often", page.context)
    expect(opened.get_by_role("heading", level=1)).to_have_text("Your digest")
    assert Subscription.objects.get().is_confirmed

    # The mail program's own button: it posts without cookies, and shows no page (RFC 8058).
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert link.startswith(f"{live_server.url}/unsubscribe/")
    assert requests.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=10).status_code == 200
    assert Subscription.objects.get().state == "unsubscribed"

    opened = follow(message, "Unsubscribe", page.context)
    expect(opened.get_by_role("heading", level=1)).to_have_text("You have left")
    mail.outbox.clear()
    make_entry(Day.current().start, paper=make_paper())
    the_hour_strikes(days=1)
    assert mail.outbox == []


def follow(message, name: str, context):
    """Press a link of a mail where a mail program shows it; it opens in the browser."""
    program = context.new_page()
    program.set_content(message.alternatives[0].content)
    program.get_by_role("link", name=name).click()
    return program


def the_hour_strikes(*, days: int = 0) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        Subscription.objects.update(digest_due_at=timezone.now())
        plan_digests()
