import re
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv import list_text
from papers.arxiv.day_list import ListPage, Section
from papers.arxiv.record import Announcement, AuthorName, Record, Refusal, SourceError, Version
from papers.arxiv.text import from_tex, name_from_tex
from tests.papers.arxiv.mutations import many, mutations

SAMPLES = Path(__file__).parents[2] / "samples"
NEW = (SAMPLES / "arxiv_new.txt").read_bytes()
PAST_WEEK = (SAMPLES / "arxiv_pastweek.txt").read_bytes()
WEDNESDAY = date(2026, 1, 7)


class TestNew:
    def test_an_entry_becomes_a_record(self):
        (day,) = list_text.parse(NEW, "cs").days
        assert day.rows[0] == Record(
            arxiv_id="2601.99901",
            title=r"Teaching a Teapot to Plan: BERT and $\beta$-Kettles",
            version=2,
            abstract="We teach a teapot. It is 50% better, naïvely, for $a < b$. Results: tea.",
            authors=(
                AuthorName("Ada Byrón", affiliation="Tea Room"),
                AuthorName("Bob Søn, Jr."),
                AuthorName("The Kettle Collaboration"),
            ),
            categories=("cs.CL", "cs.AI"),
            published_at=datetime(2026, 1, 5, 19, 0, 6, tzinfo=UTC),
            updated_at=datetime(2026, 1, 6, 2, 24, 51, tzinfo=UTC),
            comment="20 pages, 3 figures; see https://teapot.example/plan",
            doi="10.5555/kettle.1",
            journal_reference="Journal de l'Ébullition 1 (2026) 1–2",
            license="http://creativecommons.org/licenses/by/4.0/",
            announcements=(Announcement(WEDNESDAY, "cs", "new"),),
            warnings=("category ‘cs.ZZ’ is not one of arXiv's: kept without it",),
            versions=(
                Version(1, datetime(2026, 1, 5, 19, 0, 6, tzinfo=UTC), 324),
                Version(2, datetime(2026, 1, 6, 2, 24, 51, tzinfo=UTC), 326),
            ),
            stated_on=WEDNESDAY,
            is_complete=True,
        )

    def test_kinds_are_told_apart_replacements_of_cross_lists_too(self):
        (day,) = list_text.parse(NEW, "cs").days
        kinds = [(row.arxiv_id, row.announcements[0].kind) for row in day.rows]
        assert kinds == [
            ("2601.99901", "new"),
            ("2601.99902", "new"),
            ("2601.99903", "cross"),
            ("2412.99904", "replace"),
            ("math/0611800", "replace-cross"),
        ]
        assert day.sections == (Section("new", 2, 2), Section("cross", 1, 1), Section("replace", 2, 2))
        assert day.is_whole

    def test_a_withdrawal_is_told_by_its_files_and_a_replacement_leaves_things_unsaid(self):
        *_, withdrawn, replaced = list_text.parse(NEW, "cs").days[0].rows
        assert withdrawn.withdrawn_at == datetime(2026, 1, 6, 11, 0, 13, tzinfo=UTC)
        assert replaced.withdrawn_at is None
        assert (replaced.version, replaced.published_at, replaced.abstract, replaced.is_complete) == (
            None,
            None,
            "",
            False,
        )
        assert replaced.updated_at == datetime(2026, 1, 6, 12, 0, 13, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("made", "day"),
        [
            ("Wed,  7 Jan 26 00:59:59 GMT", date(2026, 1, 6)),
            ("Wed,  7 Jan 26 01:00:00 GMT", WEDNESDAY),
            ("Thu,  8 Jan 26 00:30:00 GMT", WEDNESDAY),
            ("Mon, 12 Jan 26 01:29:12 GMT", date(2026, 1, 12)),
            ("Tue,  7 Jul 26 00:00:12 GMT", date(2026, 7, 7)),
        ],
    )
    def test_its_day_is_the_newest_that_was_announced_when_it_was_made(self, made, day):
        data = NEW.replace(b"Wed,  7 Jan 26 01:29:12 GMT", made.encode())
        assert [each.day for each in list_text.parse(data, "cs").days] == [day]

    def test_a_day_without_papers_is_an_empty_list_with_its_day(self):
        start, stop = NEW.index(b"\\\\\narXiv:2601.99901"), NEW.index(b"%%%---")
        empty = (NEW[:start] + NEW[stop:]).replace(b"2 new + 1 crosses", b"0 new")
        (day,) = list_text.parse(empty, "cs").days
        assert (day.day, day.rows, day.total, day.is_whole) == (WEDNESDAY, (), 0, True)

    def test_an_entry_that_is_no_paper_costs_no_other(self):
        rows = list_text.parse(NEW.replace(b"arXiv:2601.99902", b"arXiv:2613.99902"), "cs").days[0].rows
        assert rows[1] == Refusal("entry 2 of 2026-01-07", "‘2613.99902’ is not an arXiv id: there is no month 13")
        assert len(rows) == 5
        rows = list_text.parse(NEW.replace(b"Title: Tea from Afar", b""), "cs").days[0].rows
        assert rows[2] == Refusal("2601.99903", "it has no title")

    def test_where_more_than_a_fifth_cannot_be_read_that_is_told(self):
        data = NEW.replace(b"arXiv:2601.99902", b"arXiv:2613.99902").replace(b"Title: Tea from Afar", b"")
        with pytest.raises(SourceError, match="2 of its 5 rows can't be read"):
            list_text.parse(data, "cs")


