"""A digest is composed once, frozen, ranked as the page is, and narrowed to what is asked for. Jan 5, 2026 is a Monday."""

import threading
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from feed.interest import Interest
from feed.models import Digest, Entry
from feed.periods import Day, Week
from papers.models import Author, Authorship, Category, Organization, Paper

MONDAY, TUESDAY, SUNDAY = (Day(date(2026, 1, day)) for day in (5, 6, 11))
WEEK = Week.containing(MONDAY.start)
NEXT_WEEK = datetime(2026, 1, 12, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _later():
    with time_machine.travel(NEXT_WEEK, tick=False):
        yield


def titles(digest) -> list[str]:
    return [paper["title"] for paper in digest.papers]


def ids(digest) -> list[str]:
    return [paper["arxiv_id"] for paper in digest.papers]


def test_a_digest_is_ranked_as_the_page_of_its_day_is(make_entry):
    make_entry(MONDAY.start, upvotes=3, minutes=2)
    make_entry(MONDAY.start, upvotes=7)
    make_entry(MONDAY.start, upvotes=3, minutes=1)
    make_entry(TUESDAY.start, upvotes=99)
    page = Entry.objects.visible().in_period(MONDAY).ranked().values_list("paper__arxiv_id", flat=True)
    assert ids(Digest.objects.compose(MONDAY)) == list(page)


def test_a_digest_of_a_week_has_its_seven_days_from_monday_to_sunday(make_entry):
    within = [make_entry(day.start) for day in (MONDAY, TUESDAY, SUNDAY)]
    make_entry(date(2026, 1, 4))
    make_entry(date(2026, 1, 12))
    digest = Digest.objects.compose(WEEK)
    assert digest.first_day == date(2026, 1, 5)
    assert sorted(ids(digest)) == sorted(entry.paper.arxiv_id for entry in within)


def test_a_paper_that_came_twice_in_a_week_stands_once_in_its_digest(make_entry, paper):
    make_entry(MONDAY.start, paper=paper)
    make_entry(TUESDAY.start, paper=paper)
    assert ids(Digest.objects.compose(WEEK)) == [paper.arxiv_id]


def test_the_first_week_of_a_year_may_begin_in_the_year_before(make_entry):
    make_entry(date(2025, 12, 30))
    assert Digest.objects.compose(Week.parse("2026-W01")).first_day == date(2025, 12, 29)


def test_an_entry_says_what_a_reader_wants_to_know(make_entry, make_paper):
    acme = Organization.objects.create(name="acme", full_name="Acme Laboratories")
    paper = make_paper(
        "2601.00009",
        title=r"Faster than $\mathcal{O}(n^2)$",
        summary="It is fast. It is small. It is free.",
        organization=acme,
        mirrored_upvote_count=4,
        mirrored_comment_count=2,
    )
    entry = make_entry(MONDAY.start, paper=paper)
    assert Digest.objects.compose(MONDAY).papers == [
        {
            "entry": entry.pk,
            "arxiv_id": "2601.00009",
            "title": "Faster than 𝒪(n^2)",
            "byline": "Acme Laboratories",
            "summary": "It is fast. It is small.",
            "category": "cs.CL",
            "upvotes": 4,
            "comments": 2,
            "is_withdrawn": False,
        }
    ]


def test_of_many_authors_the_first_three_are_named(make_entry, make_paper):
    make_entry(MONDAY.start, paper=make_paper(author_names=[f"Author {letter}" for letter in "ABCDE"]))
    assert Digest.objects.compose(MONDAY).papers[0]["byline"] == "Author A, Author B, Author C and 2 more"


def test_nothing_is_composed_of_an_empty_day_and_what_comes_late_still_can_be(make_entry):
    assert Digest.objects.compose(MONDAY) is None
    assert not Digest.objects.exists()
    make_entry(MONDAY.start)
    assert Digest.objects.compose(MONDAY)


def test_hidden_papers_and_entries_are_not_composed(make_entry, make_paper):
    make_entry(MONDAY.start, paper=make_paper(hidden_at=NEXT_WEEK))
    make_entry(MONDAY.start, hidden_at=NEXT_WEEK)
    assert Digest.objects.compose(MONDAY) is None


def test_a_day_that_runs_is_not_composed_but_can_be_looked_at(make_entry):
    today = Day.current()
    make_entry(today.start)
    with pytest.raises(ValueError, match="not over"):
        Digest.objects.compose(today)
    with pytest.raises(ValueError, match="not over"):
        Digest.objects.compose(Week.current())
    assert not Digest.objects.look(today).is_composed
    assert not Digest.objects.exists()


def test_a_day_is_over_when_it_is_in_the_zone_of_the_feed(make_entry, settings):
    make_entry(SUNDAY.start)
    settings.FEED_TIME_ZONE = "Pacific/Honolulu"
    with pytest.raises(ValueError, match="not over"):
        Digest.objects.compose(SUNDAY)


def test_what_happens_afterwards_changes_nothing(make_entry, ada):
    first, second = make_entry(MONDAY.start, upvotes=2), make_entry(MONDAY.start, upvotes=1)
    before = Digest.objects.compose(MONDAY)
    Paper.objects.filter(pk=second.paper_id).update(title="Corrected", mirrored_upvote_count=50)
    first.paper.upvote(by=ada)
    make_entry(MONDAY.start, upvotes=99)
    Entry.objects.filter(pk=first.pk).hide()
    after = Digest.objects.compose(MONDAY)
    assert (after.pk, after.papers, after.paper_count) == (before.pk, before.papers, 2)
    assert Digest.objects.look(MONDAY).papers == before.papers


@pytest.mark.parametrize("what", ["paper", "entry", "deleted"])
def test_what_is_hidden_after_composing_is_not_sent_and_comes_back_when_it_is_shown(make_entry, what):
    best, other = make_entry(MONDAY.start, upvotes=2), make_entry(MONDAY.start)
    digest = Digest.objects.compose(MONDAY)
    if what == "deleted":
        best.delete()
    else:
        hidden = Paper.objects.filter(pk=best.paper_id) if what == "paper" else Entry.objects.filter(pk=best.pk)
        hidden.hide()
    assert [paper["entry"] for paper in digest.papers_to_send()] == [other.pk]
    if what != "deleted":
        hidden.show()
        assert digest.papers_to_send() == digest.papers


def test_a_digest_shows_twenty_papers_and_counts_all(make_entry):
    for number in range(23):
        make_entry(MONDAY.start, upvotes=number)
    digest = Digest.objects.compose(MONDAY)
    assert (len(digest.papers), digest.paper_count, digest.papers[0]["upvotes"]) == (20, 23, 22)


def test_composing_costs_the_same_queries_however_many_papers_there_are(make_entry, django_assert_num_queries):
    interest = Interest.of(categories=["cs.CL"], authors=["bob-builder"], organizations=["acme"])
    for day, number in [(MONDAY, 2), (TUESDAY, 15)]:
        for _ in range(number):
            make_entry(day.start)
        # Looked for, drawn up, counted, written, and found.
        with django_assert_num_queries(5):
            Digest.objects.compose(day, interest)
        with django_assert_num_queries(1):
            Digest.objects.compose(day, interest)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_compose_at_once_all_get_the_first_ones(make_entry):
    entries = [make_entry(MONDAY.start, upvotes=number) for number in range(5)]
    start, found, errors = threading.Barrier(9), [], []

    def compose():
        try:
            start.wait(10)
            found.append(Digest.objects.compose(MONDAY))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    def vote():
        start.wait(10)
        for number in range(20):
            Paper.objects.filter(pk=entries[number % 5].paper_id).update(mirrored_upvote_count=100 + number)
        connection.close()

    threads = [threading.Thread(target=compose) for _ in range(8)] + [threading.Thread(target=vote)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    assert Digest.objects.count() == 1
    assert len(found) == 8
    assert len({digest.pk for digest in found}) == 1
    assert all(digest.papers == found[0].papers for digest in found)


def test_the_database_keeps_one_digest_a_period_and_only_of_weeks_that_begin_on_monday(db):
    fields = {"paper_count": 1, "papers": [{"entry": 1}]}
    Digest.objects.create(kind="day", first_day=TUESDAY.start, **fields)
    wrong = [
        {"kind": "day", "first_day": TUESDAY.start, **fields},
        {"kind": "week", "first_day": TUESDAY.start, **fields},
        {"kind": "month", "first_day": date(2026, 1, 1), **fields},
        {"kind": "day", "first_day": MONDAY.start, "paper_count": 0, "papers": []},
    ]
    for row in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Digest.objects.create(**row)


@pytest.fixture
def variety(make_entry, make_paper):
    """A paper of a category, one of an author, one of an organization, one of none of these; all on Monday."""
    acme = Organization.objects.create(name="Acme", full_name="Acme Laboratories")
    crossed = make_paper(title="Cross-listed", category="cs.CL")
    crossed.categories.add(Category.objects.create(name="cs.CV"))
    papers = [
        crossed,
        make_paper(title="Authored", category="math.PR", author_names=["Ada Lovelace"]),
        make_paper(title="Organized", category="math.PR", organization=acme),
        make_paper(title="Other", category="math.PR"),
    ]
    for minutes, paper in enumerate(papers):
        make_entry(MONDAY.start, paper=paper, minutes=minutes)
    return papers


@pytest.mark.parametrize(
    ("interest", "expected"),
    [
        ({"categories": ["cs.CV"]}, ["Cross-listed"]),
        ({"categories": ["cs"]}, ["Cross-listed"]),
        ({"authors": ["ada-lovelace"]}, ["Authored"]),
        ({"organizations": ["ACME"]}, ["Organized"]),
        (
            {"categories": ["cs.CV"], "authors": ["ada-lovelace"], "organizations": ["acme"]},
            ["Cross-listed", "Authored", "Organized"],
        ),
        ({}, ["Cross-listed", "Authored", "Organized", "Other"]),
    ],
)
def test_a_digest_is_narrowed_to_what_any_of_the_names_has(variety, interest, expected):
    digest = Digest.objects.compose(MONDAY, Interest.of(**interest))
    assert (titles(digest), digest.paper_count) == (expected, len(expected))


def test_nothing_is_composed_where_nothing_of_the_day_is_asked_for(variety):
    assert Digest.objects.compose(MONDAY, Interest.of(categories=["hep-th"])) is None


def test_an_author_who_hides_is_not_found_by_name(variety):
    Authorship.objects.filter(author=Author.objects.get(slug="ada-lovelace")).update(is_hidden=True)
    assert Digest.objects.compose(MONDAY, Interest.of(authors=["ada-lovelace"])) is None


def test_readers_who_ask_for_the_same_in_other_words_share_one_digest(variety):
    one = Interest.of(categories=["cs.CV", "cs.SY"], organizations=["ACME"])
    other = Interest.of(categories=["eess.SY", "cs.CV", "cs.CV"], organizations=["acme"])
    assert Digest.objects.compose(MONDAY, one) == Digest.objects.compose(MONDAY, other)
    assert Digest.objects.compose(MONDAY) != Digest.objects.compose(MONDAY, one)
    assert Interest.of(**Digest.objects.compose(MONDAY, one).interest) == one


def test_a_name_is_never_taken_for_one_of_another_kind():
    assert Interest.of(authors=["acme"]).key != Interest.of(organizations=["acme"]).key
