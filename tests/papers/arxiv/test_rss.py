import gzip
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv import rss
from papers.arxiv.record import Announcement, AuthorName, Record, Refusal, SourceError
from tests.papers.arxiv.mutations import many, mutations

SAMPLES = Path(__file__).parents[2] / "samples"
TUESDAY = date(2026, 1, 6)


def read(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()


def feed(*entries: str, asked: str = "cs.AI") -> bytes:
    """An Atom feed of these entries."""
    head = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><id>http://rss.arxiv.org/atom/{asked}</id>'
    )
    return (head + "".join(entries) + "</feed>").encode()


def entry(arxiv_id: str = "oai:arXiv.org:2601.99901v1", title: str = "Tea", more: str = "", kind: str = "new") -> str:
    return (
        f"<entry><id>{arxiv_id}</id><title>{title}</title><category term='cs.AI'/><arxiv:announce_type>{kind}"
        f"</arxiv:announce_type><published>2026-01-06T00:00:00-05:00</published>{more}</entry>"
    )


def parse_one(data: bytes) -> Record | Refusal:
    (only,) = rss.parse(data)
    return only


class TestAtom:
    def test_an_entry_becomes_a_record(self):
        first = next(rss.parse(read("arxiv_atom.xml")))
        assert first == Record(
            arxiv_id="2601.99901",
            title=r"Teaching a Teapot to Plan: BERT and $\beta$-Kettles",
            version=1,
            abstract="We teach a teapot. It is 50% better, naïvely, for $a < b$.",
            authors=(AuthorName("Ada Byrón"), AuthorName("Bob Søn, Jr."), AuthorName("Kettle Collaboration")),
            categories=("cs.CL", "cs.AI"),
            license="http://creativecommons.org/licenses/by/4.0/",
            announcements=(Announcement(TUESDAY, "cs.CL", "new"),),
        )

    def test_a_cross_list_is_announced_in_the_category_that_was_asked_for(self):
        _, second, third = rss.parse(read("arxiv_atom.xml"))
        assert second.announcements == (Announcement(TUESDAY, "cs.AI", "cross"),)
        assert third.announcements == (Announcement(TUESDAY, "cs.CL", "replace-cross"),)

    def test_an_unknown_category_and_a_bad_licence_are_left_out_with_a_warning(self):
        _, second, _ = rss.parse(read("arxiv_atom.xml"))
        assert (second.title, second.categories, second.license) == ("0", ("stat.ML", "cs.AI"), "")
        assert second.warnings[0] == "category ‘cs.ZZ’ is not one of arXiv's: kept without it"
        assert "javascript:alert(1)" in second.warnings[1]

    def test_old_ids_dois_and_journal_references_are_read(self):
        *_, third = rss.parse(read("arxiv_atom.xml"))
        assert (third.arxiv_id, third.version, third.doi) == ("math/0611800", 3, "10.5555/kettle.1")
        assert third.journal_reference == "Journal de l'Ébullition 1 (2026) 1–2"


class TestRss2:
    def test_items_become_records_announced_in_the_archive(self):
        first, second = rss.parse(read("arxiv_rss2.xml"))
        assert first == Record(
            arxiv_id="2601.99911",
            title="Kettles Considered Harmful",
            version=2,
            abstract="They whistle.",
            authors=(AuthorName("Ada Byron"), AuthorName("Bob Son")),
            categories=("cs.SE", "cs.HC"),
            license="http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
            announcements=(Announcement(TUESDAY, "cs", "replace"),),
        )
        assert second.announcements == (Announcement(TUESDAY, "cs", "cross"),)

    def test_the_version_is_taken_from_the_description_where_the_guid_has_none(self):
        _, second = rss.parse(read("arxiv_rss2.xml"))
        assert second.version == 1

    @pytest.mark.parametrize("kind", ["new", "cross", "replace", "replace-cross"])
    def test_every_kind_of_announcement_is_read(self, kind):
        data = read("arxiv_rss2.xml").replace(b"announce_type>cross<", f"announce_type>{kind}<".encode())
        _, second = rss.parse(data)
        assert second.announcements == (Announcement(TUESDAY, "cs", kind),)

    def test_a_weekend_has_no_items(self):
        assert list(rss.parse(read("arxiv_weekend.xml"))) == []
        assert list(rss.parse(feed())) == []


