from datetime import UTC, date, datetime

import pytest

from papers.arxiv import oai
from papers.arxiv.record import AuthorName, Deletion, Record, Refusal, SourceError, Version

OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-01-06T20:48:16Z</responseDate>"
    '<request verb="ListRecords">http://oaipmh.arxiv.org/oai</request>'
)
TODAYS = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="https://oaipmh.arxiv.org/OAI/arXiv.xsd"'
)


def page(*records: str, end: str = "") -> bytes:
    """An answer to ListRecords with these records, and with `end` behind them."""
    return f"{OPENING}<ListRecords>{''.join(records)}{end}</ListRecords></OAI-PMH>\n".encode()


def record(metadata: str, arxiv_id: str = "2601.99901") -> str:
    return (
        f"<record><header><identifier>oai:arXiv.org:{arxiv_id}</identifier><datestamp>2026-01-06</datestamp>"
        f"<setSpec>cs:cs:LG</setSpec></header><metadata>{metadata}</metadata></record>\n"
    )


def raw(
    arxiv_id: str = "2601.99901", title: str = "Tea", more: str = "", versions: str = "", abstract: str = "Hot."
) -> str:
    """A record in the form arXivRaw."""
    return record(
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{arxiv_id}</id><submitter>Ada Byr\\\'on</submitter>'
        f"{versions or version(1, 'Mon, 5 Jan 2026 10:00:00 GMT')}<title>{title}</title>"
        f"<authors>Ada Byron, Bob Son and Tea Team</authors><categories>cs.CL cs.AI</categories>{more}"
        f"<abstract>  {abstract}\n</abstract></arXivRaw>",
        arxiv_id,
    )


def version(number: int, time: str, size: str = "12kb", source_type: str = "D") -> str:
    return (
        f'<version version="v{number}"><date>{time}</date><size>{size}</size><source_type>{source_type}</source_type>'
        "</version>"
    )


def structured(arxiv_id: str = "2601.99901", more: str = "", people: str = "", attributes: str = "") -> str:
    """A record in the form arXiv."""
    return record(
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/" {attributes}><id>{arxiv_id}</id><authors>{people}</authors>'
        f"<title>Tea</title><categories>cs.CL</categories>{more}<abstract>Hot.</abstract></arXiv>",
        arxiv_id,
    )


def dublin_core(*elements: str) -> str:
    """A record in the form oai_dc, of elements such as "title: Tea"."""
    inner = "".join(f"<dc:{name}>{text}</dc:{name}>" for name, _, text in (one.partition(": ") for one in elements))
    return record(
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Tea</dc:title>{inner}</oai_dc:dc>'
    )


def only(data: bytes) -> Record | Deletion | Refusal:
    (row,) = oai.read(data)
    return row


