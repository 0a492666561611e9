"""Batches: a row costs only itself, a killed run is run again, and a thousand rows take a handful of statements."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from slugify import slugify

from papers.arxiv.record import Announcement, AuthorName, Deletion, Record, Version
from papers.huggingface.daily_paper import DailyPaper
from papers.ingest import ingest
from papers.models import Authorship, Listing, Paper, Source
from papers.models.author import author_slug
from tests.conftest import IS_LONG

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 5)
RECORD = Record(
    "2601.00001",
    "A Thing",
    version=1,
    abstract="It works.",
    authors=(AuthorName("Bob Builder"), AuthorName("Łukasz Writer")),
    categories=("cs.CL", "cs.LG"),
    published_at=datetime(2026, 1, 3, 9, tzinfo=UTC),
    versions=(Version(1, datetime(2026, 1, 3, 9, tzinfo=UTC), 10),),
    announcements=(Announcement(DAY, "cs.CL", "new"),),
    is_complete=True,
)
GOOD, OTHER = replace(RECORD, arxiv_id="2601.00003"), replace(RECORD, arxiv_id="2601.00004")


def records(count: int) -> list[Record]:
    return [
        replace(RECORD, arxiv_id=f"2601.{number:05}", authors=(AuthorName(f"Ada Byron{number}"), *RECORD.authors))
        for number in range(1, count + 1)
    ]


@pytest.mark.parametrize(
    "bad",
    [
        {"title": "A\x00B"},
        {"title": "A\ud800B"},
        {"title": ""},
        {"title": "x" * 2000},
        {"abstract": "\x00"},
        {"authors": (AuthorName("A\x00B"),)},
        {"authors": (AuthorName("\udfff"),)},
        {"authors": (AuthorName("x" * 400),)},
        {"version": 10**9, "versions": ()},
        {"versions": (Version(1, RECORD.published_at, 10**12),)},
        {"versions": (Version(1, RECORD.published_at), Version(1, RECORD.published_at))},
        {"categories": ("no.SUCH",)},
        {"announcements": (Announcement(DAY, "no.SUCH", "new"),)},
        {"doi": "x" * 400},
    ],
    ids=lambda bad: next(iter(bad)),
)
@pytest.mark.parametrize("is_known", [False, True], ids=["new", "known"])
def test_a_row_that_the_database_refuses_costs_no_other(bad, is_known):
    if is_known:
        ingest([replace(RECORD, version=None, versions=(), is_complete=False)])
    report = ingest([GOOD, replace(RECORD, **bad), OTHER])
    assert report.new == [GOOD.arxiv_id, OTHER.arxiv_id]
    assert [refusal.name for refusal in report.refused] == ["2601.00001"]
    assert Paper.objects.count() == 2 + is_known


def test_a_row_that_is_refused_within_the_callers_transaction_costs_no_other_either():
    with transaction.atomic():
        report = ingest([GOOD, replace(RECORD, categories=("no.SUCH",)), OTHER])
        Source.objects.create(name=Source.Name.HARVEST, position={"day": "2026-01-05"})
    assert [refusal.name for refusal in report.refused] == ["2601.00001"]
    assert (Paper.objects.count(), Source.objects.count()) == (2, 1)


def test_a_page_and_the_cursor_behind_it_are_stored_together_or_not_at_all():
    with transaction.atomic():
        ingest([RECORD])
        Source.objects.create(name=Source.Name.HARVEST, position={"day": "2026-01-05"})
        transaction.set_rollback(True)
    assert (Paper.objects.count(), Source.objects.count()) == (0, 0)
    with transaction.atomic():
        assert ingest([RECORD]).new == ["2601.00001"]


def test_a_database_that_fails_is_no_fault_of_the_rows():
    def fail(batch):
        with connection.cursor() as cursor:
            cursor.execute("set local statement_timeout = 1")
            cursor.execute("select pg_sleep(10)")

    with pytest.raises(OperationalError, match="timeout"):
        ingest([RECORD], then=fail)
    assert Paper.objects.count() == 0


def test_what_follows_a_batch_gets_every_paper_and_says_what_it_changed():
    ingest([RECORD])
    before = Paper.objects.get().modified_at
    seen = []

    def then(batch):
        seen.extend((stored.pk, stored.is_new) for stored in batch)
        for stored in batch:
            stored.changes.add("entries")

    report = ingest([RECORD, Deletion("2601.00007"), GOOD], then=then)
    papers = dict(Paper.objects.values_list("arxiv_id", "pk"))
    assert seen == [(papers[RECORD.arxiv_id], False), (papers[GOOD.arxiv_id], True)]
    assert (report.new, report.changed) == ([GOOD.arxiv_id], [RECORD.arxiv_id])
    assert Paper.objects.get(arxiv_id=RECORD.arxiv_id).modified_at > before


def test_a_thousand_records_take_a_handful_of_statements():
    rows = records(1000)
    counts = []
    for again in (rows, rows, [replace(row, title="A Corrected Thing") for row in rows]):
        with CaptureQueriesContext(connection) as queries:
            ingest(again)
        counts.append(len(queries))
    assert counts[0] <= 20
    assert counts[1] <= 12
    assert counts[2] <= 25


def test_a_run_that_is_killed_and_run_again_ends_as_one_that_was_not():
    rows = records(30)

    def killed(number):
        yield from rows[:number]
        raise KeyboardInterrupt

    for number in (7, 19):
        with pytest.raises(KeyboardInterrupt):
            ingest(killed(number))
    report = ingest(rows)
    assert len(report.new) + len(report.unchanged) == 30
    assert (Paper.objects.count(), Authorship.objects.count(), Listing.objects.count()) == (30, 90, 30)


characters = st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")
texts = st.text(st.one_of(characters, st.sampled_from('\\",{}\n\r\tN.')), max_size=20)
filled = texts.filter(bool)


stars = st.one_of(st.none(), st.integers(0, 9))


@settings(max_examples=500 if IS_LONG else 20)
@given(st.lists(st.tuples(filled, texts, filled, st.lists(texts, max_size=3), stars), min_size=1, max_size=3))
def test_any_text_is_stored_as_it_was_said_new_or_changed(said):
    def paper() -> tuple:
        found = Paper.objects.get()
        (line,) = found.authorships.all()
        return found.title, found.abstract, line.name, found.keywords, found.github_stars

    with transaction.atomic():
        before = ()
        for number, (title, abstract, name, keywords, stars) in enumerate(said):
            record = Record("2601.00001", title, abstract=abstract, authors=(AuthorName(name),))
            row = DailyPaper(record, DAY + timedelta(days=number), keywords=tuple(keywords), github_stars=stars)
            assert ingest([row]).refused == []
            # Silence blanks nothing.
            stars = before[4] if before and stars is None else stars
            before = (
                title,
                abstract or (before[1] if before else ""),
                name,
                keywords or (before[3] if before else []),
                stars,
            )
            assert paper() == before
        transaction.set_rollback(True)


names = st.text(st.sampled_from("abzABZ 019.'-,&;#éŁ王_"), max_size=30)


@given(names)
def test_a_plain_name_has_the_slug_that_slugify_makes(name):
    assert author_slug(name) == (slugify(name, max_length=110) or author_slug(name))
