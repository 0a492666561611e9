"""Whatever order the rows come in, however they are cut into pages, and however often: the tables are the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from feed.mirror import enter
from feed.models import Entry
from papers import filing
from papers.arxiv.record import (
    Announcement,
    AuthorName,
    Deletion,
    OrganizationRecord,
    PersonRecord,
    Record,
    Version,
)
from papers.huggingface.daily_paper import DailyPaper
from papers.ingest import Report, ingest
from papers.models import Author, Authorship, Batch, Category, Listing, Organization, Paper, Person
from papers.models import Version as StoredVersion
from papers.models.author import author_slug
from tests.conftest import IS_LONG

pytestmark = pytest.mark.django_db
IDS = ["2601.00001", "2601.00002"]
DAYS = [date(2026, 1, 5) + timedelta(days=number) for number in range(4)]
NAMES = ["Łukasz Kaiser", "Lukasz Kaiser", "ada byron", "Ada Byron", "Ada BYRON", "Bob Builder", "Carol Ó Reader"]
PEOPLE = {"ada-b": "a" * 24, "bob-b": "b" * 24}


def moments(days=DAYS):
    return st.sampled_from([datetime(day.year, day.month, day.day, 9, tzinfo=UTC) for day in days])


def words(*texts):
    return st.sampled_from(["", *texts])


def versions(number: int):
    version = st.builds(
        Version,
        st.just(0),
        moments(),
        size_kilobytes=st.sampled_from([None, 10, 20]),
        is_withdrawal=st.booleans(),
    )
    numbered = st.lists(version, min_size=number, max_size=number).map(
        lambda drawn: tuple(replace(it, number=place) for place, it in enumerate(drawn, 1))
    )
    return st.one_of(st.just(()), numbered)


authors = st.lists(st.builds(AuthorName, st.sampled_from(NAMES), words("Home", "Away")), max_size=4).map(tuple)
records = st.sampled_from([None, 1, 2, 3]).flatmap(
    lambda number: st.builds(
        Record,
        arxiv_id=st.sampled_from(IDS),
        title=st.sampled_from(["A Thing", "Another Thing", "The Thing"]),
        version=st.just(number),
        abstract=words("It works.", "It works well."),
        authors=authors,
        categories=st.lists(st.sampled_from(["cs.CL", "cs.LG", "math.CO"]), max_size=2, unique=True).map(tuple),
        published_at=st.one_of(st.none(), moments()),
        updated_at=st.one_of(st.none(), moments()),
        comment=words("3 pages", "4 pages"),
        doi=words("10.1/a", "10.1/b"),
        journal_reference=words("J. 1", "J. 2"),
        license=words("http://creativecommons.org/licenses/by/4.0/", "http://arxiv.org/licenses/assumed-1991-2003/"),
        announcements=st.lists(
            st.builds(
                Announcement,
                st.sampled_from(DAYS),
                st.sampled_from(["cs.CL", "cs.LG"]),
                st.sampled_from(["new", "cross", "replace"]),
            ),
            max_size=2,
        ).map(tuple),
        versions=versions(number or 0),
        submitter=words("Ada Byron", "Bob Builder"),
        withdrawn_at=st.one_of(st.none(), moments()),
        stated_on=st.one_of(st.none(), st.sampled_from(DAYS)),
        answered_at=st.one_of(st.none(), moments()),
        is_complete=st.booleans(),
    )
)


def known(name: str, handle: str, day: date, is_hidden: bool) -> AuthorName:
    """A name as Hugging Face has it; what it is called by there changes with the days."""
    person = PersonRecord(handle, f"{handle} of {day}", PEOPLE[handle], f"https://a.example/{day}") if handle else None
    return AuthorName(name, hex_id=hex_id_of(name), is_hidden=is_hidden, person=person, person_status=f"seen {day}")


def hex_id_of(name: str) -> str:
    return author_slug(name).encode().hex()[:24].ljust(24, "0")


@st.composite
def daily_papers(draw):
    day = draw(st.sampled_from(DAYS))
    behind = st.tuples(st.sampled_from(NAMES), words(*PEOPLE), st.booleans())
    return DailyPaper(
        record=Record(
            arxiv_id=draw(st.sampled_from(IDS)),
            title=draw(st.sampled_from(["a thing", "another thing"])),
            abstract=draw(words("it works")),
            authors=tuple(
                known(name, handle, day, hidden) for name, handle, hidden in draw(st.lists(behind, max_size=3))
            ),
            published_at=draw(moments()),
        ),
        day=day,
        submitted_at=draw(moments([day])),
        submitted_by=draw(st.sampled_from([None, PersonRecord("eve", f"Eve of {day}", "e" * 24)])),
        upvotes=draw(st.sampled_from([None, 3, 9])),
        comments=draw(st.sampled_from([None, 1, 2])),
        summary=draw(words("One.", "Two.")),
        keywords=draw(st.sampled_from([(), ("things",), ("works", "things")])),
        github_repo=draw(words("https://github.com/bob/thing")),
        github_stars=draw(st.sampled_from([None, 5, 6])),
        organization=draw(
            st.sampled_from(
                [
                    None,
                    OrganizationRecord(f"Things-{day.day}", f"Things of {day}", hex_id="9" * 24),
                    OrganizationRecord("works", avatar_url=f"https://a.example/{day}"),
                    OrganizationRecord("Works"),
                ]
            )
        ),
        discussion_hex_id=draw(st.sampled_from(["", "d" * 24])),
        withdrawn_at=draw(st.one_of(st.none(), moments())),
    )


deletions = st.builds(Deletion, st.sampled_from(IDS), st.sampled_from(DAYS))


def once_a_day(rows: list) -> list:
    """Hugging Face's row of a paper and day is one, which moves: of two answers the later one holds, not the better."""
    of_day = {}
    for row in rows:
        key = (row.day, row.record.arxiv_id) if isinstance(row, DailyPaper) else len(of_day)
        of_day.setdefault(key, with_own_id(row))
    return list(of_day.values())


