"""Whose word on what holds: versions, forms that are complete or not, licences, withdrawals, deletions."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from papers import statement
from papers.arxiv.record import Announcement, AuthorName, Deletion, Record, Version
from papers.huggingface.daily_paper import DailyPaper
from papers.ingest import ingest
from papers.models import Author, Listing, Paper, Repository

pytestmark = pytest.mark.django_db
DAY, NEXT_DAY, LATER = date(2026, 1, 5), date(2026, 1, 6), date(2026, 2, 1)
FIRST, SECOND, THIRD = (datetime(2026, 1, day, 9, tzinfo=UTC) for day in (3, 13, 23))

PARTIAL = Record("2601.00001", "A Thing", version=1, authors=(AuthorName("Bob Builder"),))
COMPLETE = replace(
    PARTIAL,
    abstract="It works.",
    categories=("cs.CL", "cs.LG"),
    published_at=FIRST,
    updated_at=FIRST,
    comment="3 pages",
    doi="10.1/a",
    journal_reference="J. 1",
    stated_on=DAY,
    is_complete=True,
)
RAW = replace(
    COMPLETE,
    license="http://creativecommons.org/licenses/by/4.0/",
    submitter="Bob Builder",
    versions=(Version(1, FIRST, 10),),
)
REPLACED = replace(
    RAW, version=2, title="A Better Thing", updated_at=SECOND, versions=(Version(1, FIRST, 10), Version(2, SECOND, 12))
)
WITHDRAWN = replace(
    RAW,
    version=3,
    updated_at=THIRD,
    withdrawn_at=THIRD,
    versions=(*REPLACED.versions, Version(3, THIRD, 0, is_withdrawal=True)),
)


def paper() -> Paper:
    return Paper.objects.get()


@pytest.mark.parametrize("rows", [[REPLACED, RAW], [RAW, REPLACED]])
def test_the_newest_version_holds_in_either_order(rows):
    for row in rows:
        ingest([row])
    assert (paper().title, paper().version, paper().updated_at) == ("A Better Thing", 2, SECOND)
    assert paper().published_at == FIRST
    assert list(paper().versions.values_list("number", "size_kilobytes")) == [(1, 10), (2, 12)]


def test_a_newer_version_of_a_partial_form_holds_until_the_complete_one_comes():
    ingest([RAW])
    ingest([replace(PARTIAL, version=2, title="A better Thing")])
    assert (paper().title, paper().version, paper().comment) == ("A better Thing", 2, "3 pages")
    ingest([REPLACED])
    assert paper().title == "A Better Thing"
    assert ingest([replace(PARTIAL, version=2, title="A better Thing")]).changed == []


def test_of_one_version_the_later_day_holds():
    ingest([replace(RAW, title="A Corrected Thing", stated_on=LATER)])
    assert ingest([RAW]).changed == []
    assert paper().title == "A Corrected Thing"


@pytest.mark.parametrize("titles", [("A Thing", "A Thing, Corrected"), ("A Thing, Corrected", "A Thing")])
@pytest.mark.parametrize("order", [1, -1], ids=["as answered", "the later answer first"])
def test_of_one_datestamp_the_later_answer_holds_in_either_order(titles, order):
    """Harvested in the evening, corrected in the night: arXiv's datestamp is the same day's."""
    evening = replace(RAW, title=titles[0], answered_at=datetime(2026, 1, 5, 3, 30, tzinfo=UTC))
    next_evening = replace(RAW, title=titles[1], answered_at=datetime(2026, 1, 6, 3, 30, tzinfo=UTC))
    for row in [evening, next_evening][::order]:
        ingest([row])
    assert paper().title == titles[1]


def test_a_repeat_is_unchanged_for_readers_and_from_the_second_day_on_for_the_database_too():
    def answered(day: int) -> Record:
        return replace(RAW, answered_at=datetime(2026, 1, day, 3, 30, tzinfo=UTC))

    ingest([answered(5)])
    before = paper()
    assert ingest([answered(6)]).unchanged == ["2601.00001"]
    assert paper().modified_at == before.modified_at
    ingest([answered(7)])
    settled = statement.of(answered(8))
    assert str(settled) == paper().stated
    assert statement.merge(paper().stated, settled) == (paper().stated, set())


def test_the_silence_of_a_complete_form_clears_and_a_partial_ones_does_not():
    ingest([COMPLETE])
    ingest([replace(PARTIAL, version=2)])
    assert (paper().comment, paper().doi, paper().journal_reference) == ("3 pages", "10.1/a", "J. 1")
    ingest([replace(REPLACED, comment="", doi="", journal_reference="")])
    assert (paper().comment, paper().doi, paper().journal_reference) == ("", "", "")


def test_a_complete_form_without_authors_is_damaged_and_its_silence_proves_nothing():
    ingest([COMPLETE])
    ingest([replace(REPLACED, authors=(), comment="")])
    assert (paper().comment, paper().author_names) == ("3 pages", ["Bob Builder"])


def test_a_form_that_knows_no_licence_leaves_it():
    ingest([RAW])
    ingest([replace(COMPLETE, version=2, stated_on=LATER)])
    assert (paper().license, paper().submitter) == (RAW.license, RAW.submitter)


def test_what_has_been_looked_up_is_known_by_the_form_that_has_the_licence():
    ingest([COMPLETE])
    assert paper().looked_up_at is None
    ingest([RAW])
    assert paper().looked_up_at is not None


def test_a_complete_forms_categories_are_all_that_a_paper_has():
    ingest([COMPLETE])
    ingest([replace(REPLACED, categories=("cs.LG", "math.CO"))])
    ingest([replace(PARTIAL, version=3, categories=("cs.AI",))])
    assert paper().primary_category_id == "cs.LG"
    assert set(paper().categories.values_list("name", flat=True)) == {"cs.LG", "math.CO"}


def test_a_withdrawal_holds_against_a_form_that_cannot_tell_and_a_good_version_takes_it_back():
    ingest([WITHDRAWN])
    assert paper().withdrawn_at == THIRD
    ingest([replace(COMPLETE, version=3, stated_on=LATER)])
    assert paper().withdrawn_at == THIRD
    ingest([replace(COMPLETE, version=4, stated_on=LATER)])
    assert paper().withdrawn_at is None


def test_a_withdrawn_version_withdraws_the_paper_though_nothing_else_says_so():
    ingest([replace(WITHDRAWN, withdrawn_at=None)])
    assert paper().withdrawn_at == THIRD
    ingest([RAW])
    assert paper().withdrawn_at == THIRD


def test_a_deleted_paper_is_marked_until_arxiv_has_it_again():
    ingest([RAW])
    assert ingest([Deletion("2601.00001", NEXT_DAY)]).changed == ["2601.00001"]
    assert paper().deleted_at is not None
    before = paper().deleted_at
    assert ingest([Deletion("2601.00001", NEXT_DAY), RAW]).changed == []
    assert paper().deleted_at == before
    ingest([replace(RAW, stated_on=LATER)])
    assert paper().deleted_at is None


def test_a_deletion_of_an_unknown_paper_changes_nothing():
    report = ingest([Deletion("2601.00009", DAY), Deletion("2601.00008")])
    assert (report.unchanged, Paper.objects.count()) == (["2601.00009", "2601.00008"], 0)


def test_of_two_kinds_of_one_announcement_the_first_in_the_readers_order_holds():
    def announced(kind):
        return replace(PARTIAL, announcements=(Announcement(DAY, "cs.CL", kind),))

    ingest([announced("replace")])
    ingest([announced("new")])
    ingest([announced("cross")])
    assert Listing.objects.get().kind == "new"


def test_only_what_a_reader_sees_counts_as_a_change():
    ingest([COMPLETE])
    before = paper().modified_at
    report = ingest([replace(COMPLETE, stated_on=LATER)])
    assert (report.changed, paper().modified_at) == ([], before)
    ingest([replace(COMPLETE, version=2, comment="4 pages")])
    assert paper().modified_at > before


def test_what_a_moderator_has_set_outlives_every_later_version():
    ingest([RAW])
    edited = ["categories", "license", "published_at", "withdrawn_at"]
    Paper.objects.update(edited_fields=edited, license="", withdrawn_at=SECOND, published_at=SECOND)
    paper().categories.set(["cs.LG"])
    ingest([replace(REPLACED, categories=("cs.CL",)), replace(REPLACED, version=3, stated_on=LATER)])
    assert (paper().license, paper().withdrawn_at, paper().published_at) == ("", SECOND, SECOND)
    assert list(paper().categories.values_list("name", flat=True)) == ["cs.LG"]


def test_an_author_is_called_by_the_best_of_the_printed_names():
    def by(arxiv_id, *names):
        return replace(PARTIAL, arxiv_id=arxiv_id, authors=tuple(AuthorName(name) for name in names))

    ingest([by("2601.00001", "lukasz kaiser"), by("2601.00002", "LUKASZ KAISER"), by("2601.00003", "Lukasz Kaiser")])
    assert Author.objects.get().name == "Lukasz Kaiser"
    ingest([by("2601.00004", "Łukasz Kaiser")])
    assert Author.objects.get().name == "Łukasz Kaiser"
    ingest([replace(by("2601.00004", "Ada Byron"), version=2)])
    assert set(Author.objects.values_list("name", flat=True)) == {"Lukasz Kaiser", "Ada Byron"}


def test_an_author_whom_no_paper_prints_any_more_is_no_author():
    ingest([PARTIAL])
    ingest([replace(PARTIAL, version=2, authors=(AuthorName("Ada Byron"),))])
    assert list(Author.objects.values_list("slug", flat=True)) == ["ada-byron"]


def test_an_author_whom_a_moderator_has_named_keeps_the_name():
    ingest([PARTIAL])
    Author.objects.update(name="Robert Builder")
    ingest([replace(PARTIAL, arxiv_id="2601.00002", authors=(AuthorName("Bob Buílder"),))])
    ingest([replace(PARTIAL, version=2, arxiv_id="2601.00002", authors=(AuthorName("Bob Builder"),))])
    assert Author.objects.get().name == "Robert Builder"


def test_the_stars_that_github_itself_has_told_are_not_overwritten():
    repository = Repository.objects.create(url="https://github.com/bob/thing")
    row = DailyPaper(PARTIAL, DAY, github_repo=repository.url, github_stars=5)
    ingest([row])
    assert paper().github_stars == 5
    Repository.objects.update(stars=80)
    Paper.objects.update(github_stars=80)
    ingest([replace(row, day=NEXT_DAY, github_stars=6)])
    assert paper().github_stars == 80
