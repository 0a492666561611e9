"""How fresh the feed is, as its pages say it. January 2026: the 9th is a Friday; New York is five hours behind UTC."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from feed.periods import Day, Week
from papers.models import Batch, Category, Listing

WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 1, day) for day in (7, 8, 9))
FRIDAY_NOON = datetime(2026, 1, 9, 12, tzinfo=UTC)
FRIDAY_NIGHT = datetime(2026, 1, 9, 7, tzinfo=UTC)
SATURDAY = datetime(2026, 1, 10, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _two_categories(settings, db):
    settings.ARXIV_CATEGORIES = ["cs.CL", "cs.CV"]
    Category.objects.bulk_create([Category(name="cs.CL"), Category(name="cs.CV")])


@pytest.fixture
def announce(make_paper):
    """File a paper under a day in each of these categories, as announced that night."""

    def announce(day, *categories):
        for name in categories or ("cs.CL", "cs.CV"):
            Listing.objects.create(day=day, category_id=name, kind="new", paper=make_paper(category=name))
            filed_at = datetime(day.year, day.month, day.day, 5, 40, tzinfo=UTC)
            Batch.objects.create(category_id=name, day=day, origin="rss", paper_count=1, filed_at=filed_at)

    return announce


def words(client, url, now, *, status=200):
    """The page's text at a time, without its white space."""
    with time_machine.travel(now, tick=False):
        response = client.get(url)
        assert response.status_code == status
        return " ".join(response.text.split())


def new(day):
    return reverse("feed:new", args=[Day(day)])


STATES = {
    "updated": ([THURSDAY, FRIDAY], FRIDAY_NOON, 'Updated <time datetime="2026-01-09T05:40:00+00:00" data-time="ago">'),
    "waiting": ([THURSDAY], FRIDAY_NIGHT, "Waiting for tonight’s announcement"),
    "quiet": ([THURSDAY, FRIDAY], SATURDAY, "Quiet: a weekend"),
    "stalled": ([THURSDAY], FRIDAY_NOON, 'Stalled since <time datetime="2026-01-09T05:00:00+00:00" data-time="clock">'),
    "never": ([], FRIDAY_NOON, "Nothing fetched from arXiv yet"),
}


@pytest.mark.parametrize("state", STATES)
def test_the_newest_pages_say_under_their_date_how_fresh_they_are(client, announce, make_entry, state):
    days, now, line = STATES[state]
    make_entry(FRIDAY)
    for day in days:
        announce(day)
    for url in (reverse("feed:papers"), new(days[-1] if days else FRIDAY)):
        page = words(client, url, now)
        assert f'<summary class="is-{state}">' in page
        assert line in page


def test_an_arxiv_holiday_is_called_one(client, announce):
    announce(date(2025, 12, 24))
    announce(date(2025, 12, 25))
    assert "Quiet: an arXiv holiday" in words(client, new(date(2025, 12, 25)), datetime(2025, 12, 26, 12, tzinfo=UTC))


def test_the_line_opens_to_each_categorys_state(client, announce):
    announce(THURSDAY)
    announce(FRIDAY, "cs.CL")
    page = words(client, new(FRIDAY), FRIDAY_NOON)
    assert "1 of 2 categories stalled since" in page
    assert "<b>cs.CV</b> <span><strong>stalled</strong>: Friday, Jan 9 is missing" in page
    assert "<b>cs.CL</b> <span>updated <time" in page
    assert "arXiv announces again on Sunday at 20:00 New York time" in page


def test_the_archive_says_nothing_of_it(client, announce, make_entry):
    for day in (WEDNESDAY, THURSDAY):
        announce(day)
        make_entry(day)
    for url in (new(WEDNESDAY), Day(WEDNESDAY).get_absolute_url(), Week.containing(THURSDAY).get_absolute_url()):
        assert "freshness" not in words(client, url, FRIDAY_NOON).partition("<main")[2]


@pytest.mark.parametrize(
    ("filed", "now", "empty"),
    [
        # In New York it is still Thursday.
        ([THURSDAY], datetime(2026, 1, 9, 0, 30, tzinfo=UTC), "Not announced yet"),
        ([THURSDAY], FRIDAY_NIGHT, "Tonight’s announcement is on its way"),
        ([THURSDAY], FRIDAY_NOON, "This site is behind arXiv"),
        ([THURSDAY, FRIDAY], SATURDAY, "arXiv is quiet"),
        ([], FRIDAY_NOON, "Nothing fetched yet"),
    ],
)
def test_an_empty_page_is_not_mistaken_for_an_empty_day(client, announce, filed, now, empty):
    for day in filed:
        announce(day)
    assert empty in words(client, new(now.date()), now)


def test_a_quiet_page_says_when_arXiv_announces_again(client, announce):
    announce(FRIDAY)
    page = words(client, new(SATURDAY.date()), SATURDAY)
    assert "arXiv announces again on Sunday at 20:00 New York time, <time" in page.partition('class="empty"')[2]


def test_an_empty_day_of_the_feed_says_what_arXiv_is_at(client, announce):
    announce(THURSDAY)
    today = Day(FRIDAY).get_absolute_url()
    assert "tonight is on its way here" in words(client, today, FRIDAY_NIGHT)
    assert "This site is behind arXiv: Friday’s announcement should have been here" in words(client, today, FRIDAY_NOON)
    announce(FRIDAY)
    assert "At arXiv it is a weekend." in words(client, Day(SATURDAY.date()).get_absolute_url(), SATURDAY)


def test_a_day_of_the_archive_says_whether_arXiv_announced_anything(client, announce):
    announce(date(2026, 1, 5))
    announce(FRIDAY)
    assert "That day’s announcement is not here" in words(client, new(WEDNESDAY), FRIDAY_NOON)
    announce(date(2025, 12, 22))
    assert "arXiv announced nothing that day" in words(client, new(date(2025, 12, 27)), FRIDAY_NOON)


def test_a_stalled_category_is_offered_as_such_though_it_has_no_papers(client, announce):
    announce(THURSDAY)
    announce(FRIDAY, "cs.CL")
    page = words(client, new(FRIDAY), FRIDAY_NOON)
    assert '<a id="category-cs.CV" href="?category=cs.CV">cs.CV <small class="state is-stalled">' in page
    chosen = words(client, f"{new(FRIDAY)}?category=cs.CV", FRIDAY_NOON)
    assert "cs.CV is not here yet" in chosen
    assert "this one has stalled: Friday, Jan 9 should have been here since" in chosen


def test_a_page_stays_the_same_while_nothing_happens(client, announce, make_entry):
    """Ages are the browser's to reckon: a page that any cache may keep must not change with each minute."""
    announce(FRIDAY)
    make_entry(FRIDAY)
    for url in (reverse("feed:papers"), new(FRIDAY)):
        assert words(client, url, FRIDAY_NOON) == words(client, url, FRIDAY_NOON + timedelta(minutes=7))