class TestRaw:
    def test_a_record_is_read_with_all_its_versions(self):
        versions = version(2, "Tue, 6 Jan 2026 11:30:00 GMT", "849kb") + version(1, "Mon, 5 Jan 2026 10:00:00 GMT")
        more = "<comments>9 pages</comments><journal-ref>J. Tea\n  1</journal-ref><doi>10.5555/a</doi>"
        more += "<license>http://creativecommons.org/licenses/by/4.0/</license>"
        first, second = datetime(2026, 1, 5, 10, tzinfo=UTC), datetime(2026, 1, 6, 11, 30, tzinfo=UTC)
        assert only(page(raw(versions=versions, more=more, abstract='Tea is &lt; hot,\nna\\"ive.'))) == Record(
            arxiv_id="2601.99901",
            title="Tea",
            version=2,
            abstract="Tea is < hot, naïve.",
            authors=(AuthorName("Ada Byron"), AuthorName("Bob Son"), AuthorName("Tea Team")),
            categories=("cs.CL", "cs.AI"),
            published_at=first,
            updated_at=second,
            comment="9 pages",
            doi="10.5555/a",
            journal_reference="J. Tea 1",
            license="http://creativecommons.org/licenses/by/4.0/",
            versions=(Version(1, first, 12), Version(2, second, 849)),
            submitter="Ada Byrón",
            stated_on=date(2026, 1, 6),
            answered_at=datetime(2026, 1, 6, 20, 48, 16, tzinfo=UTC),
            is_complete=True,
        )

    def test_a_version_without_files_withdraws_the_paper_from_then_on(self):
        versions = version(1, "Mon, 5 Jan 2026 10:00:00 GMT") + version(2, "Tue, 6 Jan 2026 11:30:00 GMT", "0kb", "I")
        assert only(page(raw(versions=versions))).withdrawn_at == datetime(2026, 1, 6, 11, 30, tzinfo=UTC)

    def test_a_size_of_nought_withdraws_it_only_where_its_comment_says_so(self):
        small = version(1, "Mon, 5 Jan 2026 10:00:00 GMT", "0kb", "")
        assert only(page(raw(versions=small))).withdrawn_at is None
        notice = "<comments>This paper has been withdrawn</comments>"
        assert only(page(raw(versions=small, more=notice))).withdrawn_at == datetime(2026, 1, 5, 10, tzinfo=UTC)

    def test_a_version_whose_time_cannot_be_read_is_left_out_with_a_warning(self):
        row = only(page(raw(versions=version(1, "yesterday") + version(2, "Tue, 6 Jan 2026 11:30:00 +0100"))))
        assert row.versions == (Version(2, datetime(2026, 1, 6, 10, 30, tzinfo=UTC), 12),)
        assert (row.version, row.published_at) == (2, None)
        assert row.warnings == ("version ‘v1’ has no number or no time: kept without it",)


class TestStructured:
    PERSON = "<author><keyname>Byron</keyname><forenames>Ada</forenames><suffix>Jr.</suffix></author>"

    def test_names_are_put_together_from_their_parts(self):
        people = self.PERSON + "<author><keyname>:</keyname></author><author><keyname>Tea Team</keyname></author>"
        assert only(page(structured(people=people))).authors == (AuthorName("Ada Byron Jr."), AuthorName("Tea Team"))

    def test_several_affiliations_stand_side_by_side(self):
        people = self.PERSON.replace(
            "</author>", "<affiliation>Home</affiliation><affiliation>Lab</affiliation></author>"
        )
        assert only(page(structured(people=people))).authors == (AuthorName("Ada Byron Jr.", "Home, Lab"),)

    def test_a_paper_that_was_never_updated_is_in_its_first_version(self):
        row = only(page(structured(more="<created>2026-01-05</created>")))
        assert (row.version, row.published_at, row.is_complete) == (1, datetime(2026, 1, 5, tzinfo=UTC), True)

    def test_formerly_an_update_was_that_of_the_last_version(self):
        row = only(page(structured(more="<created>2026-01-05</created><updated>2026-01-06</updated>")))
        assert (row.version, row.published_at.day, row.updated_at.day) == (None, 5, 6)

    def test_today_an_update_tells_nothing_of_versions(self):
        dates = "<created>2026-01-05</created><updated>2026-06-06</updated>"
        row = only(page(structured(more=dates, attributes=TODAYS)))
        assert (row.version, row.published_at) == (None, datetime(2026, 1, 5, tzinfo=UTC))
        assert row.updated_at == row.published_at

    def test_today_a_paper_created_after_the_month_of_its_id_is_a_later_version(self):
        dates = "<created>2026-02-01</created><updated>2026-06-06</updated>"
        row = only(page(structured(more=dates, attributes=TODAYS)))
        assert (row.version, row.published_at, row.updated_at) == (None, None, datetime(2026, 2, 1, tzinfo=UTC))

    def test_a_notice_withdraws_it_as_of_its_last_day(self):
        notice = "<comments>Withdrawn by the author</comments><created>2026-01-05</created>"
        assert only(page(structured(more=notice))).withdrawn_at == datetime(2026, 1, 5, tzinfo=UTC)