class TestRdf:
    def test_everything_is_found_in_titles_and_escaped_html(self):
        first, _ = rss.parse(read("arxiv_rdf.xml"))
        assert first == Record(
            arxiv_id="1903.99901",
            title="Is the Kettle On?",
            version=1,
            abstract="Often, when $a < b$.",
            authors=(AuthorName("Ada Byrón", affiliation="Tea Room"), AuthorName("Bob Son Jr.")),
            categories=("cs.HC",),
            announcements=(Announcement(date(2019, 3, 4), "cs", "new"),),
        )

    def test_an_updated_paper_of_another_archive_is_a_replaced_cross_list(self):
        _, second = rss.parse(read("arxiv_rdf.xml"))
        assert second.announcements == (Announcement(date(2019, 3, 4), "cs", "replace-cross"),)


class TestDay:
    def test_it_is_the_date_as_written_in_its_own_offset(self):
        late = entry().replace("2026-01-06T00:00:00-05:00", "2026-01-06T23:59:00-05:00")
        assert parse_one(feed(late)).announcements[0].day == TUESDAY

    def test_it_is_never_the_one_of_updated(self):
        record = parse_one(feed(entry(more="<updated>2026-01-09T00:00:00Z</updated>").replace("published", "other")))
        assert record.announcements == ()
        assert record.warnings == ("no day of announcement is written in it: kept without its announcement",)

    @pytest.mark.parametrize("name", ["arxiv_atom.xml", "arxiv_rss2.xml", "arxiv_rdf.xml"])
    def test_it_is_the_given_one_where_one_is_given(self, name):
        days = {record.announcements[0].day for record in rss.parse(read(name), day=date(2020, 2, 2))}
        assert days == {date(2020, 2, 2)}


class TestOneBadEntry:
    @pytest.mark.parametrize(
        ("bad", "refusal"),
        [
            (entry("2601.99902", title=""), Refusal("2601.99902", "it has no title")),
            (entry("2601.99902", title=" \n&#8; "), Refusal("2601.99902", "it has no title")),
            (
                entry("2601.99902", title="x" * 5_000),
                Refusal("2601.99902", "its title has 5000 characters, more than 1000"),
            ),
            (entry(""), Refusal("entry 2", "there is no arXiv id")),
            (
                entry("oai:arXiv.org:2613.00001"),
                Refusal("entry 2", "‘oai:arXiv.org:2613.00001’ is not an arXiv id: there is no month 13"),
            ),
        ],
    )
    def test_costs_no_other(self, bad, refusal):
        before, middle, after = rss.parse(feed(entry(), bad, entry("2601.99903")))
        assert (before.arxiv_id, after.arxiv_id) == ("2601.99901", "2601.99903")
        assert middle == refusal

    @pytest.mark.parametrize("broken", ["<title>", "&nosuch;", "<a:b/>", "< x"])
    def test_costs_no_other_even_when_its_xml_is_broken(self, broken):
        before, middle, after = rss.parse(feed(entry(), entry("2601.99902", more=broken), entry("2601.99903")))
        assert (before.arxiv_id, after.arxiv_id) == ("2601.99901", "2601.99903")
        assert "XML is broken" in middle.reason

    def test_with_control_characters_is_kept_without_them(self):
        record = parse_one(feed(entry(title="Te\x08a \x00&#x1b;Time")))
        assert (record.title, record.warnings) == ("Tea Time", ())

    def test_with_bytes_that_are_no_utf8_is_kept(self):
        assert parse_one(feed(entry(title="T@a")).replace(b"@", b"\xff")).title == "T\ufffda"

    def test_with_three_thousand_authors_is_kept(self):
        names = ", ".join(f"Author {number}" for number in range(3_000))
        assert len(parse_one(feed(entry(more=f"<dc:creator>{names}</dc:creator>"))).authors) == 3_000

    def test_with_an_abstract_beyond_measure_is_kept_with_its_beginning(self):
        record = parse_one(feed(entry(more=f"<summary>{'x' * 30_000}</summary>")))
        assert len(record.abstract) == 20_000
        assert record.warnings == ("the abstract has 30000 characters: cut at 20000",)

    def test_with_an_unknown_announce_type_is_kept_without_announcement(self):
        record = parse_one(feed(entry(kind="withdrawn")))
        assert record.announcements == ()
        assert record.warnings == ("announce type ‘withdrawn’ is none that is known: kept without its announcement",)


