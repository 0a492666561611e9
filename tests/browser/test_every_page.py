"""Every page of the site: no barrier that axe finds, nothing sideways, light and dark, on a phone and on a desk."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import User
from feed.interest import Interest
from feed.models import Entry, Subscription
from feed.periods import Day, Month, Week
from papers import documents, trends, vectors
from papers.models import Category, Listing, Organization, Paper, Person, SavedSearch, Version, Wanted
from papers.models.saved_search import stop_link
from papers.moderation import moderate, undo
from tests.browser.barriers import has_no_barrier
from tests.browser.conftest import path_of

DAY = Day(date(2024, 5, 20))
EMPTY = Day(date(2024, 5, 19))
MOST_QUERIES = 10
MIDNIGHT = datetime(2024, 5, 20, tzinfo=UTC)
# A 404 and its like are written to the console whatever the page does.
REFUSED = "Failed to load resource: the server responded with a status of"


@pytest.fixture
def full_site(make_paper, make_entry, ada, bob):
    """Papers with everything that a page may have to show."""
    acme = Organization.objects.create(name="acme", full_name="Acme Laboratories")
    elsewhere = Person.objects.create(source="huggingface", handle="carol", name="Carol")
    everything = make_paper(
        "2405.00001",
        title=r"On $\mathcal{O}(n \log n)$ Attention: a Pneumonoultramicroscopicsilicovolcanoconiosis-Sized Title",
        abstract=r"We bound $\sum_{i=1}^{n} x_i^2 \le \frac{1}{2}$ by means of \emph{nothing}." + " It works." * 60,
        summary="It is shown that a thing works. It works well.",
        summary_model="a model",
        keywords=["attention", "a rather long keyword of several words"],
        organization=acme,
        author_names=[f"Author Number-{number}" for number in range(30)],
        comment="12 pages",
        doi="10.1000/1",
        journal_reference="Journal of Things 1 (2024)",
        license="http://creativecommons.org/licenses/by/4.0/",
        github_repo="https://github.com/acme/thing",
        github_stars=12345,
        project_page="https://acme.example/thing",
        mirrored_upvote_count=1234,
        mirrored_comment_count=3,
        version=12,
        updated_at=datetime(2024, 5, 21, tzinfo=UTC),
        submitter="Author Number-3",
    )
    Version.objects.bulk_create(
        Version(paper=everything, number=number, submitted_at=MIDNIGHT + timedelta(number), size_kilobytes=900 + number)
        for number in range(1, 13)
    )
    for kind, category in [("cross", "cs.LG"), ("replace", "cs.CL"), ("replace-cross", "stat.ML")]:
        Category.objects.get_or_create(name=category)
        Listing.objects.create(day=date(2024, 5, 23), category_id=category, kind=kind, paper=everything)
    withdrawn = make_paper("2405.00002", withdrawn_at=datetime(2024, 5, 22, tzinfo=UTC), category="stat.ML")
    Version.objects.create(paper=withdrawn, number=1, submitted_at=MIDNIGHT)
    Version.objects.create(paper=withdrawn, number=2, submitted_at=withdrawn.withdrawn_at, is_withdrawal=True)
    make_entry(DAY.start, paper=make_paper("2405.00004", deleted_at=datetime(2024, 6, 1, tzinfo=UTC)))
    make_entry(DAY.start, paper=everything, submitted_by=bob, note="Read this.\nIt is short.")
    make_entry(DAY.start, paper=withdrawn, submitted_by_person=elsewhere)
    make_entry(DAY.start, paper=make_paper("2405.00003", abstract="", category="math.PR"))
    fillers = Paper.objects.bulk_create(
        Paper(arxiv_id=f"2405.1{number:04}", title=f"Paper {number}", abstract="It works.", published_at=MIDNIGHT)
        for number in range(27)
    )
    Entry.objects.bulk_create(Entry(paper=paper, day=DAY.start, submitted_at=MIDNIGHT) for paper in fillers)
    Entry.objects.mark_featured([paper.pk for paper in fillers])
    everything.upvote(by=ada)
    everything.upvote(by=bob)
    kinds = [*Listing.Kind.values[1:], *["new"] * 28]
    Listing.objects.bulk_create(
        Listing(day=DAY.start, category_id="cs.CL", kind=kind, paper=paper)
        for kind, paper in zip(kinds, Paper.objects.order_by("-id"), strict=True)
    )
    everything.dismiss(by=bob)
    for arxiv_id in ("2405.00002", "2405.00003", "2405.10001"):
        Paper.objects.get(arxiv_id=arxiv_id).upvote(by=ada)
    vectors.catch_up()
    SavedSearch.objects.keep("q=purring+cats&category=cs.CV&year=2024&code=1", by=ada)
    SavedSearch.objects.keep(f"q={'pneumonoultramicroscopicsilicovolcanoconiosis' * 5}", by=ada, is_alerting=False)
    Paper.objects.get(arxiv_id="2405.10002").dismiss(by=ada)
    Wanted.objects.ask("hep-th/9901002", by=bob)
    Wanted.objects.ask("hep-th/9901003", by=bob).answer(Wanted.State.ABSENT)
    return everything


def subscription(**more) -> Subscription:
    asked = Subscription.objects.ask(email="reader@example.org", rhythm="weekly")
    Subscription.objects.update(**more)
    asked.refresh_from_db()
    return asked


def unconfirmed_subscription() -> Subscription:
    return subscription()


def confirmed_subscription() -> Subscription:
    return subscription(state="confirmed", confirmed_at=timezone.now())


def narrowed_subscription() -> Subscription:
    narrowed = confirmed_subscription()
    wide = Interest.of(categories=["cs", "stat.ML"], authors=["author-number-3", "gone-away"], organizations=["acme"])
    narrowed.prefer(rhythm="weekly", time_zone="", interest=wide)
    return narrowed


def left_subscription() -> Subscription:
    return subscription(state="unsubscribed", unsubscribed_at=timezone.now())


def moderated() -> str:
    """The log, with what is long, undone, hidden and without a reason."""
    carol = User.objects.create_superuser("carol-c", "carol@example.org", "correct horse battery")
    paper, other = Paper.objects.get(arxiv_id="2405.00001"), Paper.objects.get(arxiv_id="2405.00003")
    action = moderate(paper, by=carol, title="Pneumonoultramicroscopic" * 8, keywords=[], reason="Because " * 30)
    undo(action, by=carol)
    moderate(other, by=carol, kind="hide", hidden=True)
    return reverse("feed:log")


def searched(words: str, **chosen) -> str:
    documents.catch_up()
    vectors.catch_up()
    return f"{reverse('feed:papers')}?{urlencode({'q': words, **chosen})}"


def counted(name: str, *arguments: str, **query) -> str:
    documents.catch_up()
    trends.count()
    return reverse(name, args=arguments) + (f"?{urlencode(query, doseq=True)}" if query else "")


# A page's name: where it is.
FOR_BOTH = {
    "a day": DAY.get_absolute_url,
    "all new": lambda: reverse("feed:new", args=[DAY]),
    "a search": lambda: searched("works"),
    "a search narrowed": lambda: searched("works", category="cs.CL", year="2026", order="upvotes"),
    "a search that finds nothing": lambda: searched('"no such thing" author:nobody'),
    "a search of an unknown category": lambda: searched("cat:cs.ZZ works"),
    "a search for a paper that is not here": lambda: searched("hep-th/9901001"),
    "a search for a paper that is being taken in": lambda: searched("hep-th/9901002"),
    "a search for a paper that arXiv lacks": lambda: searched("hep-th/9901003"),
    "a paper": lambda: reverse("papers:paper", args=["2405.00001"]),
    "a category": lambda: counted("papers:category", "cs.CL"),
    "a keyword": lambda: counted("papers:keyword", "a rather long keyword of several words"),
    "a profile": lambda: reverse("accounts:profile", args=["bob"]),
    "for you": lambda: reverse("papers:for_you"),
    "stop alerts": lambda: path_of(stop_link(User.objects.get(username="ada"))),
}
FOR_VISITORS = {
    "the front page": lambda: reverse("feed:papers"),
    "a week": Week.containing(DAY.start).get_absolute_url,
    "a month": Month.containing(DAY.start).get_absolute_url,
    "trending": lambda: reverse("feed:trending"),
    "a withdrawn paper": lambda: reverse("papers:paper", args=["2405.00002"]),
    "a deleted paper": lambda: reverse("papers:paper", args=["2405.00004"]),
    "an organization": lambda: reverse("papers:organization", args=["acme"]),
    "about": lambda: reverse("feed:about"),
    "an empty day": EMPTY.get_absolute_url,
    "cross-lists of a category": lambda: reverse("feed:new", args=[DAY]) + "?kind=cross&category=cs.CL",
    "a category without papers": lambda: reverse("feed:new", args=[DAY]) + "?category=stat.ML",
    "a day without announcement": lambda: reverse("feed:new", args=[EMPTY]),
    "an author": lambda: reverse("papers:author", args=["author-number-3"]),
    "a paper without an abstract": lambda: reverse("papers:paper", args=["2405.00003"]),
    "topics": lambda: counted("papers:topics"),
    "topics before the first count": lambda: reverse("papers:topics"),
    "an archive, most upvoted first": lambda: counted("papers:category", "cs", order="upvotes"),
    "a category without a paper": lambda: counted("papers:category", "q-bio.TO"),
    "a category without an upvote": lambda: counted("papers:category", "math.PR", order="upvotes"),
    "trends": lambda: counted("papers:trends"),
    "trends before the first count": lambda: reverse("papers:trends"),
    "trends of two": lambda: counted("papers:trends", topic=["cs.CL", "attention"], by="month"),
    "a trend over all years": lambda: counted("papers:trends", topic="cs", by="year"),
    "the trend of nothing known": lambda: counted("papers:trends", topic="no such thing"),
    "the calendar": lambda: reverse("feed:calendar", args=[Month.containing(DAY.start)]),
    "privacy": lambda: reverse("feed:privacy"),
    "subscribe": lambda: reverse("feed:subscribe"),
    "the log of moderation": moderated,
    "an empty log": lambda: reverse("feed:log"),
    "confirm a subscription": lambda: path_of(unconfirmed_subscription().confirm_link),
    "a subscription confirmed": lambda: path_of(confirmed_subscription().confirm_link),
    "manage a subscription": lambda: path_of(confirmed_subscription().manage_link),
    "manage a narrowed subscription": lambda: path_of(narrowed_subscription().manage_link),
    "manage a subscription that was stopped": lambda: path_of(subscription(state="stopped").manage_link),
    "unsubscribe": lambda: path_of(confirmed_subscription().unsubscribe_link),
    "unsubscribed": lambda: path_of(left_subscription().unsubscribe_link),
    "sign in": lambda: reverse("account_login") + "?next=/papers",
    "sign up": lambda: reverse("account_signup"),
    "check your inbox": lambda: reverse("account_email_verification_sent"),
    "a confirmation of no address": lambda: reverse("account_confirm_email", args=["made-up"]),
    "forgot the password": lambda: reverse("account_reset_password"),
    "a reset mail sent": lambda: reverse("account_reset_password_done"),
    "a reset link that is used up": lambda: reverse("account_reset_password_from_key", args=["1", "2-3"]),
    "a new password set": lambda: reverse("account_reset_password_from_key_done"),
}
FOR_MEMBERS = {
    "their own profile": lambda: reverse("accounts:profile", args=["ada"]),
    "their own profile, submitted": lambda: reverse("accounts:profile", args=["ada"]) + "?show=submitted",
    "what they wanted less of": lambda: reverse("papers:dismissals"),
    "saved searches": lambda: reverse("papers:searches"),
    "edit the profile": lambda: reverse("accounts:edit_profile"),
    "delete the account": lambda: reverse("accounts:delete_account"),
    "change the address": lambda: reverse("account_email"),
    "change the password": lambda: reverse("account_change_password"),
    "is it you": lambda: reverse("account_reauthenticate"),
    "sign out": lambda: reverse("account_logout"),
}
# And the status it comes with.
ERRORS = {
    "no such page": (lambda: "/papers/date/yesterday", 404),
    "no such paper": (lambda: reverse("papers:paper", args=["hep-th/9901001"]), 404),
    "a day to come": (lambda: Day(date.today() + timedelta(days=40)).get_absolute_url(), 404),
    "an announcement to come": (lambda: reverse("feed:new", args=[Day(date.today() + timedelta(days=40))]), 404),
    "a link of no subscription": (lambda: reverse("feed:manage", args=["x"]), 404),
    "a confirmation link that expired": (lambda: reverse("feed:confirm", args=["x"]), 404),
    "an unsubscribe link cut short": (lambda: reverse("feed:unsubscribe", args=["x"]), 404),
    "a link that ends no alerts": (lambda: reverse("papers:stop_alerts", args=["x"]), 404),
    "a category that arXiv has not": (lambda: reverse("papers:category", args=["cs.ZZ"]), 404),
    "a keyword of no paper": (lambda: reverse("papers:keyword", args=["no such thing"]), 404),
    "not understood": (lambda: "/broken/400", 400),
    "not allowed": (lambda: "/broken/403", 403),
    "a form too old": (lambda: "/broken/403-csrf", 403),
    "too many tries": (lambda: "/broken/429", 429),
    "broken": (lambda: "/broken/500", 500),
}
PAGES = [
    *[(name, "a visitor", address, 200) for name, address in {**FOR_BOTH, **FOR_VISITORS}.items()],
    *[(name, "a member", address, 200) for name, address in {**FOR_BOTH, **FOR_MEMBERS}.items()],
    *[(name, "a visitor", address, status) for name, (address, status) in ERRORS.items()],
]
every_page = pytest.mark.parametrize(
    ("who", "address", "status"), [page[1:] for page in PAGES], ids=[f"{page[0]}, {page[1]}" for page in PAGES]
)


@pytest.mark.parametrize("width", [1280])
def test_no_page_costs_more_than_ten_queries(client, full_site, ada, settings):
    settings.ROOT_URLCONF = "tests.browser.broken_urls"
    client.raise_request_exception = False
    costs = {}
    for name, who, address, status in PAGES:
        client.logout()
        if who == "a member":
            client.force_login(ada)
        url = address()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == status, name
        costs[f"{name}, {who}"] = len(queries)
    assert {page: cost for page, cost in costs.items() if cost > MOST_QUERIES} == {}


@every_page
@pytest.mark.parametrize("width", [1280])
def test_a_page_has_no_barrier_and_nothing_sideways(
    page, full_site, ada, sign_in, axe, complaints, settings, who, address, status
):
    settings.ROOT_URLCONF = "tests.browser.broken_urls"
    if who == "a member":
        sign_in(ada)
    if status != 200:
        complaints.expect(f"{REFUSED} {status}")
    page.emulate_media(reduced_motion="reduce")
    assert page.goto(address()).status == status
    has_no_barrier(page, axe)


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("address", ["feed:papers", "feed:trending", "feed:newest"])
def test_an_empty_site_has_no_barrier(page, axe, address):
    assert page.goto(reverse(address)).status == 200
    has_no_barrier(page, axe)


@pytest.mark.parametrize("width", [1280])
def test_what_opens_has_no_barrier(page, full_site, ada, sign_in, axe):
    sign_in(ada)
    page.emulate_media(reduced_motion="reduce")
    for address, menu in [
        (DAY.get_absolute_url(), ".dates .menu"),
        (DAY.get_absolute_url(), ".site-actions .menu:first-child"),
        (DAY.get_absolute_url(), ".site-actions .menu:last-child"),
        (searched("works"), ".operators"),
        (full_site.get_absolute_url(), "#history .fold"),
        (full_site.get_absolute_url(), "#cite"),
        (reverse("papers:searches"), ".saved-searches li:first-child .fold"),
        (counted("papers:trends", topic=["cs.CL", "attention"]), ".numbers"),
        (counted("papers:trends"), ".rising .fold"),
    ]:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(address)
        page.locator(menu).locator("summary").click()
        has_no_barrier(page, axe, within=menu)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    has_no_barrier(page, axe, within="#keys")


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("address", ["account_signup", "account_login", "account_reset_password"])
def test_a_form_with_errors_has_no_barrier(page, db, axe, address):
    page.goto(reverse(address))
    page.locator("main form").evaluate("form => { form.noValidate = true }")
    page.locator("main form button").click()
    expect(page.locator(".errorlist").first).to_be_visible()
    has_no_barrier(page, axe)


@pytest.mark.parametrize("width", [1280])
@pytest.mark.parametrize("address", ["feed:about", "feed:subscribe"])
def test_the_banner_with_its_error_and_with_its_answer_has_no_barrier(page, full_site, axe, address):
    page.goto(reverse(address))
    for email, sign in [("reader@example", "#subscribe-error"), ("reader@example.org", ".subscribe-answer")]:
        page.get_by_label("Email address").fill(email)
        page.get_by_role("button", name="Subscribe").click()
        expect(page.locator(sign)).to_be_visible()
        has_no_barrier(page, axe)
