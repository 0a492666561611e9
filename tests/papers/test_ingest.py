"""Records become papers. The records here are invented; recorded days are loaded in tests/feed/test_ingest_command.py."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.db import connection, transaction

from papers.arxiv.record import Announcement, AuthorName, OrganizationRecord, PersonRecord, Record, Refusal
from papers.huggingface.daily_paper import DailyPaper
from papers.ingest import ingest
from papers.models import Author, Authorship, Category, Listing, Organization, Paper, Person

pytestmark = pytest.mark.django_db
DAY, NEXT_DAY = date(2026, 1, 5), date(2026, 1, 6)

RECORD = Record(
    arxiv_id="2601.00001",
    title="A Thing That Works",
    version=1,
    abstract="It works.",
    authors=(AuthorName("Bob Builder"), AuthorName("Łukasz Writer")),
    categories=("cs.CL", "cs.LG"),
    announcements=(Announcement(DAY, "cs.CL", "new"),),
)
MIRRORED = DailyPaper(
    record=Record(
        arxiv_id="2601.00001",
        title="a thing that works",
        abstract="It works!",
        authors=(
            AuthorName(
                "Bob Builder", hex_id="a" * 24, person=PersonRecord("bob-b", "Bob", "b" * 24), person_status="claimed"
            ),
            AuthorName("Lukasz Writer", hex_id="c" * 24),
        ),
        published_at=datetime(2026, 1, 3, 9, tzinfo=UTC),
    ),
    day=DAY,
    upvotes=12,
    comments=3,
    summary="One sentence.",
    keywords=("things",),
    github_repo="https://github.com/bob/thing",
    organization=OrganizationRecord("Things-Inc", "Things Inc."),
)


def test_a_record_becomes_a_paper_with_its_authors_categories_and_listing():
    report = ingest([RECORD])
    paper = Paper.objects.get()
    assert report.new == ["2601.00001"]
    assert (paper.title, paper.version, paper.primary_category_id) == ("A Thing That Works", 1, "cs.CL")
    assert paper.author_names == ["Bob Builder", "Łukasz Writer"]
    assert [str(it.author.slug) for it in paper.authorships.shown()] == ["bob-builder", "lukasz-writer"]
    assert set(paper.categories.values_list("name", flat=True)) == {"cs.CL", "cs.LG"}
    assert Listing.objects.get().kind == "new"
    assert Category.objects.get(name="cs.CL").title == "Computation and Language"


@pytest.mark.parametrize("rows", [[RECORD], [MIRRORED], [RECORD, MIRRORED], [MIRRORED, RECORD]])
def test_the_same_rows_again_change_nothing(rows):
    def everything():
        return [
            list(model.objects.order_by("pk").values()) for model in (Paper, Authorship, Author, Person, Organization)
        ]

    ingest(rows)
    before = everything()
    report = ingest(rows)
    assert everything() == before
    assert (report.new, report.changed) == ([], [])


@pytest.mark.parametrize("rows", [[RECORD, MIRRORED], [MIRRORED, RECORD]])
def test_arxivs_word_outweighs_hugging_faces_in_either_order_and_each_adds_its_own(rows):
    ingest(rows)
    paper = Paper.objects.get()
    assert (paper.title, paper.abstract) == ("A Thing That Works", "It works.")
    assert (paper.summary, paper.mirrored_upvote_count, paper.organization.full_name) == (
        "One sentence.",
        12,
        "Things Inc.",
    )
    assert paper.published_at == datetime(2026, 1, 3, 9, tzinfo=UTC)
    bob, lukasz = paper.authorships.shown()
    assert (bob.hex_id, bob.person.handle, bob.person_status) == ("a" * 24, "bob-b", "claimed")
    assert (lukasz.name, lukasz.hex_id) == ("Łukasz Writer", "c" * 24)


def test_a_new_version_changes_the_paper_and_an_old_one_does_not():
    ingest([replace(RECORD, version=2, title="A Thing That Works Better")])
    report = ingest([RECORD])
    assert Paper.objects.get().title == "A Thing That Works Better"
    assert report.changed == []
    assert ingest([replace(RECORD, version=3, title="The Best Thing")]).changed == ["2601.00001"]
    assert Paper.objects.get().title == "The Best Thing"


def test_an_older_day_of_the_mirror_does_not_undo_a_newer_one():
    ingest([replace(MIRRORED, day=NEXT_DAY, upvotes=40)])
    assert ingest([MIRRORED]).changed == []
    assert Paper.objects.get().mirrored_upvote_count == 40


def test_a_silent_row_blanks_nothing():
    ingest([MIRRORED])
    ingest([replace(MIRRORED, day=NEXT_DAY, summary="", keywords=(), organization=None, github_repo="")])
    paper = Paper.objects.get()
    assert (paper.summary, paper.keywords, paper.organization.name) == ("One sentence.", ["things"], "Things-Inc")


def test_a_paper_announced_in_two_categories_has_two_listings():
    again = replace(RECORD, announcements=(Announcement(DAY, "cs.LG", "cross"),))
    report = ingest([RECORD, again])
    assert Paper.objects.count() == 1
    assert list(Listing.objects.order_by("category").values_list("category", "kind")) == [
        ("cs.CL", "new"),
        ("cs.LG", "cross"),
    ]
    assert (report.new, report.changed) == (["2601.00001"], ["2601.00001"])


def test_without_a_date_a_paper_counts_as_published_when_it_was_announced():
    ingest([RECORD])
    assert Paper.objects.get().published_at == datetime(2026, 1, 5, tzinfo=UTC)


def test_refusals_and_remarks_are_reported_and_the_rest_is_stored():
    remarked = replace(RECORD, warnings=("category ‘cs.ZZ’ is not one of arXiv's",))
    report = ingest([Refusal("entry 1", "it has no title"), remarked])
    assert report.refused == [Refusal("entry 1", "it has no title")]
    assert report.remarks == [Refusal("2601.00001", "category ‘cs.ZZ’ is not one of arXiv's")]
    assert Paper.objects.count() == 1


def test_a_row_that_the_database_refuses_costs_no_other():
    bad = replace(RECORD, arxiv_id="2601.00002", doi="x" * 400)
    good = replace(RECORD, arxiv_id="2601.00003")
    report = ingest([RECORD, bad, good])
    assert report.new == ["2601.00001", "2601.00003"]
    assert [refusal.name for refusal in report.refused] == ["2601.00002"]


def test_three_thousand_authors_are_kept_in_their_order():
    names = [f"Author Number{number}" for number in range(3000)]
    ingest([replace(RECORD, authors=tuple(AuthorName(name) for name in names))])
    assert list(Authorship.objects.order_by("position").values_list("name", flat=True)) == names


def test_namesakes_on_one_paper_stay_two():
    twins = (AuthorName("Wei Wang", hex_id="d" * 24), AuthorName("Wei Wang", hex_id="e" * 24))
    record = replace(MIRRORED, record=replace(MIRRORED.record, authors=twins))
    ingest([record])
    assert ingest([record]).changed == []
    assert set(Authorship.objects.values_list("hex_id", flat=True)) == {"d" * 24, "e" * 24}
    assert Author.objects.count() == 1


def test_an_id_that_a_source_gives_twice_stays_with_the_first():
    first = replace(MIRRORED, discussion_hex_id="f" * 24)
    second = replace(first, record=replace(MIRRORED.record, arxiv_id="2601.00002"))
    ingest([first, second])
    assert Paper.objects.get(hex_id="f" * 24).arxiv_id == "2601.00001"
    assert Paper.objects.count() == 2


def test_a_person_elsewhere_is_known_as_their_newest_day_says():
    def named(name, day):
        author = AuthorName("Bob Builder", person=PersonRecord("bob-b", name))
        return replace(MIRRORED, day=day, record=replace(MIRRORED.record, authors=(author,)))

    ingest([named("Robert", NEXT_DAY)])
    ingest([named("Bob", DAY)])
    assert Person.objects.get().name == "Robert"


def test_organizations_differ_by_more_than_capitals():
    ingest(
        [
            MIRRORED,
            replace(
                MIRRORED,
                record=replace(MIRRORED.record, arxiv_id="2601.00002"),
                organization=OrganizationRecord("things-inc", "Things Inc."),
            ),
        ]
    )
    assert Organization.objects.count() == 1


def test_an_older_day_restates_neither_title_nor_authors():
    newer = replace(MIRRORED, day=NEXT_DAY, record=replace(MIRRORED.record, title="A Better Title"))
    ingest([newer])
    assert ingest([MIRRORED]).changed == []
    assert Paper.objects.get().title == "A Better Title"


def test_ids_given_twice_settle_at_once():
    twice = (AuthorName("Ann A", hex_id="d" * 24), AuthorName("Bo B", hex_id="d" * 24))
    first = replace(MIRRORED, discussion_hex_id="f" * 24, record=replace(MIRRORED.record, authors=twice))
    second = replace(first, record=replace(first.record, arxiv_id="2601.00002"))
    ingest([first, second])
    before = (
        list(Paper.objects.values_list("hex_id", flat=True)),
        list(Authorship.objects.values_list("hex_id", flat=True)),
    )
    assert ingest([first, second]).changed == []
    after = (
        list(Paper.objects.values_list("hex_id", flat=True)),
        list(Authorship.objects.values_list("hex_id", flat=True)),
    )
    assert after == before


def test_a_name_that_hugging_face_hides_stays_hidden_when_arxiv_prints_it():
    hidden = (AuthorName("Bob Builder", is_hidden=True), AuthorName("Łukasz Writer"))
    ingest([replace(MIRRORED, record=replace(MIRRORED.record, authors=hidden))])
    ingest([RECORD])
    paper = Paper.objects.get()
    assert paper.author_names == ["Łukasz Writer"]
    assert [line.name for line in paper.authorships.shown()] == ["Łukasz Writer"]


def test_an_organization_that_changed_its_name_there_stays_one():
    def of(name, day):
        organization = OrganizationRecord(name, "Things Inc.", hex_id="9" * 24)
        return replace(MIRRORED, day=day, organization=organization)

    ingest([of("things", DAY)])
    ingest([of("new-things", NEXT_DAY)])
    assert Organization.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_moderator_sets_while_a_source_is_read_stays_set():
    ingest([RECORD])

    def load():
        ingest([replace(RECORD, version=2, title="What arXiv Says")])
        connection.close()

    loading = threading.Thread(target=load)
    with transaction.atomic():
        Paper.objects.update(title="As It Should Be", edited_fields=["title"])
        loading.start()
        # Long enough to read the paper, were it not locked.
        loading.join(timeout=1)
        assert loading.is_alive()
    loading.join()
    assert (Paper.objects.get().title, Paper.objects.get().version) == ("As It Should Be", 2)


def test_what_a_moderator_has_set_stays_set():
    ingest([MIRRORED])
    Paper.objects.update(title="As It Should Be", edited_fields=["title", "author_names"], author_names=["Only Me"])
    ingest([RECORD, replace(MIRRORED, day=NEXT_DAY)])
    paper = Paper.objects.get()
    assert (paper.title, paper.author_names) == ("As It Should Be", ["Only Me"])
    assert paper.abstract == "It works."
