"""Every recorded answer against an independent, naive reading of its XML."""

import base64
import gzip
import html
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from lxml import etree

from papers.arxiv import ids, oai, taxonomy
from papers.arxiv.record import Record, Refusal
from papers.arxiv.text import from_tex, name_from_tex

COUNTS = {
    "adsabs_oai_ArXiv.org_0901_2443.xml": 1,
    "adsabs_oai_ArXiv.org_1711_04702.xml": 1,
    "adsabs_oai_ArXiv.org_1711_05739.xml": 1,
    "adsabs_oai_ArXiv.org_astro-ph_9501013.xml": 1,
    "adsabs_oai_ArXiv.org_cond-mat_9706061.xml": 1,
    "adsabs_oai_ArXiv.org_math_0306266.xml": 1,
    "fatcat_arxivraw_1810.09584.xml": 1,
    "hepcrawl_arxiv-physics-hep-ex.xml": 3,
    "hepcrawl_arxiv-physics-hep-th.xml": 3,
    "hepcrawl_arxiv-single.xml": 1,
    "hepcrawl_sample_arxiv_record.xml": 12,
    **{f"hepcrawl_sample_arxiv_record{number}.xml": 1 for number in range(7)},
    "inspirehep_ListRecords_arXiv_2025-06-27.first6-closed-by-hand.xml": 6,
    "inspirehep_ListRecords_arXiv_2025-06-27.truncated.xml": 6,
    "inspirehep_cassette_GetRecord_arXiv_2025-12-02.yaml": 1,
    "mikesaelim_GetRecordResponse.xml": 1,
    "mikesaelim_ListRecordsResponse.xml": 6,
    "scrapi_ListRecords_oai_dc_2014-12-24.xml.gz": 897,
    "scrapi_vcr_arxiv_oai.yaml": 897,
}
ERRORS = {
    "mikesaelim_ErrorResponseBadArgument.xml": "badArgument",
    "mikesaelim_ErrorResponseBadResumptionToken.xml": "badResumptionToken",
    "mikesaelim_ErrorResponseIdDoesNotExist.xml": "idDoesNotExist",
}
EMPTY = "mikesaelim_ErrorResponseNoRecordsMatch.xml"


def body(path: Path) -> bytes:
    """The answer within a recorded file: plain, compressed, or in a cassette of vcrpy's."""
    data = path.read_bytes()
    if path.suffix == ".yaml":
        text = data.decode()
        if "string: !!binary |" in text:
            data = base64.b64decode(re.search(r"string: !!binary \|\n((?:        \S+\n)+)", text)[1])
        else:
            quoted = re.search(r'      string: "(.*?)(?<!\\)"\n', text, re.DOTALL)[1]
            folded = re.sub(r"(?<!\\)\\\n +(\\(?= ))?|(?<!\\)\n +(\\(?= ))?", lambda fold: "" if fold[0][0] == "\\" else " ", quoted)  # fmt: skip
            data = re.sub(r"\\(.)", lambda mark: {"n": "\n"}.get(mark[1], mark[1]), folded).encode()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def inner(element: etree._Element, name: str) -> list[str]:
    """The texts of all elements of that name, at any depth."""
    return [" ".join("".join(one.itertext()).split()) for one in element.iter("{*}" + name)]


def first(element: etree._Element, name: str) -> str:
    return next(iter(inner(element, name)), "")