class TestDublinCore:
    def test_names_are_turned_round_and_subjects_become_categories(self):
        row = only(
            page(
                dublin_core(
                    "creator: Byron, Ada",
                    "creator: Son Jr, Bob",
                    "creator: Tea Team",
                    "subject: Mathematics - Number Theory",
                    "subject: 11N05 (Primary), 11N56",
                    "subject: Machine Learning",
                    "subject: D.2",
                    "description:   Hot.",
                    "description: Comment: 9 pages",
                    "date: 2026-01-05",
                    "date: 2026-01-06",
                    "identifier: http://arxiv.org/abs/2601.99901",
                    "identifier: J. Tea 1 (2026)",
                    "identifier: doi:10.5555/a",
                )
            )
        )
        assert row == Record(
            arxiv_id="2601.99901",
            title="Tea",
            abstract="Hot.",
            authors=(AuthorName("Ada Byron"), AuthorName("Bob Son Jr"), AuthorName("Tea Team")),
            categories=("math.NT", "cs.LG"),
            published_at=datetime(2026, 1, 5, tzinfo=UTC),
            updated_at=datetime(2026, 1, 6, tzinfo=UTC),
            comment="9 pages",
            doi="10.5555/a",
            journal_reference="J. Tea 1 (2026)",
            stated_on=date(2026, 1, 6),
            answered_at=datetime(2026, 1, 6, 20, 48, 16, tzinfo=UTC),
        )

    def test_today_the_comment_is_only_the_second_description(self):
        row = only(page(dublin_core("description: Hot.", "description: 9 pages")))
        assert (row.abstract, row.comment) == ("Hot.", "9 pages")

    def test_a_title_that_is_no_category_any_more_is_told(self):
        row = only(page(dublin_core("subject: Mathematics - Kettles")))
        assert row.warnings == ("category ‘Mathematics - Kettles’ is not one of arXiv's: kept without it",)


class TestRecord:
    def test_a_deleted_one_is_a_deletion(self):
        deleted = '<record><header status="deleted"><identifier>oai:arXiv.org:math/0611800</identifier>'
        deleted += "<datestamp>2026-01-06</datestamp></header></record>"
        assert only(page(deleted)) == Deletion("math/0611800", date(2026, 1, 6))

    @pytest.mark.parametrize(
        ("bad", "refusal"),
        [
            (raw(title=""), Refusal("2601.99901", "it has no title")),
            (raw(title="x" * 5_000), Refusal("2601.99901", "its title has 5000 characters, more than 1000")),
            (record("", "2613.00001"), Refusal("record 2", "‘oai:arXiv.org:2613.00001’ is not an arXiv id: there is no month 13")),
            (record("<marc/>"), Refusal("2601.99901", "its metadata are not in a form that is read: marc")),
            (record(""), Refusal("2601.99901", "its metadata are not in a form that is read: there are none")),
            ("<record/>", Refusal("record 2", "it has no header")),
            (
                raw().replace("<id>2601.99901</id>", "<id>2601.99902</id>"),
                Refusal("2601.99901", "its metadata are those of another paper, 2601.99902"),
            ),
        ],
    )  # fmt: skip
    def test_a_bad_one_is_refused_and_costs_no_other(self, bad, refusal):
        before, middle, after = oai.read(page(raw(), bad, raw()))
        assert (before.arxiv_id, middle, after.arxiv_id) == ("2601.99901", refusal, "2601.99901")

    def test_one_may_be_called_nought(self):
        assert only(page(raw(title="0"))).title == "0"

    def test_old_ids_may_name_their_class(self):
        assert only(page(raw("math/0611800").replace("<id>math/", "<id>math.CA/"))).arxiv_id == "math/0611800"

    def test_markup_within_a_text_is_read_through(self):
        assert only(page(raw(abstract="Tea is <b>hot</b> &amp;amp; good."))).abstract == "Tea is hot & good."

    def test_a_comment_and_a_section_of_characters_are_read_as_xml_has_them(self):
        row = only(page(raw(abstract="<!-- </record> -->Hot<![CDATA[ </record> <tea> ]]>."), "<!-- <record> -->"))
        assert row.abstract == "Hot </record> <tea> ."

    def test_an_abstract_beyond_measure_is_cut_and_told(self):
        row = only(page(raw(abstract="x" * 30_000)))
        assert (len(row.abstract), len(row.warnings)) == (20_000, 1)


