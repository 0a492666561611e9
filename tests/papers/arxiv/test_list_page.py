import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv import list_page
from papers.arxiv.day_list import ListPage, Section
from papers.arxiv.record import Announcement, AuthorName, Record, Refusal, SourceError
from tests.papers.arxiv.mutations import many, mutations

SAMPLES = Path(__file__).parents[2] / "samples"
NEW = (SAMPLES / "arxiv_list_new.html").read_bytes()
RECENT = (SAMPLES / "arxiv_list_recent.html").read_bytes()
WEDNESDAY = date(2026, 1, 7)
# As arXiv prints a day on which a category has nothing.
QUIET = re.sub(rb"<div class='(?:paging|morefewer)'>.*?</div>|<dl .*</dl>", b"", NEW, flags=re.DOTALL).replace(
    b"</footer>", b"</footer><p>No updates today.</p>"
)


def whole(page: bytes) -> bytes:
    """The page when nothing of it stands on another one."""
    return page.replace(b"showing first 2 of 3", b"showing 2 of 2").replace(b"Total of 6", b"Total of 5")


class TestNew:
    def test_an_entry_becomes_a_record(self):
        (day,) = list_page.parse(NEW, "cs.CL").days
        assert day.rows[0] == Record(
            arxiv_id="2601.99901",
            title=r"Teaching a Teapot to Plan: BERT and $\beta$-Kettles",
            abstract="We teach a teapot. It is 50% better, naïvely, for $a < b$. See arXiv:2412.99904.",
            authors=(
                AuthorName("Ada Byrón", affiliation="Tea Room"),
                AuthorName("Bob Søn Jr."),
                AuthorName("Kettle Collaboration"),
            ),
            categories=("cs.CL", "cs.AI"),
            # A link's words say nothing, its address does; where that is none, the words stay.
            comment="20 pages; see https://teapot.example/plan?a=1&b=2 and this http URL",
            journal_reference="Journal de l'Ébullition 1 (2026) 1–2",
            announcements=(Announcement(WEDNESDAY, "cs.CL", "new"),),
            warnings=("category ‘cs.ZZ’ is not one of arXiv's: kept without it",),
            stated_on=WEDNESDAY,
        )

    def test_kinds_are_told_apart_replacements_of_cross_lists_too(self):
        (day,) = list_page.parse(NEW, "cs.CL").days
        assert [(row.arxiv_id, row.announcements[0].kind) for row in day.rows] == [
            ("2601.99901", "new"),
            ("2601.99902", "new"),
            ("2601.99903", "cross"),
            ("2412.99904", "replace"),
            ("math/0611800", "replace-cross"),
        ]

    def test_it_says_what_stands_on_another_page(self):
        page = list_page.parse(NEW, "cs.CL")
        (day,) = page.days
        assert day.sections == (Section("new", 2, 2), Section("cross", 1, 1), Section("replace", 2, 3))
        assert (day.total, day.is_whole, page.total, page.is_whole) == (6, False, 6, False)
        page = list_page.parse(whole(NEW), "cs.CL")
        assert (page.days[0].is_whole, page.is_whole) == (True, True)

    @pytest.mark.parametrize(
        "numbers",
        [
            b"(showing first 2 of 9 entries)",
            b"(continued, showing last 2 of 9 entries )",
            b"(continued, showing 2 of 9 entries )",
            b" (showing 2 of 9 entries )",
            b" for Wednesday, 7 January 2026 (showing 2 of 9 entries )",
        ],
    )
    def test_headings_are_read_as_arxiv_has_written_them(self, numbers):
        page = NEW.replace(b"(showing 2 of 2 entries)", numbers).replace(b"Total of 6", b"total of 13")
        (day,) = list_page.parse(page, "cs.CL").days
        assert (day.sections[0], day.total, day.is_whole) == (Section("new", 2, 9), 13, False)

    def test_a_quiet_day_is_an_empty_list_with_its_date(self):
        page = list_page.parse(QUIET, "cs.CL")
        (day,) = page.days
        assert (day.day, day.rows, day.sections, day.total) == (WEDNESDAY, (), (), 0)
        assert page.is_whole

    def test_a_list_of_an_archive_holds_its_categories(self):
        page = NEW.replace(b'id="recent-cs.CL"', b'id="recent-cs"')
        kinds = [row.announcements[0].kind for row in list_page.parse(page, "cs").days[0].rows]
        assert kinds == ["new", "new", "cross", "replace", "replace-cross"]

    def test_a_category_may_be_asked_for_by_its_other_name(self):
        page = NEW.replace(b'id="recent-cs.CL"', b'id="recent-eess.SY"')
        assert list_page.parse(page, "cs.SY").category == "cs.SY"

    def test_authors_that_the_page_may_have_cut_are_left_out(self):
        names = b", ".join(b"<a>Author %d</a>" % number for number in range(101))
        page = NEW.replace(b"(author list is unavailable)", names)
        row = list_page.parse(page, "cs.CL").days[0].rows[1]
        assert row.authors == ()
        assert row.warnings == ("the page names 101 authors and may have left out more: kept without them",)
        assert len(list_page.parse(page.replace(b", <a>Author 100</a>", b""), "cs.CL").days[0].rows[1].authors) == 100

    def test_an_entry_that_is_no_paper_costs_no_other(self):
        page = NEW.replace(b'"/abs/2601.99901"', b'"/abs/2613.99901"').replace(b"Cold Kettles", b"")
        rows = list_page.parse(page, "cs.CL").days[0].rows
        assert rows[0] == Refusal("entry 1 of 2026-01-07", "‘2613.99901’ is not an arXiv id: there is no month 13")
        assert rows[3] == Refusal("2412.99904", "it has no title")
        assert len(rows) == 5


