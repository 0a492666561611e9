import html
import re
import xml.etree.ElementTree as ET
from collections import Counter
from datetime import date
from pathlib import Path

from papers.arxiv import rss
from papers.arxiv.record import Announcement, Record
from papers.arxiv.text import from_tex, name_from_tex

NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "arxiv": "http://arxiv.org/schemas/atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "rss": "http://purl.org/rss/1.0/",
}


def only(recorded: Path, pattern: str) -> Path:
    (path,) = (recorded / "arxiv_rss").glob(pattern)
    return path


def stated(entry: ET.Element, name: str) -> str:
    return " ".join(entry.findtext(name, "", NAMES).split())


class TestAtom:
    def test_it_has_41_new_and_45_cross_lists(self, recorded):
        rows = list(rss.parse(only(recorded, "*atom*closed-by-hand.xml").read_bytes()))
        found = Counter(row.announcements[0] for row in rows)
        day = date(2025, 8, 20)
        assert found == {Announcement(day, "cs.AI", "new"): 41, Announcement(day, "cs.AI", "cross"): 45}

    def test_as_it_was_cut_off_it_has_as_many(self, recorded):
        *rows, last = rss.parse(only(recorded, "*atom*truncated*.xml").read_bytes())
        assert rows == list(rss.parse(only(recorded, "*atom*closed-by-hand.xml").read_bytes()))
        assert "ends in the middle of entry 87" in last.reason

    def test_every_entry_says_what_its_xml_says(self, recorded):
        data = only(recorded, "*atom*closed-by-hand.xml").read_bytes()
        for row, entry in zip(rss.parse(data), ET.fromstring(data).findall("atom:entry", NAMES), strict=True):
            name, _, version = stated(entry, "atom:id").removeprefix("oai:arXiv.org:").rpartition("v")
            assert (row.arxiv_id, row.version) == (name, int(version))
            assert row.title == from_tex(stated(entry, "atom:title"))
            assert row.abstract == from_tex(stated(entry, "atom:summary").partition(" Abstract: ")[2])
            assert row.categories == tuple(found.get("term") for found in entry.findall("atom:category", NAMES))
            assert row.license == stated(entry, "dc:rights")
            assert row.announcements[0].kind == stated(entry, "arxiv:announce_type")
            assert f"{row.announcements[0].day}" == stated(entry, "atom:published")[:10]
            assert (row.doi, row.journal_reference) == (
                stated(entry, "arxiv:DOI"),
                stated(entry, "arxiv:journal_reference"),
            )
            self.check_authors(row, stated(entry, "dc:creator"))
            assert (row.warnings, row.comment, row.published_at, row.is_complete) == ((), "", None, False)

    def check_authors(self, row: Record, line: str):
        # None of these has an affiliation, or a comma within a name.
        assert [author.name for author in row.authors] == [name_from_tex(name) for name in line.split(", ")]


class TestRdf:
    def test_it_has_185_items_of_every_kind(self, recorded):
        rows = list(rss.parse(only(recorded, "*.rdf").read_bytes()))
        kinds = Counter(row.announcements[0].kind for row in rows)
        assert kinds == {"new": 103, "replace": 63, "replace-cross": 11, "cross": 8}
        assert {(row.announcements[0].day, row.announcements[0].category) for row in rows} == {
            (date(2018, 8, 30), "cs")
        }

    def test_every_item_says_what_its_xml_says(self, recorded):
        data = only(recorded, "*.rdf").read_bytes()
        for row, item in zip(rss.parse(data), ET.fromstring(data).findall("rss:item", NAMES), strict=True):
            title, _, rest = stated(item, "rss:title").rpartition(" (arXiv:")
            name, category = re.match(r"(\S+) \[(\S+)\]", rest).groups()
            assert f"{row.arxiv_id}v{row.version}" == name
            assert row.title == from_tex(title.removesuffix("."))
            assert row.categories == (category,)
            assert row.announcements[0].kind.startswith("replace") == ("UPDATED" in rest)
            assert row.announcements[0].kind.endswith("cross") == (not category.startswith("cs."))
            description = re.sub("</?p>", "", stated(item, "rss:description"))
            assert row.abstract == from_tex(html.unescape(description))
            found = [(author.name, author.affiliation) for author in row.authors]
            assert found == list(self.authors(stated(item, "dc:creator")))
            assert row.warnings == ()

    def authors(self, creators: str):
        """Yield the name in each link, and what stands behind it in parentheses, unless that is a marker of a legend."""
        for name, rest in re.findall("<a [^>]*>(.*?)</a>([^<]*)", creators):
            behind = re.match(r" \(([^()]+)\)", rest)
            affiliation = behind[1] if behind and not re.fullmatch("[0-9, and]*", behind[1]) else ""
            yield name_from_tex(html.unescape(name)), name_from_tex(html.unescape(affiliation))