def midnight(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


def stated_records(data: bytes) -> list[etree._Element]:
    root = etree.fromstring(data, etree.XMLParser(recover=True))
    records = [root] if local(root) == "record" else list(root.iter("{*}record"))
    # The last of a page that was cut off has no title.
    return [record for record in records if first(record, "title")]


def check_all(record: Record, stated: etree._Element) -> None:
    header = stated.find("{*}header")
    assert record.arxiv_id == first(header, "identifier").removeprefix("oai:arXiv.org:")
    assert record.stated_on == date.fromisoformat(first(header, "datestamp"))
    assert record.title == from_tex(first(stated, "title"))
    assert record.warnings == ()
    assert record.announcements == ()


def check_own(record: Record, stated: etree._Element) -> None:
    """What `arXiv` and `arXivRaw` have alike."""
    assert record.abstract == from_tex(first(stated, "abstract"))
    assert record.comment == from_tex(first(stated, "comments"))
    assert record.journal_reference == from_tex(first(stated, "journal-ref"))
    assert record.doi.split() == re.findall(r"10\.[0-9]{4}[^\s,;]+", first(stated, "doi"))
    assert record.license == first(stated, "license")
    assert record.categories == tuple(first(stated, "categories").split())
    assert record.is_complete
    assert record.withdrawn_at is None


def check_raw(record: Record, stated: etree._Element) -> None:
    check_own(record, stated)
    assert record.submitter == name_from_tex(first(stated, "submitter"))
    line = re.sub(r",?\s+and\s+", ", ", first(stated, "authors"))
    assert [author.name for author in record.authors] == [name_from_tex(name) for name in line.split(", ")]
    form = "%a, %d %b %Y %H:%M:%S GMT"
    times = [datetime.strptime(text, form).replace(tzinfo=UTC) for text in inner(stated, "date")]
    assert [version.submitted_at for version in record.versions] == times
    numbers = [element.get("version") for element in stated.iter("{*}version")]
    assert [f"v{version.number}" for version in record.versions] == numbers
    assert [f"{version.size_kilobytes}kb" for version in record.versions] == inner(stated, "size")
    assert not any(version.is_withdrawal for version in record.versions)
    assert (record.published_at, record.updated_at, record.version) == (times[0], times[-1], len(times))


def check_structured(record: Record, stated: etree._Element) -> None:
    check_own(record, stated)
    people = [
        (
            " ".join(filter(None, [first(person, "forenames"), first(person, "keyname"), first(person, "suffix")])),
            ", ".join(inner(person, "affiliation")),
        )
        for person in stated.iter("{*}author")
    ]
    assert [(author.name, author.affiliation) for author in record.authors] == [
        (name_from_tex(name), name_from_tex(affiliation)) for name, affiliation in people if name != ":"
    ]
    created, updated = midnight(first(stated, "created")), first(stated, "updated")
    (form,) = stated.find("{*}metadata")
    if b"https://oaipmh.arxiv.org" in etree.tostring(form):
        assert (record.version, record.updated_at) == (None, created)
        is_young = created.date() <= ids.month(record.arxiv_id)
        assert record.published_at == (created if is_young else None)
    else:
        assert record.version == (None if updated else 1)
        assert (record.published_at, record.updated_at) == (created, midnight(updated) if updated else created)


TITLES = {
    (f"{taxonomy.ARCHIVES[category.archive].title} - " if "." in name else "") + category.title: name
    for name, category in taxonomy.CATEGORIES.items()
} | {
    "Astrophysics": "astro-ph",
    "Computer Science - Learning": "cs.LG",
    "Condensed Matter - Mesoscopic Systems and Quantum Hall Effect": "cond-mat.mes-hall",
}


def check_dublin_core(record: Record, stated: etree._Element) -> None:
    (form,) = stated.find("{*}metadata")
    names = [re.sub(r"^(.*?), (.*)$", r"\2 \1", text) for text in inner(form, "creator")]
    assert [author.name for author in record.authors] == [name_from_tex(name) for name in names]
    subjects = [text for text in inner(form, "subject") if not re.search("[0-9]", text)]
    assert record.categories == tuple(TITLES[text] for text in subjects)
    abstract, *comment = inner(form, "description")
    assert record.abstract == from_tex(abstract)
    assert record.comment == from_tex("".join(comment).removeprefix("Comment: "))
    days = [midnight(text) for text in inner(form, "date")]
    assert (record.published_at, record.updated_at) == (days[0], days[-1])
    assert record.version == (1 if len(days) == 1 else None)
    address, *others = inner(form, "identifier")
    assert address == f"http://arxiv.org/abs/{record.arxiv_id}"
    assert record.doi == "".join(text[4:] for text in others if text.startswith("doi:"))
    assert record.journal_reference == from_tex("".join(text for text in others if not text.startswith("doi:")))
    assert record.withdrawn_at == (days[-1] if "has been withdrawn" in record.comment else None)
    assert not record.is_complete


CHECKS = {"arXivRaw": check_raw, "arXiv": check_structured, "dc": check_dublin_core}


@pytest.mark.parametrize("name", COUNTS)
def test_every_field_is_as_the_xml_has_it(recorded, name):
    data = body(recorded / "arxiv_oai" / name)
    whole = oai.read(data)
    rows = list(whole)
    records = [row for row in rows if isinstance(row, Record)]
    stated = stated_records(data)
    assert len(records) == len(stated) == COUNTS[name]
    assert len({record.arxiv_id for record in records}) in {COUNTS[name], 1}
    for record, element in zip(records, stated, strict=True):
        check_all(record, element)
        CHECKS[local(element.find("{*}metadata")[0])](record, element)
    assert whole.is_whole == ("truncated" not in name)
    assert [row for row in rows if isinstance(row, Refusal)] == ([] if whole.is_whole else rows[-1:])
    said = re.search(rb"<responseDate>(.*?)Z<", data)
    assert whole.response_date == (datetime.fromisoformat(said[1].decode()).replace(tzinfo=UTC) if said else None)
    assert {record.answered_at for record in records} == {whole.response_date}
    asked = re.search(rb"<request [^>]*>", data)
    assert whole.request == (dict(re.findall(r'(\w+)="(.*?)"', asked[0].decode())) if asked else {})
    token = re.search(r"<resumptionToken [^>]*>(.*?)<", data.decode())
    assert whole.resumption_token == (html.unescape(token[1]) if token else "")


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_is_told_with_its_code(recorded, name):
    with pytest.raises(oai.ProtocolError) as told:
        oai.read(body(recorded / "arxiv_oai" / name))
    assert told.value.code == ERRORS[name]


def test_no_records_match_is_an_empty_page(recorded):
    empty = oai.read(body(recorded / "arxiv_oai" / EMPTY))
    assert (list(empty), empty.is_whole) == ([], True)


def test_every_recorded_file_is_looked_at(recorded):
    assert {path.name for path in (recorded / "arxiv_oai").iterdir()} == {*COUNTS, *ERRORS, EMPTY}