def with_own_id(row):
    """A discussion belongs to one paper."""
    if isinstance(row, DailyPaper) and row.discussion_hex_id:
        return replace(row, discussion_hex_id=row.record.arxiv_id[-1] * 24)
    return row


@st.composite
def orders(draw, rows):
    """Rows twice: as they are, and in another order with repetitions, each cut into pages."""
    once = once_a_day(draw(st.lists(rows, min_size=1, max_size=7)))
    again = draw(st.permutations(once + draw(st.lists(st.sampled_from(once), max_size=3))))
    return pages(once, draw), pages(again, draw)


def pages(rows: list, draw) -> list[list]:
    cuts = sorted(draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    return [rows[start:end] for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True)]


def take(page: list) -> Report:
    return ingest(page, then=enter)


def tables(pages: list, store: Callable[..., Report] = take) -> dict:
    """What the tables hold after these pages, without keys, drawn ids and times of our own."""
    with transaction.atomic():
        for page in pages:
            assert not store(page).refused
        found = {model.__name__: rows() for model, rows in CONTENT.items()}
        transaction.set_rollback(True)
    return found


def rows_of(model, *names, given=()):
    def rows():
        found = [dict(zip(names, values, strict=True)) for values in model.objects.values_list(*names)]
        for row in found:
            if "hex_id" in row and row["hex_id"] not in {*given, *GIVEN}:
                row["hex_id"] = "drawn"
            for name in ("deleted_at", "looked_up_at"):
                if name in row:
                    row[name] = row[name] is not None
        return sorted(found, key=repr)

    return rows