class TestPage:
    def test_its_token_is_known_when_it_has_been_read(self):
        token = '<resumptionToken cursor="0" completeListSize="58011">726959|1001&amp;x</resumptionToken>'
        whole = oai.read(page(raw(), end=token))
        assert (whole.response_date, whole.is_whole) == (datetime(2026, 1, 6, 20, 48, 16, tzinfo=UTC), False)
        assert len(list(whole)) == 1
        assert whole.resumption_token == "726959|1001&x"
        assert whole.is_whole

    @pytest.mark.parametrize("end", ["", "<resumptionToken/>", "<resumptionToken cursor='1000'></resumptionToken>\n"])
    def test_the_last_one_has_no_token(self, end):
        last = oai.read(page(raw(), end=end))
        assert len(list(last)) == 1
        assert (last.resumption_token, last.is_whole) == ("", True)

    def test_a_token_that_cannot_be_read_is_told_and_the_page_is_not_whole(self):
        broken = oai.read(page(raw(), end="<resumptionToken>726959|<1001</resumptionToken>"))
        *_, last = broken
        assert (last, broken.is_whole) == (Refusal("the file", "its resumption token cannot be read; fetch it again"), False)  # fmt: skip

    def test_no_records_that_match_make_an_empty_whole_page(self):
        empty = oai.read(f"{OPENING}<error code='noRecordsMatch'>none</error></OAI-PMH>".encode())
        assert (list(empty), empty.is_whole, empty.resumption_token) == ([], True, "")

    def test_a_bare_record_is_a_page(self):
        bare = oai.read(raw().encode())
        assert [row.arxiv_id for row in bare] == ["2601.99901"]
        assert bare.is_whole


class TestRefusedRequest:
    @pytest.mark.parametrize("code", ["badResumptionToken", "badArgument", "idDoesNotExist", "cannotDisseminateFormat"])
    def test_it_is_told_with_its_code_before_anything_is_read(self, code):
        with pytest.raises(oai.ProtocolError, match="That is wrong") as told:
            oai.read(f"{OPENING}<error code='noRecordsMatch'/><error code='{code}'>That is\n wrong</error></OAI-PMH>".encode())  # fmt: skip
        assert told.value.code == code

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "is empty"),
            (b"<!DOCTYPE html><html><title>Be back soon</title>", "HTML page, not a feed; it says ‘Be back soon’"),
            (b"<feed/>", "its root is <feed>"),
            (b'{"error": "x"}', "is no XML"),
            (b"<", "no XML that can be read"),
            (b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><OAI-PMH>&a;</OAI-PMH>", "a document type"),
            (b"<?xml version='1.0' encoding='klingon'?><OAI-PMH/>", "an encoding that cannot be read: klingon"),
            (f"{OPENING}<ListSets/></OAI-PMH>".encode(), "neither records nor an error"),
            (page(), "neither records nor an error"),
            (f"{OPENING}<ListRecords><recor/></ListRecords></OAI-PMH>".encode(), "neither records nor an error"),
            (b"<OAI-PMH>" + b" " * 2_000_000, "no record in it"),
        ],
    )
    def test_another_answer_is_told_before_anything_is_read(self, data, reason):
        with pytest.raises(SourceError, match=reason):
            oai.read(data)
