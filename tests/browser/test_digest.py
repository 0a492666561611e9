"""The mail of a digest in a browser, which shows it much as mail programs do, and the moderators' preview of it."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from feed.digest import Links, render
from feed.models import Digest
from feed.periods import Day, Week
from papers.models import Organization
from tests.browser.barriers import has_no_barrier

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
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(252, 250, 245)", "dark": "rgb(22, 19, 16)"}[theme]
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