GIVEN = {*PEOPLE.values(), "e" * 24, "9" * 24, "1" * 24, "2" * 24, *map(hex_id_of, NAMES)}
OWN = {"id", "created_at", "modified_at", "organization", "picture", "featured_at", "trending_score"}
CONTENT = {
    Paper: rows_of(Paper, *(it.name for it in Paper._meta.concrete_fields if it.name not in OWN), "organization__name"),
    Paper.categories.through: rows_of(Paper.categories.through, "paper__arxiv_id", "category"),
    Authorship: rows_of(
        Authorship, "paper__arxiv_id", "position", "name", "affiliation", "hex_id", "is_hidden", "author__slug",
        "person__handle", "person_status",
    ),
    Author: rows_of(Author, "slug", "name"),
    Category: rows_of(Category, "name"),
    Batch: rows_of(Batch, "category", "day", "paper_count"),
    Listing: rows_of(Listing, "paper__arxiv_id", "day", "category", "kind"),
    StoredVersion: rows_of(
        StoredVersion, "paper__arxiv_id", "number", "submitted_at", "size_kilobytes", "is_withdrawal"
    ),
    Person: rows_of(Person, "handle", "hex_id", "name", "avatar_url", "seen_on", "stated"),
    Organization: rows_of(Organization, "name", "hex_id", "full_name", "avatar_url", "seen_on", "stated"),
    Entry: rows_of(Entry, "paper__arxiv_id", "day", "submitted_at", "submitted_by_person__handle"),
}  # fmt: skip
EXAMPLES = settings(max_examples=1000 if IS_LONG else 30)


@EXAMPLES
@given(orders(records))
def test_arxivs_statements_in_any_order_make_the_same_papers(orders):
    once, again = orders
    assert tables(again) == tables(once)


@EXAMPLES
@given(orders(daily_papers()))
def test_hugging_faces_days_in_any_order_make_the_same_papers(orders):
    once, again = orders
    assert tables(again) == tables(once)


@EXAMPLES
@given(orders(st.one_of(records, daily_papers(), deletions)))
def test_all_sources_in_any_order_make_the_same_papers(orders):
    # A deletion of a paper that isn't known yet leaves nothing to remember it by.
    known = [Record(arxiv_id, "A Thing") for arxiv_id in IDS]
    once, again = orders
    assert tables([known, *again]) == tables([known, *once])


@st.composite
def announced(draw) -> dict[tuple[str, date, str], list[Record]]:
    """What the lists and the feeds of some days have: each paper comes into a category once, and may be replaced later.

    Once: of two replacements the later one shows that the one before has been, so their days are filed in order only.
    """
    found: dict[tuple[str, date, str], list[Record]] = {
        (category, day, origin): [] for category in ("cs.CL", "cs.LG") for day in DAYS for origin in ("list", "rss")
    }

    def announce(arxiv_id: str, category: str, day: date, kind: str, version: int) -> None:
        row = Record(arxiv_id, f"Thing {version}", announcements=(Announcement(day, category, kind),))
        found[category, day, "list"].append(row)
        found[category, day, "rss"].append(replace(row, version=version, abstract="It works.", categories=("cs.CL",)))

    for arxiv_id in IDS:
        for category in draw(st.sets(st.sampled_from(["cs.CL", "cs.LG"]), min_size=1)):
            arrived, replaced = draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2).map(sorted))
            announce(arxiv_id, category, arrived, draw(st.sampled_from(["new", "cross"])), 1)
            if replaced > arrived:
                announce(arxiv_id, category, replaced, draw(st.sampled_from(["replace", "replace-cross"])), 2)
    return found


@EXAMPLES
@given(announced(), st.data())
def test_days_filed_in_any_order_from_feeds_and_lists_have_the_same_papers(announced, data):
    def file(told: tuple[str, date, str]) -> Report:
        category, day, origin = told
        return filing.file(category, day, announced[told], Batch.Origin(origin))

    once = list(announced)
    again = data.draw(st.permutations(once + data.draw(st.lists(st.sampled_from(once), max_size=3))))
    assert tables(again, file) == tables(once, file)