class TestPastWeek:
    def test_each_day_has_its_papers(self):
        page = list_text.parse(PAST_WEEK, "cs.CL")
        found = [
            (day.day, [row.arxiv_id for row in day.rows], [row.announcements for row in day.rows]) for day in page.days
        ]
        assert found == [
            (WEDNESDAY, ["2601.99901"], [(Announcement(WEDNESDAY, "cs.CL", "new"),)]),
            (date(2026, 1, 6), ["2601.99913"], [(Announcement(date(2026, 1, 6), "cs.CL", "cross"),)]),
            (date(2026, 1, 5), [], []),
        ]
        assert (page.total, page.is_whole) == (2, True)

    def test_submitters_are_named_without_their_address(self):
        assert list_text.parse(PAST_WEEK, "cs.CL").days[0].rows[0].submitter == "Ada Byron"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the text is empty"),
        (b"<!DOCTYPE html>", "HTML or XML page"),
        (b"Rate exceeded.", "no list of arXiv's: it begins with ‘Rate exceeded.’"),
        (PAST_WEEK[PAST_WEEK.index(b"\\\\\narXiv") :], "an entry stands before any day"),
        (PAST_WEEK.replace(b"7 Jan 2026 */", b"37 Jan 2026 */"), "names a day that is none"),
        (PAST_WEEK[:-3], "breaks off"),
        (NEW.replace(b"Date: Wed,  7 Jan 26 01:29:12 GMT", b""), "says no date"),
        (NEW.replace(b"7 Jan 26 01:29", b"7 Jan 26 41:29"), "says no date"),
        (NEW[: NEW.index(b"%%%---")], "its end mark is missing"),
        (NEW.replace(b"2 new", b"3 new"), "announces 3 papers as new and has 2"),
        (NEW.replace(b"1 crosses", b"2 crosses"), "announces 2 papers as cross and has 1"),
    ],
)
def test_what_is_no_whole_list_is_told(data, reason):
    with pytest.raises(SourceError, match=re.escape(reason)):
        list_text.parse(data, "cs")


def test_the_list_of_another_category_is_told():
    with pytest.raises(SourceError, match=r"the text lists cs, not cs\.CL"):
        list_text.parse(NEW, "cs.CL")


@many
@given(mutations(NEW, PAST_WEEK), st.sampled_from(["cs", "cs.CL"]))
def test_no_bytes_raise_anything_but_a_source_error(data, category):
    with suppress(SourceError):
        page = list_text.parse(data, category)
        assert isinstance(page, ListPage)
        assert all(isinstance(row, Record | Refusal) for day in page.days for row in day.rows)