class TestCutOff:
    def test_within_an_entry_all_before_it_are_kept(self):
        data = feed(entry(), entry("2601.99902"), entry("oai:arXiv.org:2601.99903v1"))
        *records, last = rss.parse(data[: data.index(b"2601.99903") + 25])
        assert [record.arxiv_id for record in records] == ["2601.99901", "2601.99902"]
        assert last.name == "the file"
        assert "ends in the middle of entry 3: 2601.99903" in last.reason

    def test_between_entries_it_is_told(self):
        record, last = rss.parse(feed(entry()).removesuffix(b"</feed>"))
        assert record.arxiv_id == "2601.99901"
        assert "ends after entry 1 without its closing tag" in last.reason

    def test_before_the_first_entry_it_is_told(self):
        (only,) = rss.parse(read("arxiv_weekend.xml")[:200])
        assert "ends before its first entry" in only.reason

    @given(st.integers(min_value=0))
    def test_anywhere_nothing_complete_is_lost(self, length):
        data = read("arxiv_rss2.xml")
        data = data[: length % len(data)]
        try:
            rows = list(rss.parse(data))
        except SourceError:
            rows = []
        assert len([row for row in rows if isinstance(row, Record)]) == data.count(b"</item>")


class TestNoFeed:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "the answer is empty"),
            (b" \n", "the answer is empty"),
            (
                b"<!DOCTYPE html><html><head><title>Be back soon</title>",
                "HTML page, not a feed; it says ‘Be back soon’",
            ),
            (b"<html lang='en'><body>503", "HTML page"),
            (b"<?xml version='1.0'?>\n<!-- x --><!doctype HTML PUBLIC ''>", "HTML page"),
            (b'{"error": "x"}', "is no XML"),
            (b"\x1f\x8b\x08", "is no XML"),
            (b"<OAI-PMH/>", "its root is <OAI-PMH>"),
            (b"<", "no XML that can be read"),
            (b"<?xml version='1.0' encoding='klingon'?><feed/>", "an encoding that cannot be read: klingon"),
        ],
    )
    def test_the_reason_is_told_before_anything_is_read(self, data, reason):
        with pytest.raises(SourceError, match=reason):
            rss.parse(data)

    def test_a_document_type_is_never_read(self, tmp_path):
        (tmp_path / "secret").write_text("secret")
        bomb = f'<!DOCTYPE feed [<!ENTITY a SYSTEM "file://{tmp_path}/secret">]><feed><entry>&a;</entry></feed>'
        with pytest.raises(SourceError, match="document type"):
            rss.parse(bomb.encode())


PIECES = [
    b"<feed>",
    b"</feed>",
    b"<rss>",
    b"<entry>",
    b"</entry>",
    b"<item rdf:about='x'>",
    b"</item>",
    b"<id>",
    b"</id>",
]
PIECES += [
    b"2601.99901",
    b"<title>",
    b"</title>",
    b"&amp;",
    b"&x;",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<a:b xmlns:a='c'>",
]
PIECES += [
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<published>",
    b"9999-99-99",
    b"xmlns='%'",
    b"\xff\xfe",
    b"\x00",
    b">",
]


@many
@given(
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=3)).map(b"".join)
    | mutations(read("arxiv_atom.xml"), read("arxiv_rss2.xml"), read("arxiv_rdf.xml"))
)
def test_no_bytes_raise_anything_but_a_source_error(data):
    with suppress(SourceError):
        assert all(isinstance(row, Record | Refusal) for row in rss.parse(data))


def test_a_compressed_answer_that_nobody_inflated_is_told():
    with pytest.raises(SourceError, match="no XML"):
        rss.parse(gzip.compress(read("arxiv_atom.xml")))
