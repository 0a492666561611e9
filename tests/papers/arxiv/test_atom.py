import json
import xml.etree.ElementTree as ET
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given

from papers.arxiv import atom
from papers.arxiv.record import AuthorName, Record, Refusal, SourceError
from papers.arxiv.text import from_tex, name_from_tex
from tests.papers.arxiv.mutations import many, mutations

SAMPLE = (Path(__file__).parents[2] / "samples" / "arxiv_api.xml").read_bytes()
EMPTY = SAMPLE[: SAMPLE.index(b"<entry>")] + b"</feed>"


def refused(reason: str) -> bytes:
    """The answer to a query that the API doesn't take."""
    name = reason.replace(" ", "_")
    entry = (
        f"<entry><id>https://arxiv.org/api/errors#{name}</id><title>Error</title><summary>{reason}</summary></entry>"
    )
    return EMPTY.replace(b"</feed>", entry.encode() + b"</feed>")


class TestRecord:
    def test_an_entry_becomes_a_record(self):
        first, *_ = atom.parse(SAMPLE).rows
        assert first == Record(
            arxiv_id="2601.99901",
            title=r"Teaching a Teapot to Plan: BERT and $\beta$-Kettles",
            version=2,
            abstract="We teach a teapot. It is 50% better, naïvely, for $a < b$.",
            authors=(
                AuthorName("Kettle Collaboration"),
                AuthorName("Ada Byrón", affiliation="Tea Room, Home"),
                AuthorName("Bob Søn"),
            ),
            categories=("cs.CL", "cs.AI"),
            published_at=datetime(2026, 1, 1, 0, 59, 59, tzinfo=UTC),
            updated_at=datetime(2026, 1, 5, 18, tzinfo=UTC),
            comment="20 pages, 3 figures. See https://teapot.example/plan",
            doi="10.5555/kettle.1 10.5555/kettle.2",
            journal_reference="Journal de l'Ébullition 1 (2026) 1–2",
            warnings=("category ‘cs.ZZ’ is not one of arXiv's: kept without it",),
            stated_on=date(2026, 1, 7),
            answered_at=datetime(2026, 1, 7, 3, 45, 6, tzinfo=UTC),
            is_complete=True,
        )

    def test_an_old_id_loses_its_class_and_a_withdrawn_paper_is_told(self):
        _, second, _ = atom.parse(SAMPLE).rows
        assert (second.arxiv_id, second.version, second.title) == ("math/0611800", 3, "0")
        assert second.withdrawn_at == datetime(2007, 3, 5, 4, 28, 27, tzinfo=UTC)

    def test_an_entry_without_title_is_refused(self):
        *_, third = atom.parse(SAMPLE).rows
        assert third == Refusal("2601.99903", "it has no title")

    @pytest.mark.parametrize("broken", [b"<title>", b"&nosuch;", b"<a:b/>", b"< x"])
    def test_an_entry_whose_xml_is_broken_costs_no_other(self, broken):
        first, second, third = atom.parse(SAMPLE.replace(b"It boils.", broken)).rows
        assert first == atom.parse(SAMPLE).rows[0]
        assert "XML is broken" in second.reason
        assert third.name == "2601.99903"

    def test_a_bad_time_says_nothing(self):
        first, *_ = atom.parse(SAMPLE.replace(b"2026-01-05T18:00:00Z", b"2026-01-05T18:00:00")).rows
        assert first.updated_at is None


class TestPage:
    def test_it_says_its_place_in_the_answer(self):
        page = atom.parse(SAMPLE)
        assert (page.total, page.start, page.items_per_page, page.is_blank) == (23, 20, 10, False)
        assert page.answered_at == datetime(2026, 1, 7, 3, 45, 6, tzinfo=UTC)

    def test_one_without_entries_is_blank_while_there_should_be_some(self):
        assert atom.parse(EMPTY).is_blank
        assert atom.parse(EMPTY).rows == ()

    @pytest.mark.parametrize("total", [b"20", b"0"])
    def test_one_behind_the_last_entry_is_not_blank(self, total):
        assert not atom.parse(EMPTY.replace(b">23<", b">" + total + b"<")).is_blank


