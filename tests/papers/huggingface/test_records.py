import json
import re
import time
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv import files
from papers.arxiv.record import AuthorName, OrganizationRecord, PersonRecord, Record, Refusal, SourceError
from papers.huggingface import records
from papers.huggingface.daily_paper import DailyPaper

SAMPLE = Path(__file__).parents[2] / "samples" / "huggingface_day.json"
DAY = date(2026, 1, 6)


def row(arxiv_id: str = "2601.99901", *, item: dict | None = None, **paper) -> dict:
    return {"paper": {"id": arxiv_id, "title": "Tea", **paper}, **(item or {})}


def parse_one(value: object) -> DailyPaper | Refusal:
    (only,) = records.parse(json.dumps([value]).encode(), day=DAY)
    return only


def test_a_row_becomes_a_daily_paper():
    first = next(records.parse(SAMPLE.read_bytes(), day=DAY))
    assert first == DailyPaper(
        record=Record(
            arxiv_id="2601.99901",
            title="Teaching a Teapot to Plan",
            abstract="We teach a teapot.",
            authors=(
                AuthorName(
                    "Ada Byron",
                    hex_id="a" * 24,
                    person=PersonRecord("ada-b", "Ada Byron", "b" * 24, "https://huggingface.co/avatars/bbbb.svg"),
                    person_status="claimed_verified",
                    person_status_changed_at=datetime(2026, 1, 6, 10, 11, 12, tzinfo=UTC),
                ),
                AuthorName("Bob Søn", hex_id="c" * 24, is_hidden=True),
            ),
            published_at=datetime(2026, 1, 4, 18, tzinfo=UTC),
        ),
        day=DAY,
        submitted_at=datetime(2026, 1, 6, 3, 4, 5, tzinfo=UTC),
        submitted_by=PersonRecord("eve", "Eve", "d" * 24, "https://pictures.example/eve.png"),
        upvotes=41,
        comments=3,
        summary="A teapot plans.",
        summary_model="kettle-1",
        keywords=("teapots", "planning"),
        project_page="https://teapot.example/plan",
        github_repo="https://github.com/ada/teapot",
        github_stars=12,
        media_urls=("https://media.example/1.mp4", "https://media.example/2.png"),
        organization=OrganizationRecord("tea-lab", "Tea Lab", "f" * 24, "https://pictures.example/tea.png"),
        submitter_organization=OrganizationRecord("biscuits", "Biscuits Ltd", "9" * 24),
        discussion_hex_id="e" * 24,
        is_author_participating=True,
    )


def test_a_row_of_the_first_year_lacks_most_of_it():
    _, second = records.parse(SAMPLE.read_bytes())
    assert (second.record.title, second.record.abstract, second.upvotes, second.github_stars) == ("0", "", 0, None)
    assert second.submitted_at == datetime(2024, 3, 12, 2, 51, 25, 97_000, tzinfo=UTC)
    assert second.media_urls == ("https://media.example/only.png",)


class TestDay:
    def test_it_is_the_given_one(self):
        assert {paper.day for paper in records.parse(SAMPLE.read_bytes(), day=date(2020, 2, 2))} == {date(2020, 2, 2)}

    def test_else_it_is_the_date_of_the_submission_in_utc(self):
        assert [paper.day for paper in records.parse(SAMPLE.read_bytes())] == [DAY, date(2024, 3, 12)]

    def test_else_the_row_is_refused(self):
        (only,) = records.parse(json.dumps([row()]).encode())
        assert only == Refusal("2601.99901", "it has no day: name the file like 2026-05-29.json, or say the day")


@pytest.mark.parametrize(
    ("bad", "refusal"),
    [
        (None, Refusal("row 2", "it is no object")),
        ({}, Refusal("row 2", "it has no paper")),
        ({"paper": []}, Refusal("row 2", "it has no paper")),
        (row(""), Refusal("row 2", "there is no arXiv id")),
        (row("2613.00001"), Refusal("row 2", "‘2613.00001’ is not an arXiv id: there is no month 13")),
        (row("2601.99902", title=""), Refusal("2601.99902", "it has no title")),
        (row("2601.99902", title=7), Refusal("2601.99902", "it has no title")),
        (row("2601.99902", title="x" * 5_000), Refusal("2601.99902", "its title has 5000 characters, more than 1000")),
        (row("2601.99902", upvotes=-1), Refusal("2601.99902", "its upvotes is no count: ‘-1’")),
        (row("2601.99902", upvotes=2**31), Refusal("2601.99902", "its upvotes is no count: ‘2147483648’")),
        (row("2601.99902", upvotes=True), Refusal("2601.99902", "its upvotes is no count: ‘True’")),
        (row("2601.99902", item={"numComments": "3"}), Refusal("2601.99902", "its numComments is no count: ‘3’")),
        (row(), Refusal("2601.99901", "row 2 is the second of this paper: the first one counts")),
    ],
)
def test_a_bad_row_is_refused_and_costs_no_other(bad, refusal):
    before, middle, after = records.parse(json.dumps([row(), bad, row("2601.99903")]).encode(), day=DAY)
    assert (before.record.arxiv_id, after.record.arxiv_id) == ("2601.99901", "2601.99903")
    assert middle == refusal