class TestRecorded:
    def test_every_list_says_what_its_lines_say(self, recorded):
        entries = 0
        for path in sorted((recorded / "arxiv_listings").glob("*.txt")):
            archive, _, name = path.stem.partition("__")
            category = archive + name.removeprefix("new").removeprefix("pastweek")
            text = path.read_text()
            page = list_text.parse(path.read_bytes(), category)
            assert page.is_whole
            rows = [(day.day, row) for day in page.days for row in day.rows]
            for (day, row), (stated_day, section, stated) in zip(rows, self.entries(text), strict=True):
                self.check(row, stated)
                (announcement,) = row.announcements
                assert (announcement.day, announcement.category) == (day, category)
                assert day == row.stated_on == stated_day
                is_cross = category not in (row.categories[0], row.categories[0].split(".")[0])
                assert announcement.kind == {"replace": "replace" + "-cross" * is_cross}.get(section, section)
                assert is_cross == announcement.kind.endswith("cross")
                entries += 1
        assert entries == 971

    def test_the_new_list_of_the_archive_has_53_new_4_cross_lists_and_40_replacements(self, recorded):
        data = (recorded / "arxiv_listings" / "astro-ph__new.txt").read_bytes()
        (day,) = list_text.parse(data, "astro-ph").days
        assert day.day == date(2023, 3, 3)
        assert day.sections == (Section("new", 53, 53), Section("cross", 4, 4), Section("replace", 40, 40))

    def entries(self, text: str):
        """Yield day, section and fields of each entry, read line by line."""
        day, section, fields, key = date(2023, 3, 3), "new", None, ""
        for line in text.splitlines():
            if match := re.fullmatch(r"/\* \w+, (\d+) (\w+) (\d+) \*/", line):
                day = datetime.strptime(" ".join(match.groups()), "%d %b %Y").date()
            elif line.startswith(("%-%", "%%--%%")):
                section = "cross" if line.startswith("%-") else "replace"
            elif line.startswith("arXiv:"):
                fields, key = {"id": line.split()[0][6:], "Date": [], "abstract": ""}, ""
                is_cross = section == "new" and "cross-listing" in line
            elif fields is not None and line.startswith("\\\\"):
                if key == "abstract" or section == "replace" or "received from" not in text:
                    yield day, "cross" if is_cross else section, fields
                    fields = None
                else:
                    key = "abstract"
            elif fields is not None and key == "abstract":
                fields["abstract"] += f" {line}"
            elif fields is not None and line.startswith("  "):
                fields[key] += line[1:]
            elif fields is not None and line.startswith(("Date", "replaced")):
                fields["Date"].append(re.search(r"\w{3}, [^(]*GMT", line)[0])
            elif fields is not None and line:
                key, _, fields[key] = line.partition(": ")

    def authors(self, line: str):
        """Yield the names and affiliations of a line: first all in parentheses is cut out, so that commas part names."""
        groups: list[str] = []

        def cut(match: re.Match[str]) -> str:
            groups.append(match[1])
            return f"[{len(groups) - 1}]"

        # The legend of markers begins with two parentheses.
        line = re.sub(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)", cut, line.partition("((")[0])
        for part in re.split(r",? and |, ?(?!\[)|: ", line):
            name, *numbers = re.split(r" ?,?\[([0-9]+)\] ?", part)
            behind = groups[int(numbers[0])] if numbers else ""
            if not name.startswith("et al"):
                is_marker = re.fullmatch("[0-9, ]+(?:and [0-9]+)?", behind)
                yield name_from_tex(name), "" if is_marker else name_from_tex(behind)

    def check(self, row: Record, stated: dict):
        assert row.arxiv_id == stated["id"]
        assert row.title == from_tex(stated["Title"])
        assert row.abstract == from_tex(stated["abstract"])
        assert row.is_complete == bool(stated["abstract"])
        assert row.categories == tuple(stated["Categories"].split())
        assert row.comment == from_tex(stated.get("Comments", ""))
        assert row.doi.replace(" ", "") == re.sub(r"[\s,;]", "", stated.get("DOI", ""))
        assert row.journal_reference == from_tex(stated.get("Journal-ref", ""))
        assert row.license == stated.get("License", "")
        assert row.submitter == from_tex(stated.get("From", "").partition("  <")[0])
        assert [(author.name, author.affiliation) for author in row.authors] == list(self.authors(stated["Authors"]))
        assert f"{row.updated_at:%a, %-d %b %Y %H:%M:%S} GMT" == stated["Date"][-1]
        if row.versions:
            assert [f"{each.submitted_at:%a, %-d %b %Y %H:%M:%S} GMT" for each in row.versions] == stated["Date"]
            assert all(each.size_kilobytes and not each.is_withdrawal for each in row.versions)
        assert row.version == (row.versions[-1].number if row.versions else None)
        assert (row.warnings, row.withdrawn_at) == ((), None)
