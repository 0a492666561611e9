"""Pages that were cut off, damaged or made up."""

import tracemalloc
from contextlib import suppress

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv import oai, oai_stream
from papers.arxiv.record import Deletion, Record, Refusal, SourceError
from tests.conftest import IS_LONG
from tests.papers.arxiv.test_oai import OPENING, dublin_core, page, raw, structured

SAMPLE = page(
    raw("2601.99901", abstract="Tea &amp; <!-- </record> --> more <![CDATA[<record>]]>"),
    structured("2601.99902", people="<author><keyname>Byron</keyname></author>"),
    dublin_core("creator: Byron, Ada", "description: Hot."),
    '<record><header status="deleted"><identifier>oai:arXiv.org:2601.99904</identifier></header></record>',
    raw("2601.99905", title="Sön"),
    end='<resumptionToken cursor="0" completeListSize="9">5|1001</resumptionToken>',
)
settings = hypothesis.settings(max_examples=5_000 if IS_LONG else 300)


def ids(rows: list) -> list[str]:
    return [row.arxiv_id for row in rows if not isinstance(row, Refusal)]


def read(data: bytes) -> tuple[list, oai.Page]:
    whole = oai.read(data)
    return list(whole), whole


class TestCutOff:
    def test_within_a_record_all_before_it_are_kept(self):
        data = page(raw("2601.99901"), raw("2601.99902"), raw("2601.99903"))
        (*records, last), cut = read(data[: data.rindex(b"2601.99903") + 40])
        assert (ids(records), cut.is_whole) == (["2601.99901", "2601.99902"], False)
        assert last == Refusal("the file", "the XML ends in the middle of record 3: 2601.99903; fetch it again")

    def test_between_records_it_is_told(self):
        (record, last), cut = read(page(raw()).partition(b"</ListRecords>")[0])
        assert (record.arxiv_id, cut.is_whole) == ("2601.99901", False)
        assert last == Refusal("the file", "the XML ends after record 1 without its closing tags; fetch it again")

    def test_before_the_first_record_it_is_told(self):
        (last,), cut = read(f"{OPENING}<ListRecords>".encode())
        assert last == Refusal("the file", "the XML ends before its first record; fetch it again")
        assert not cut.is_whole

    def test_within_the_token_it_is_told(self):
        (*_, last), cut = read(SAMPLE[: SAMPLE.index(b"5|1001") + 3])
        assert last == Refusal("the file", "the XML ends after record 5 without its closing tags; fetch it again")
        assert (cut.is_whole, cut.resumption_token) == (False, "")

    @settings
    @given(st.integers(min_value=0, max_value=len(SAMPLE) - 1))
    def test_anywhere_what_is_whole_is_kept_and_only_the_whole_page_passes_for_one(self, length):
        with suppress(SourceError):
            rows, cut = read(SAMPLE[:length])
            expected = [at for at in ENDS if at <= length]
            assert len(ids(rows)) == len(expected)
            assert cut.is_whole == (length >= len(SAMPLE.rstrip()))
            assert isinstance(rows[-1], Refusal) or cut.is_whole


def ends() -> list[int]:
    """Where each record of the sample ends."""
    found, position = [], SAMPLE.index(b"<record>")
    for is_record, part in oai_stream.singly(SAMPLE[position:]):
        position += len(part)
        if is_record:
            found.append(position)
    return found


ENDS = ends()


class TestOneBrokenRecord:
    @pytest.mark.parametrize("broken", ["<title>", "&nosuch;", "<a:b/>", "< x", "</title>", "<!-- "])
    def test_costs_no_other(self, broken):
        rows, whole = read(page(raw("2601.99901"), raw("2601.99902", more=broken), raw("2601.99903")))
        assert (ids(rows), whole.is_whole) == (["2601.99901", "2601.99903"], True)
        assert "its XML is broken" in rows[1].reason
        assert rows[1].name == "2601.99902"

    @pytest.mark.parametrize(("tag", "damaged"), [("<record>", "<recor>"), ("</record>", "</recor>"), ("<record>", "")])
    def test_is_told_even_when_nothing_marks_it_as_one(self, tag, damaged):
        rows, _ = read(page(raw("2601.99901"), raw("2601.99902").replace(tag, damaged), raw("2601.99903")))
        assert ids(rows) == ["2601.99901", "2601.99903"]
        assert rows[1].name == "2601.99902"

    def test_at_the_end_costs_neither_the_token_nor_the_others(self):
        broken = raw("2601.99902").replace("</record>", "")
        rows, whole = read(page(raw("2601.99901"), broken, end="<resumptionToken>5</resumptionToken>"))
        assert (ids(rows), whole.is_whole, whole.resumption_token) == (["2601.99901"], True, "5")
        assert rows[1].name == "2601.99902"

    def test_with_control_characters_is_kept_without_them(self):
        (row,), _ = read(page(raw(title="Te\x08a \x00&#x1b;Time")))
        assert (row.title, row.warnings) == ("Tea Time", ())

    def test_with_bytes_that_are_no_utf8_is_kept(self):
        rows, _ = read(page(raw(title="T@a"), raw(title="Söup")).replace(b"@", b"\xff"))
        assert [row.title for row in rows] == ["T\ufffda", "Söup"]

    def test_that_never_ends_is_not_read_to_its_end(self):
        def endless():
            yield page(raw()).partition(b"</ListRecords>")[0] + b"<record>"
            while True:
                yield b"x" * 100_000

        record, last = oai.read(endless())
        assert (record.arxiv_id, last.name) == ("2601.99901", "the file")
        assert "record 2 is longer than any" in last.reason