@pytest.mark.parametrize(
    ("key", "value", "field", "kept"),
    [
        ("projectPage", "javascript:alert(1)", "project_page", ""),
        ("projectPage", "x" * 3_000, "project_page", ""),
        ("projectPage", 7, "project_page", ""),
        ("githubRepo", "https://", "github_repo", ""),
        ("githubStars", -5, "github_stars", None),
        ("githubStars", 10**12, "github_stars", None),
        (
            "mediaUrls",
            ["data:image/png;base64,x", "https://a.example/x.png"],
            "media_urls",
            ("https://a.example/x.png",),
        ),
    ],
)
def test_an_unusable_field_is_left_out_with_a_warning(key, value, field, kept):
    paper = parse_one(row(**{key: value}))
    assert getattr(paper, field) == kept
    (warning,) = paper.record.warnings
    assert warning.startswith(key)
    assert len(warning) < 250


def test_an_author_without_a_name_is_left_out_with_a_warning():
    paper = parse_one(row(authors=[{"name": "Ada"}, {"name": " "}, "Bob"]))
    assert paper.record.authors == (AuthorName("Ada"),)
    assert paper.record.warnings == ("an author has no name: kept without that one",) * 2


def test_control_characters_are_dropped():
    paper = parse_one(row(title="Te\x00a\ud800 T\u202eime", summary="\x08x"))
    assert (paper.record.title, paper.record.abstract) == ("Tea Time", "x")


def test_three_thousand_authors_are_all_kept():
    paper = parse_one(row(authors=[{"name": f"Author {number}"} for number in range(3_000)]))
    assert len(paper.record.authors) == 3_000


def test_a_repository_may_be_written_without_its_host():
    assert parse_one(row(githubRepo="ada/teapot")).github_repo == "https://github.com/ada/teapot"


def test_a_person_is_known_by_handle_or_id_alone():
    assert parse_one(row(item={"submittedBy": {"name": "eve"}})).submitted_by == PersonRecord("eve")
    assert parse_one(row(item={"submittedBy": {"_id": "a" * 24}})).submitted_by == PersonRecord(hex_id="a" * 24)
    assert parse_one(row(item={"submittedBy": {"name": "e v e", "fullname": "Eve"}})).submitted_by is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the answer is empty"),
        (b"<!doctype html><title>429", "HTML page"),
        (b'{"error": "Invalid date"}', "answered with an error: Invalid date"),
        (b'{"papers": []}', "no list of papers"),
        (b"null", "no list of papers"),
        (b"nothing here", "is no JSON"),
        (b"\x1f\x8b\x08", "is no JSON"),
    ],
)
def test_an_answer_that_is_no_list_is_told(data, reason):
    with pytest.raises(SourceError, match=reason):
        records.parse(data)


def test_an_empty_day_has_no_rows():
    assert list(records.parse(b" [ ]\n")) == []


@pytest.mark.parametrize(
    ("rest", "reason"),
    [
        (b"", "after row 1"),
        (b",", "middle of row 2"),
        (b',{"paper": {"id": "2601', "middle of row 2"),
        (b',{"paper": NaN}]', "middle of row 2"),
        (b"," + b"[" * 100_000, "middle of row 2"),
        (b"," + b"9" * 5_000, "middle of row 2"),
        (b" {}]", "after row 1"),
        (b"] and more", "behind the end of the JSON"),
    ],
)
def test_an_answer_that_breaks_off_keeps_its_whole_rows(rest, reason):
    first, last = records.parse(b"[" + json.dumps(row()).encode() + rest, day=DAY)
    assert first.record.arxiv_id == "2601.99901"
    assert last.name == "the file"
    assert reason in last.reason


def paper(**more) -> bytes:
    return json.dumps({"id": "2601.99901", "title": "Tea", **more}).encode()