class TestRefusedQuery:
    @pytest.mark.parametrize("bad_id", ["abc", "cond-mat/99x", "1234.12345v"])
    def test_a_malformed_id_is_named(self, bad_id):
        with pytest.raises(atom.QueryError, match=f"incorrect id format for {bad_id}; ask again without") as raised:
            atom.parse(refused(f"incorrect id format for {bad_id}"))
        assert raised.value.bad_id == bad_id

    def test_another_reason_names_none(self):
        with pytest.raises(atom.QueryError, match="start must be non-negative") as raised:
            atom.parse(refused("start must be non-negative"))
        assert raised.value.bad_id == ""

    def test_the_reason_is_found_in_the_id_where_it_is_nowhere_else(self):
        data = refused("incorrect id format for abc").replace(b"<summary>incorrect id format for abc</summary>", b"")
        with pytest.raises(atom.QueryError) as raised:
            atom.parse(data)
        assert raised.value.bad_id == "abc"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the answer is empty"),
        (b"\n \n", "the answer is empty"),
        (b"<!DOCTYPE html><title>Rate exceeded</title>", "HTML page, not a feed; it says ‘Rate exceeded’"),
        (b"Rate exceeded.", "is no XML"),
        (b"<feed/>", "no page of arXiv's API"),
        (b"<OAI-PMH><totalResults>3</totalResults></OAI-PMH>", "no page of arXiv's API"),
        (EMPTY.replace(b">23<", b">many<"), "no page of arXiv's API"),
        (SAMPLE[:-8], "was cut off"),
        (SAMPLE[: SAMPLE.index(b"math.CA/0611800")], "was cut off"),
        (b"<!DOCTYPE feed [<!ENTITY a 'a'>]>" + EMPTY.partition(b"?>")[2], "document type"),
    ],
)
def test_what_is_no_page_is_told(data, reason):
    with pytest.raises(SourceError, match=reason):
        atom.parse(data)


@many
@given(mutations(SAMPLE, refused("incorrect id format for abc")))
def test_no_bytes_raise_anything_but_a_source_error(data):
    with suppress(SourceError):
        page = atom.parse(data)
        assert all(isinstance(row, Record | Refusal) for row in page.rows)
        assert isinstance(page.is_blank, bool)


NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "search": "http://a9.com/-/spec/opensearch/1.1/",
}


class TestRecorded:
    def test_every_answer_says_what_its_xml_says(self, recorded):
        seen = 0
        for path in sorted((recorded / "arxiv_api").glob("*.json")):
            answer = json.loads(path.read_text())
            data = answer["body"].encode("latin-1")
            if answer["status_code"] == 400:
                with pytest.raises(atom.QueryError) as raised:
                    atom.parse(data)
                assert raised.value.bad_id == "abc"
                continue
            feed, page = ET.fromstring(data), atom.parse(data)
            assert page.total == int(feed.findtext("search:totalResults", namespaces=NAMES))
            assert page.start == int(feed.findtext("search:startIndex", namespaces=NAMES))
            assert page.items_per_page == int(feed.findtext("search:itemsPerPage", namespaces=NAMES))
            assert f"{page.answered_at:%Y-%m-%dT%H:%M:%SZ}" == feed.findtext("atom:updated", namespaces=NAMES)
            assert {row.answered_at for row in page.rows} <= {page.answered_at}
            assert not page.is_blank
            for row, entry in zip(page.rows, feed.findall("atom:entry", NAMES), strict=True):
                self.check(row, entry, page.answered_at.date())
                seen += 1
        assert seen == 194

    def check(self, row: Record, entry: ET.Element, day: date):
        def stated(name: str) -> str:
            return " ".join((entry.findtext(name, "", NAMES)).split())

        name, _, version = stated("atom:id").rpartition("/abs/")[2].rpartition("v")
        assert (row.arxiv_id, row.version) == (name, int(version))
        assert row.title == from_tex(stated("atom:title"))
        assert row.abstract == from_tex(stated("atom:summary"))
        assert f"{row.published_at:%Y-%m-%dT%H:%M:%SZ}" == stated("atom:published")
        assert f"{row.updated_at:%Y-%m-%dT%H:%M:%SZ}" == stated("atom:updated")
        assert row.comment == from_tex(stated("arxiv:comment"))
        assert row.doi == stated("arxiv:doi")
        assert row.journal_reference == from_tex(stated("arxiv:journal_ref"))
        authors = entry.findall("atom:author", NAMES)
        assert [author.name for author in row.authors] == [
            name_from_tex(author.findtext("atom:name", "", NAMES)) for author in authors
        ]
        assert [author.affiliation for author in row.authors] == [
            ", ".join(found.text for found in author.findall("arxiv:affiliation", NAMES)) for author in authors
        ]
        assert row.categories[0] == entry.find("arxiv:primary_category", NAMES).get("term")
        assert set(row.categories) == {found.get("term") for found in entry.findall("atom:category", NAMES)}
        assert (row.stated_on, row.is_complete, row.withdrawn_at) == (day, True, None)
        assert (row.warnings, row.license, row.versions, row.announcements, row.submitter) == ((), "", (), (), "")