class TestEncoding:
    def test_another_one_that_is_declared_is_read(self):
        data = page(raw(title="Té")).decode().replace("UTF-8", "iso-8859-1").encode("latin-1")
        assert read(data)[0][0].title == "Té"

    def test_a_byte_order_mark_is_no_matter(self):
        assert ids(read(b"\xef\xbb\xbf" + page(raw()))[0]) == ["2601.99901"]


class TestPieces:
    @settings
    @given(st.lists(st.integers(min_value=1, max_value=700), min_size=1))
    def test_of_any_size_give_the_same_rows(self, sizes):
        def pieces():
            position = 0
            for size in [*sizes, len(SAMPLE)]:
                yield SAMPLE[position : position + size]
                position += size

        whole = oai.read(pieces())
        assert list(whole) == read(SAMPLE)[0]
        assert (whole.is_whole, whole.resumption_token) == (True, "5|1001")

    def test_a_page_of_several_blocks_is_read_in_its_order(self):
        numbers = [f"2601.{number:05}" for number in range(1, 400)]
        data = page(*map(raw, numbers))
        assert len(data) > 3 * oai_stream.BLOCK_SIZE
        assert ids(read(data)[0]) == numbers

    def test_what_their_iterator_raises_comes_through(self):
        def reset():
            yield page(raw()).partition(b"</ListRecords>")[0]
            raise SourceError("the connection was reset")

        with pytest.raises(SourceError, match="was reset"):
            list(oai.read(reset()))

    def test_a_long_answer_takes_little_memory(self):
        def pieces():
            yield f"{OPENING}<ListRecords>".encode()
            for number in range(20_000 if IS_LONG else 4_000):
                yield raw(abstract=f"{number} " + "tea " * 300).encode()
            yield b"</ListRecords></OAI-PMH>"

        tracemalloc.start()
        try:
            assert sum(isinstance(row, Record) for row in oai.read(pieces())) >= 4_000
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 4_000_000


PIECES = [b"<OAI-PMH>", b"</OAI-PMH>", b"<ListRecords>", b"</ListRecords>", b"<record>", b"</record>", b"<header>"]
PIECES += [b"</header>", b"<identifier>2601.99901</identifier>", b"<metadata>", b"</metadata>", b"<arXiv>", b"</arXiv>"]
PIECES += [b"<title>Tea</title>", b"<created>9999-99-99</created>", b"<oai:record>", b"<dc>", b"</dc>", b"<arXivRaw>"]
PIECES += [b"<version version='v1'>", b"<date>", b"<?xml version='1.0' encoding='utf-16'?>", b"<?x?>", b"&x;", b"<!--"]
PIECES += [
    b"<error code='x'>",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"xmlns='%'",
    b"\xff\xfe",
    b"\x00",
    b">",
    b"<resumptionToken>",
]


def mutations(data: bytes) -> st.SearchStrategy[bytes]:
    """The data with a byte changed, a stretch cut out or a stretch said twice, up to four times."""

    def mutated(changes: list[tuple[str, int, int]]) -> bytes:
        now = data
        for kind, at, length in changes:
            at %= len(now) or 1
            part = now[at : at + length % 300]
            middle = {"flip": bytes([length % 256]), "cut": b"", "twice": part + part}[kind]
            now = now[:at] + middle + now[at + (1 if kind == "flip" else len(part)) :]
        return now

    change = st.tuples(st.sampled_from(["flip", "cut", "twice"]), st.integers(0, 10_000), st.integers(0, 10_000))
    return st.lists(change, min_size=1, max_size=4).map(mutated)


@settings
@given(st.binary() | st.lists(st.sampled_from(PIECES) | st.binary(max_size=3)).map(b"".join) | mutations(SAMPLE))
def test_no_bytes_raise_anything_but_a_source_error_at_once(data):
    with suppress(SourceError):
        whole = oai.read(data)
        try:
            assert all(isinstance(row, Record | Deletion | Refusal) for row in whole)
        except SourceError as error:
            raise AssertionError("it came late") from error


@settings
@given(mutations(SAMPLE))
def test_a_damaged_page_is_told_or_has_all_its_records(data):
    with suppress(SourceError):
        rows, whole = read(data)
        if whole.is_whole and not any(isinstance(row, Refusal) for row in rows):
            assert data.count(b"<record>") - data.count(b"[<record>]") <= len(rows)