class TestOnePaper:
    def test_it_says_what_a_row_says(self):
        first = next(records.parse(SAMPLE.read_bytes(), day=DAY))
        value = json.loads(SAMPLE.read_bytes())[0]
        flat = {
            **value["paper"],
            "mediaUrls": value["mediaUrls"],
            "numComments": 3,
            "isAuthorParticipating": True,
            "submitterOrganization": value["submitterOrganization"],
            "linkedModels": [],
            "numTotalModels": 0,
        }
        assert records.parse_paper(json.dumps(flat).encode(), day=DAY) == first

    def test_its_day_is_the_given_one_or_else_the_date_of_its_submission_in_utc(self):
        submitted = paper(submittedOnDailyAt="2026-01-05T23:30:00.000-02:00", publishedAt="2026-01-04T18:00:00.000Z")
        assert records.parse_paper(submitted).day == date(2026, 1, 6)
        assert records.parse_paper(submitted, day=date(2026, 1, 7)).day == date(2026, 1, 7)

    def test_one_that_was_never_submitted_has_no_day_of_its_own(self):
        never = paper(publishedAt="2026-01-04T18:00:00.000Z", upvotes=2)
        assert records.parse_paper(never).reason.startswith("it has no day")
        assert records.parse_paper(never, day=DAY).upvotes == 2

    def test_its_comments_are_counted_where_they_come_themselves(self):
        assert records.parse_paper(paper(comments=[{"id": "1"}, {"id": "2"}]), day=DAY).comments == 2
        assert records.parse_paper(paper(comments=[{"id": "1"}], numComments=4), day=DAY).comments == 4
        assert records.parse_paper(paper(), day=DAY).comments is None

    def test_one_that_is_unusable_is_refused(self):
        assert records.parse_paper(paper(upvotes=-1), day=DAY) == Refusal("2601.99901", "its upvotes is no count: ‘-1’")
        assert records.parse_paper(paper(title=""), day=DAY) == Refusal("2601.99901", "it has no title")

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b'{"error": "Paper not found"}', "answered with an error: Paper not found"),
            (b'{"error": "Paper not found", "id": ', "the JSON ends or is broken in its middle"),
            (b'{"id": NaN}', "broken in its middle"),
            (b'{"id": ' + b"[" * 100_000, "broken in its middle"),
            (b'{"title": "Tea"}', "JSON, but no paper"),
            (b"[]", "JSON, but no paper"),
            (b"<!doctype html><title>429", "HTML page"),
            (b"", "the answer is empty"),
        ],
    )
    def test_an_answer_that_is_no_paper_is_told(self, data, reason):
        with pytest.raises(SourceError, match=reason):
            records.parse_paper(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(st.text(), values, max_size=4),
    max_leaves=10,
)
KEYS = sorted(set(re.findall(r'"(\w+)":', SAMPLE.read_text())) - {"paper", "id", "title"})
ROWS = st.fixed_dictionaries(
    {
        "paper": st.builds(
            lambda known, more: {**more, **known},
            st.fixed_dictionaries({"id": st.just("2601.99901"), "title": st.just("Tea") | JSON}),
            st.dictionaries(st.sampled_from(KEYS), JSON),
        )
    },
    optional={key: JSON for key in ("submittedBy", "numComments", "publishedAt", "mediaUrl", "organization")},
)


@given(st.lists(JSON | ROWS, max_size=3) | JSON)
def test_no_json_raises_anything_but_a_source_error(value):
    read_all(json.dumps(value).encode())


@given(st.binary() | st.binary().map(lambda data: b"[" + data))
def test_no_bytes_raise_anything_but_a_source_error(data):
    read_all(data)


@given(JSON | ROWS.map(lambda row: row["paper"]), st.sampled_from([None, DAY]), st.integers(0, 3))
def test_no_answer_for_one_paper_raises_anything_but_a_source_error(value, day, cut):
    data = json.dumps(value).encode()
    with suppress(SourceError):
        assert isinstance(records.parse_paper(data[: len(data) - cut], day=day), DailyPaper | Refusal)


def read_all(data: bytes) -> None:
    with suppress(SourceError):
        assert all(isinstance(paper, DailyPaper | Refusal) for paper in records.parse(data, day=DAY))


class TestRecorded:
    def test_every_day_is_read_whole_and_quickly(self, recorded):
        started = time.perf_counter()
        rows = [
            paper
            for path in sorted((recorded / "hf_daily").glob("*.json.gz"))
            for paper in records.parse(files.read(path), day=date.fromisoformat(path.name[:10]))
        ]
        print(f"{len(rows)} rows in {time.perf_counter() - started:.1f} s")
        assert not [paper for paper in rows if isinstance(paper, Refusal)]
        assert len(rows) == 8_404
        assert all(paper.record.authors and paper.record.published_at for paper in rows)
        assert sum(paper.organization is not None for paper in rows) == 2_034
        assert sum(paper.submitted_by is not None for paper in rows) == 8_008

    def test_only_addresses_with_spaces_in_them_are_left_out(self, recorded):
        warnings = [
            warning
            for path in (recorded / "hf_daily").glob("2025-10-*.json.gz")
            for paper in records.parse(files.read(path))
            for warning in paper.record.warnings
        ]
        assert len(warnings) == 2
        assert all("spaces" in warning for warning in warnings)

    def test_a_row_reads_the_same_when_it_comes_alone(self, recorded):
        (path,) = (recorded / "hf_daily").glob("2026-05-29*")
        data, day = files.read(path), date(2026, 5, 29)
        for value, known in zip(json.loads(data), records.parse(data, day=day), strict=True):
            alone = {**value["paper"], **{key: value[key] for key in value.keys() & {"numComments", "mediaUrls"}}}
            read = records.parse_paper(json.dumps(alone).encode(), day=day)
            assert read.record == known.record
            for name in ("submitted_at", "submitted_by", "upvotes", "comments", "github_repo", "organization"):
                assert getattr(read, name) == getattr(known, name)

    def test_a_day_fetched_later_has_more_rows(self, recorded):
        early, late = (
            {paper.record.arxiv_id for paper in records.parse(files.read(path))}
            for path in sorted((recorded / "hf_daily_refetch").glob("2025-01-22*"))
        )
        assert len(early) < len(late)
