import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from feed.models import Entry
from feed.promotion import _candidates as candidates
from feed.promotion import promote
from feed.tasks import promote as task
from papers.models import Listing, Paper
from tests.conftest import member

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
TODAY = date(2026, 1, 7)


@pytest.fixture(autouse=True)
def _clock(settings):
    settings.PROMOTE_UPVOTES = 2
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def listed(make_paper, ada, bob):
    """A paper that stands in All new, with upvotes of members."""

    def make(*, day=TODAY, kind="new", voters=(ada, bob), **more) -> Paper:
        paper = make_paper(**more)
        Listing.objects.create(day=day, category=paper.primary_category, kind=kind, paper=paper)
        for voter in voters:
            paper.upvote(by=voter)
        return paper

    return make


def test_a_paper_of_all_new_with_enough_upvotes_comes_into_todays_feed(listed):
    paper = listed()
    task()
    entry = Entry.objects.get()
    assert (entry.paper, entry.day, entry.origin, entry.submitter) == (paper, TODAY, Entry.Origin.PROMOTED, None)
    paper.refresh_from_db()
    assert paper.featured_at == NOW


def test_one_vote_short_is_not_enough(listed, ada):
    listed(voters=[ada])
    assert promote() == []


def test_mirrored_upvotes_do_not_count(listed, ada):
    listed(voters=[ada], mirrored_upvote_count=100)
    assert promote() == []


def test_nought_promotes_nothing(listed, settings):
    settings.PROMOTE_UPVOTES = 0
    listed()
    assert promote() == []


@pytest.mark.parametrize(
    "more",
    [
        {"hidden_at": NOW},
        {"withdrawn_at": NOW},
        {"deleted_at": NOW},
        {"day": TODAY - timedelta(days=15)},
        {"kind": "replace"},
    ],
    ids=["hidden", "withdrawn", "deleted", "announced long ago", "a replacement"],
)
def test_some_papers_are_never_promoted(listed, more):
    listed(**more)
    assert promote() == []


def test_a_paper_that_was_never_announced_is_not_promoted(paper, ada, bob):
    paper.upvote(by=ada)
    paper.upvote(by=bob)
    assert promote() == []


def test_promoting_twice_makes_one_entry(listed):
    listed()
    assert len(promote()) == 1
    assert promote() == []


def test_a_paper_that_a_moderator_took_out_of_the_feed_does_not_come_back(listed):
    listed()
    promote()
    Entry.objects.all().hide()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert promote() == []


def test_a_paper_that_was_in_the_feed_before_is_not_promoted(listed, make_entry):
    make_entry(TODAY - timedelta(days=3), paper=listed())
    assert promote() == []


def test_the_card_and_the_page_say_that_the_site_promoted_it(listed, client):
    paper = listed()
    promote()
    card = client.get(reverse("feed:papers"), follow=True).content.decode()
    page = client.get(reverse("papers:paper", args=[paper.arxiv_id])).content.decode()
    assert "Promoted from All new" in card
    assert "Promoted from All new" in page
    assert "a former member" not in card + page


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_promote_a_paper_once(make_paper):
    members = [member(f"voter{number}") for number in range(2)]
    papers = [make_paper() for _ in range(20)]
    for paper in papers:
        Listing.objects.create(day=TODAY, category=paper.primary_category, kind="new", paper=paper)
        for voter in members:
            paper.upvote(by=voter)
    gate, promoted = threading.Barrier(4), []

    def work():
        gate.wait()
        try:
            promoted.extend(paper.pk for paper in promote())
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(promoted) == sorted(paper.pk for paper in papers)
    assert Entry.objects.count() == 20


def test_the_candidates_are_found_by_their_index():
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_bitmapscan = off")
    assert "paper_to_promote" in candidates().order_by("-upvote_count").explain()