class TestRecent:
    def test_each_day_has_its_papers_and_says_whether_they_are_all(self):
        page = list_page.parse(RECENT, "cs.CL")
        assert [(day.day, len(day.rows), day.total, day.is_whole) for day in page.days] == [
            (WEDNESDAY, 2, 2, True),
            (date(2026, 1, 6), 0, 0, True),
            (date(2026, 1, 5), 1, 2, False),
        ]
        assert (page.total, page.is_whole) == (4, False)

    def test_cross_lists_are_told_by_their_mark(self):
        (day, *_) = list_page.parse(RECENT, "cs.CL").days
        assert [row.announcements for row in day.rows] == [
            (Announcement(WEDNESDAY, "cs.CL", "new"),),
            (Announcement(WEDNESDAY, "cs.CL", "cross"),),
        ]


class TestBrokenParse:
    """Whatever arXiv changes: its entries are found, or the page is told."""

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            (
                b"(showing 2 of 2",
                b"(showing 3 of 3",
                "2026-01-07, new submissions, says that it shows 3 entries and has 2",
            ),
            (b"<dt>", b"<div>", "an entry where none should be"),
            (b"dd>", b"div>", "says that it shows 2 entries and has 0"),
            (
                b"/abs/",
                b"/paper/",
                "may have changed: 2 of its 2 rows can't be read, the first as there is no arXiv id",
            ),
            (b"list-title", b"title", "may have changed: 2 of its 2 rows can't be read, the first as it has no title"),
            (b"Cross submissions", b"Odd submissions", "a heading that is not understood: ‘Odd submissions"),
            (b"(showing 1 of 1 entries)", b"", "a heading that is not understood: ‘Cross submissions’"),
            (b"<h3>New submissions (showing 2 of 2 entries)</h3>", b"", "neither how many entries it has"),
            (b"Total of 6", b"Total of 4", "shows 5 of 4 entries"),
            (b"7 January 2026", b"32 January 2026", "names a day that is none"),
            (b"Showing new listings for", b"News of", "names no day before ‘New submissions"),
            (b'id="recent-cs.CL"', b'id="recent-cs.LG"', "lists cs.LG, not cs.CL"),
            (b"</html>", b"", "was cut off"),
        ],
    )
    def test_of_a_new_list_is_told(self, old, new, reason):
        assert old in NEW
        with pytest.raises(SourceError, match=re.escape(reason)):
            list_page.parse(NEW.replace(old, new), "cs.CL")

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            (b"(showing 2 of 2 entries )", b"", "neither how many entries it has nor that it has none"),
            (b"<p>No updates for this time period.</p>", b"", "neither how many entries it has nor that it has none"),
            (b"Mon, 5 Jan", b"Wed, 7 Jan", "names days in two ways, or one twice"),
            (b"Mon, 5 Jan 2026 (", b"New submissions (", "names days in two ways, or one twice"),
        ],
    )
    def test_of_a_recent_list_is_told(self, old, new, reason):
        assert old in RECENT
        with pytest.raises(SourceError, match=reason):
            list_page.parse(RECENT.replace(old, new), "cs.CL")

    @pytest.mark.parametrize(("bad", "is_told"), [(2, False), (3, True), (9, True)])
    def test_a_page_of_which_more_than_a_fifth_cannot_be_read_is_told(self, bad, is_told):
        start, stop = NEW.index(b"<dt>"), NEW.index(b"</dd>") + 5
        entry = NEW[start:stop]
        entries = entry.replace(b"/abs/", b"/paper/") * bad + entry * (9 - bad)
        page = (NEW[:start] + entries + NEW[start:]).replace(b"showing 2 of 2", b"showing 11 of 11")
        page = page.replace(b"Total of 6", b"Total of 15")
        if is_told:
            with pytest.raises(SourceError, match=f"{bad} of its 11 rows can't be read"):
                list_page.parse(page, "cs.CL")
        else:
            assert len(list_page.parse(page, "cs.CL").days[0].rows) == 14

    def test_a_page_that_says_nothing_of_its_silence_is_no_quiet_day(self):
        with pytest.raises(SourceError, match="neither how many entries it has nor that it has none"):
            list_page.parse(QUIET.replace(b"No updates today.", b""), "cs.CL")

    def test_a_page_behind_the_last_entry_is_no_quiet_day(self):
        beyond = QUIET.replace(b"<p>No updates", b"<div class='paging'>Total of 6 entries</div><p>No updates")
        with pytest.raises(SourceError, match="shows 0 of 6 entries"):
            list_page.parse(beyond, "cs.CL")

    @pytest.mark.parametrize(
        ("page", "reason"),
        [
            (b"", "is empty"),
            (b" \n", "is empty"),
            (b"Rate exceeded.", "names no day; it says ‘Rate exceeded.’"),
            (b"<html><title>Just a moment...</title><body></body></html>", "it says ‘Just a moment...’"),
            (b"<html><head><title>arXiv is temporarily unavailable</title></head></html>", "temporarily unavailable"),
            (b"<html><body><h3>Showing new listings</h3></body></html>", "names no day"),
            (b"\x1f\x8b\x08", "names no day"),
        ],
    )
    def test_what_is_no_list_is_told(self, page, reason):
        with pytest.raises(SourceError, match=re.escape(reason)):
            list_page.parse(page, "cs.CL")

    @given(st.integers(0))
    def test_a_page_that_was_cut_anywhere_is_told(self, length):
        for page in (NEW, RECENT):
            with pytest.raises(SourceError):
                list_page.parse(page[: length % page.rindex(b"</html>")], "cs.CL")


@many
@given(mutations(NEW, RECENT, QUIET))
def test_no_bytes_raise_anything_but_a_source_error(data):
    with suppress(SourceError):
        page = list_page.parse(data, "cs.CL")
        assert isinstance(page, ListPage)
        assert all(isinstance(row, Record | Refusal) for day in page.days for row in day.rows)
        assert all(len(day.rows) == sum(section.shown for section in day.sections) for day in page.days)


def test_two_thousand_entries_are_read_at_once():
    start, stop = NEW.index(b"<dt>"), NEW.index(b"</dd>") + 5
    many = NEW[start:stop] * 2_000
    page = NEW[:start] + many + NEW[stop:]
    page = page.replace(b"showing 2 of 2", b"showing 2001 of 2001").replace(b"Total of 6", b"Total of 2005")
    assert len(list_page.parse(page, "cs.CL").days[0].rows) == 2_004
