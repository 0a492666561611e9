from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given

from papers.arxiv import abs_text
from papers.arxiv.record import AuthorName, Record, SourceError, Version
from papers.arxiv.text import from_tex, name_from_tex
from tests.papers.arxiv.mutations import many, mutations

SAMPLE = (Path(__file__).parents[2] / "samples" / "arxiv_withdrawn.abs").read_bytes()


def test_a_metadata_file_becomes_a_record():
    assert abs_text.parse(SAMPLE) == Record(
        arxiv_id="hep-th/9901001",
        title="Kettles at Infinity",
        version=3,
        abstract="This paper has been withdrawn.",
        authors=(AuthorName("Ada Byrón"), AuthorName("Bob Son")),
        categories=("hep-th", "math-ph"),
        published_at=datetime(1999, 1, 1, 12, 2, 40, tzinfo=UTC),
        updated_at=datetime(2008, 3, 6, 4, 28, 27, tzinfo=UTC),
        comment="withdrawn",
        license="http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
        versions=(
            Version(1, datetime(1999, 1, 1, 12, 2, 40, tzinfo=UTC), 903),
            Version(2, datetime(2008, 3, 5, 4, 28, 27, tzinfo=UTC), 0, is_withdrawal=True),
            Version(3, datetime(2008, 3, 6, 4, 28, 27, tzinfo=UTC), 0, is_withdrawal=True),
        ),
        # Its address never leaves the file.
        submitter="Ada Byrón",
        withdrawn_at=datetime(2008, 3, 5, 4, 28, 27, tzinfo=UTC),
        is_complete=True,
    )


def test_a_paper_that_came_back_is_not_withdrawn():
    back = SAMPLE.replace(b"28:27 GMT   (0kb,I)\n\n", b"28:27 GMT   (12kb)\n\n").replace(b"withdrawn", b"revised")
    record = abs_text.parse(back)
    assert [version.is_withdrawal for version in record.versions] == [False, True, False]
    assert record.withdrawn_at is None


@pytest.mark.parametrize(
    "bad",
    ["Wed, 55 Mar 2008 04:28:27 GMT", "Thu, 6 Mar 1890 04:28:27 GMT", "Wednesday", "Wed, 5 Mar 2008 04:28:27 -0000"],
)
def test_a_version_without_a_good_date_is_left_out(bad):
    record = abs_text.parse(SAMPLE.replace(b"Wed, 5 Mar 2008 04:28:27 GMT", bad.encode()))
    assert [version.number for version in record.versions] == [1, 3]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the text is empty"),
        (b"<html>", "HTML or XML page"),
        (b"nothing", "it has 0 papers, not one"),
        (SAMPLE * 2, "it has 2 papers, not one"),
        (SAMPLE[:150], "breaks off in ‘"),
        (SAMPLE.replace(b"\n\\\\\nPaper", b"\nodd\n\\\\\nPaper"), "breaks off in ‘odd"),
        (SAMPLE.replace(b"hep-th/9901001", b"hep-th/9999001"), "the paper cannot be read: ‘hep-th/9999001’"),
        (SAMPLE.replace(b"Title: Kettles at Infinity", b""), "hep-th/9901001 cannot be read: it has no title"),
    ],
)
def test_what_is_no_metadata_file_is_told(data, reason):
    with pytest.raises(SourceError, match=reason):
        abs_text.parse(data)


@many
@given(mutations(SAMPLE))
def test_no_bytes_raise_anything_but_a_source_error(data):
    with suppress(SourceError):
        assert isinstance(abs_text.parse(data), Record)


def test_every_recorded_file_says_what_its_lines_say(recorded):
    paths = sorted((recorded / "arxiv_listings" / "abs_withdrawn").glob("*.abs"))
    assert len(paths) == 8
    for path in paths:
        record = abs_text.parse(path.read_bytes())
        _, head, abstract, _ = path.read_text().split("\\\\\n")
        lines = head.replace("\n  ", " ").splitlines()

        def stated(key: str, lines: list[str] = lines) -> str:
            return next((line.removeprefix(f"{key}: ") for line in lines if line.startswith(f"{key}: ")), "")

        assert record.arxiv_id == path.stem
        assert record.title == from_tex(stated("Title"))
        assert record.abstract == from_tex(abstract)
        assert record.categories == tuple(stated("Categories").split())
        assert record.comment == from_tex(stated("Comments"))
        assert (record.journal_reference, record.doi) == (stated("Journal-ref"), stated("DOI"))
        assert record.license == stated("License")
        assert record.submitter == name_from_tex(stated("From").split(" <")[0])
        assert {name.strip() for name in stated("Authors").replace(" and ", ",").split(",")} == {
            author.name for author in record.authors
        }
        dates = [line for line in lines if line.startswith("Date")]
        assert len(record.versions) == len(dates) == record.version
        for version, line in zip(record.versions, dates, strict=True):
            assert f"{version.submitted_at:%a, %-d %b %Y %H:%M:%S} GMT   ({version.size_kilobytes}kb" in line
            assert version.is_withdrawal == line.endswith("(0kb,I)")
        assert record.published_at == record.versions[0].submitted_at
        assert record.updated_at == record.versions[-1].submitted_at
        assert record.withdrawn_at == next(v.submitted_at for v in record.versions if v.is_withdrawal)
        assert record.warnings == ()
