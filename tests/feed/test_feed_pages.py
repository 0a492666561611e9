from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from feed.models import Entry
from feed.periods import Day, Month, Week
from papers.models import Listing, Paper

MONDAY, FRIDAY = date(2026, 1, 5), date(2026, 1, 9)
MOST_QUERIES = 10


@pytest.fixture(autouse=True)
def _friday_noon():
    with time_machine.travel(datetime(2026, 1, 9, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def week(make_entry):
    """Two days of papers; the more upvotes, the later submitted."""
    return [make_entry(day, upvotes=number, minutes=number) for day in (MONDAY, FRIDAY) for number in range(6)]


def titles_in_order(response):
    positions = [(response.text.find(paper.title), paper) for paper in Paper.objects.all()]
    return [paper for position, paper in sorted(positions, key=lambda it: it[0]) if position >= 0]


def test_the_front_page_shows_the_newest_day(client, week):
    response = client.get(reverse("feed:papers"))
    assert response.status_code == 200
    assert titles_in_order(response) == [entry.paper for entry in reversed(week[6:])]


def test_the_root_leads_to_the_papers(client, db):
    assert client.get("/").url == reverse("feed:papers")


def test_a_weeks_page_holds_all_its_days_ranked_together(client, week):
    response = client.get(Week.containing(MONDAY).get_absolute_url())
    ranked = [entry.paper for entry in Entry.objects.ranked()]
    assert titles_in_order(response) == ranked


def test_arrows_skip_periods_without_papers(client, week):
    response = client.get(Day(date(2026, 1, 7)).get_absolute_url())
    assert response.context["previous"] == Day(MONDAY)
    assert response.context["next"] == Day(FRIDAY)


def test_an_empty_day_is_a_page_that_points_to_its_neighbours(client, week):
    response = client.get(Day(date(2026, 1, 7)).get_absolute_url())
    assert response.status_code == 200
    assert Day(MONDAY).get_absolute_url() in response.text


def test_an_empty_site_says_what_to_do(client, db):
    response = client.get(reverse("feed:papers"))
    assert response.status_code == 200
    assert reverse("feed:about") in response.text
    assert "Nothing here yet" in response.text


@pytest.mark.parametrize("period", [Day(date(2026, 1, 10)), Week.parse("2026-W03"), Month.parse("2026-02")])
def test_a_period_that_is_yet_to_come_is_no_page(client, week, period):
    response = client.get(period.get_absolute_url())
    assert response.status_code == 404
    assert "yet to come" in response.text


@pytest.mark.parametrize(
    "path",
    [
        "date/2026-02-30",
        "date/today",
        "week/2026-W60",
        "month/2026-00",
        "new/20260101",
        "calendar/2026-13",
        "date/2026-1-5",
    ],
)
def test_what_is_no_date_is_no_page_and_says_how_to_write_one(client, db, path):
    response = client.get(f"/papers/{path}")
    assert response.status_code == 404
    assert "There is no date" in response.text


def test_a_long_period_goes_on_after_its_first_page(client, make_entry):
    for number in range(70):
        make_entry(MONDAY, upvotes=number)
    first = client.get(Month.containing(MONDAY).get_absolute_url())
    second = client.get(Month.containing(MONDAY).get_absolute_url(), {"after": first.context["page"].next_cursor})
    assert [entry.paper.total_upvote_count for entry in second.context["page"]] == list(range(9, -1, -1))


def test_a_cursor_of_another_list_is_no_page(client, week):
    cursor = "WzFd"
    assert client.get(reverse("feed:papers"), {"after": cursor}).status_code == 404


def test_hidden_papers_vanish_from_every_list(client, week):
    Paper.objects.hide()
    for url in [Day(FRIDAY).get_absolute_url(), Week.containing(FRIDAY).get_absolute_url(), reverse("feed:trending")]:
        assert titles_in_order(client.get(url)) == []


def test_trending_lists_papers_by_its_formula(client, week):
    response = client.get(reverse("feed:trending"))
    assert titles_in_order(response) == list(Paper.objects.order_by("-trending_score", "-id"))


def test_all_new_counts_each_paper_once_by_its_first_kind(client, make_paper):
    both, cross = make_paper(), make_paper(category="cs.LG")
    for paper, category, kind in [(both, "cs.CL", "new"), (both, "cs.LG", "cross"), (cross, "cs.CL", "cross")]:
        Listing.objects.create(day=FRIDAY, category_id=category, kind=kind, paper=paper)
    url = reverse("feed:new", args=[Day(FRIDAY)])
    assert titles_in_order(client.get(url)) == [both]
    assert titles_in_order(client.get(url, {"kind": "cross"})) == [cross]
    assert set(titles_in_order(client.get(url, {"kind": "cross", "category": "cs.LG"}))) == {both}
    assert client.get(url).context["tally"].kinds == [("new", 1), ("cross", 1)]
    assert client.get(url, {"kind": "odd"}).status_code == 404


@pytest.mark.parametrize("category", ["\0", "cs.ZZ", "x" * 5000])
def test_what_is_no_category_is_no_page(client, db, category):
    assert client.get(reverse("feed:new", args=[Day(FRIDAY)]), {"category": category}).status_code == 404


def test_a_day_counts_only_what_is_new_on_arxiv(client, make_paper):
    for kind in ("new", "cross", "replace"):
        Listing.objects.create(day=FRIDAY, category_id="cs.CL", kind=kind, paper=make_paper())
    assert client.get(Day(FRIDAY).get_absolute_url()).context["announced_count"] == 1


def test_a_submitter_who_has_left_is_a_former_member_without_a_link(client, make_entry, ada):
    entry = make_entry(FRIDAY, submitted_by=ada)
    ada.delete_account()
    for url in (Day(FRIDAY).get_absolute_url(), entry.paper.get_absolute_url()):
        page = client.get(url).text
        assert "a former member" in page
        assert "deleted-" not in page


def test_an_author_whose_papers_are_all_hidden_has_no_page(client, week):
    Paper.objects.hide()
    assert client.get(reverse("papers:author", args=["bob-builder"])).status_code == 404


def test_the_calendar_leads_to_the_days_with_papers(client, week):
    response = client.get(reverse("feed:calendar", args=[Month.containing(MONDAY)]))
    assert Day(MONDAY).get_absolute_url() in response.text
    assert response.context["calendar"].next is None


PAGES = {
    "the front page": lambda: reverse("feed:papers"),
    "a day": lambda: Day(FRIDAY).get_absolute_url(),
    "a week": lambda: Week.containing(FRIDAY).get_absolute_url(),
    "a month": lambda: Month.containing(FRIDAY).get_absolute_url(),
    "trending": lambda: reverse("feed:trending"),
    "all new": lambda: reverse("feed:new", args=[Day(FRIDAY)]),
    "the calendar": lambda: reverse("feed:calendar", args=[Month.containing(FRIDAY)]),
    "a paper": lambda: Paper.objects.first().get_absolute_url(),
    "an author": lambda: reverse("papers:author", args=["bob-builder"]),
    "about": lambda: reverse("feed:about"),
    "privacy": lambda: reverse("feed:privacy"),
    "subscribe": lambda: reverse("feed:subscribe"),
    "the site map": lambda: reverse("sitemaps"),
    "robots.txt": lambda: reverse("robots"),
}


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("who", ["a visitor", "a member"])
def test_a_page_costs_the_same_few_queries_however_much_it_shows(
    client, week, ada, make_entry, address, who, django_assert_max_num_queries
):
    if who == "a member":
        client.force_login(ada)
        for entry in week:
            entry.paper.upvote(by=ada)
    for entry in week:
        Listing.objects.create(day=FRIDAY, category_id="cs.CL", kind="new", paper=entry.paper)
    url = PAGES[address]()
    with django_assert_max_num_queries(MOST_QUERIES) as few:
        client.get(url)
    for number in range(20):
        entry = make_entry(FRIDAY, upvotes=number)
        Listing.objects.create(day=FRIDAY, category_id="cs.CL", kind="new", paper=entry.paper)
    with django_assert_max_num_queries(len(few)):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("address", PAGES)
def test_a_visitor_gets_no_cookie_and_a_page_that_anyone_may_keep(client, week, address):
    response = client.get(PAGES[address]())
    assert not response.cookies
    assert "public" in response["Cache-Control"]
    again = client.get(PAGES[address](), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert "public" in again["Cache-Control"]


def test_a_members_page_is_theirs_alone(client, week, ada):
    client.force_login(ada)
    assert "private" in client.get(reverse("feed:papers"))["Cache-Control"]


@pytest.mark.parametrize("address", PAGES)
def test_a_get_has_one_body_whether_htmx_asks_or_not(client, week, address):
    url = PAGES[address]()
    assert client.get(url).content == client.get(url, headers={"HX-Request": "true", "HX-Target": "feed"}).content


@pytest.mark.parametrize("address", PAGES)
def test_no_page_needs_an_inline_script_or_style(client, week, address):
    response = client.get(PAGES[address]())
    assert "<style" not in response.text
    assert " style=" not in response.text
    assert " onclick=" not in response.text
    assert "script-src 'self'; " in response["Content-Security-Policy"] + "; "


def test_addresses_that_need_no_csrf_token_are_few_and_known():
    """Providers' webhooks are others, where the operator wants them: see test_webhooks.py."""
    from django.urls import get_resolver

    def exempt(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from exempt(pattern.url_patterns)
            elif getattr(pattern.callback, "csrf_exempt", False):
                yield pattern.name

    assert set(exempt(get_resolver().url_patterns)) == {"subscribe", "unsubscribe", "stop_alerts"}


def test_the_site_map_names_papers_and_days(client, week):
    assert reverse("sitemap", args=["papers"]) in client.get(reverse("sitemaps")).text
    assert week[0].paper.get_absolute_url() in client.get(reverse("sitemap", args=["papers"])).text
    assert "/papers/date/2026-01-05" in client.get(reverse("sitemap", args=["days"])).text
