import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv import ids
from papers.arxiv.ids import ArxivId


@pytest.mark.parametrize(
    ("written", "value", "version"),
    [
        ("2412.03560", "2412.03560", None),
        (" arXiv:2412.03560v2 ", "2412.03560", 2),
        ("arxiv: 2412.03560", "2412.03560", None),
        ("arXiv:2412.03560v2 [cs.CV]", "2412.03560", 2),
        ("oai:arXiv.org:2412.03560v1", "2412.03560", 1),
        ("0704.0001", "0704.0001", None),
        ("1412.9999v12", "1412.9999", 12),
        ("1501.00001", "1501.00001", None),
        ("hep-th/9901001", "hep-th/9901001", None),
        ("arXiv:hep-th/9901001v3", "hep-th/9901001", 3),
        ("math.CA/0611800", "math/0611800", None),
        ("math/0611800v2", "math/0611800", 2),
        ("cond-mat.mtrl-sci/0703999", "cond-mat/0703999", None),
        ("cmp-lg/9404001", "cmp-lg/9404001", None),
        ("https://arxiv.org/abs/2412.03560", "2412.03560", None),
        ("http://export.arxiv.org/abs/2412.03560v2?context=cs", "2412.03560", 2),
        ("arxiv.org/pdf/2412.03560v2.pdf", "2412.03560", 2),
        ("https://www.arxiv.org/pdf/hep-th/9901001.pdf#page=2", "hep-th/9901001", None),
        ("https://arxiv.org/html/2412.03560v1/", "2412.03560", 1),
        ("https://www.alphaxiv.org/abs/2412.03560v2", "2412.03560", 2),
        ("https://alphaxiv.org/overview/2412.03560", "2412.03560", None),
        ("https://huggingface.co/papers/2412.03560", "2412.03560", None),
        ("hf.co/papers/2412.03560.md", "2412.03560", None),
        ("https://doi.org/10.48550/arXiv.2412.03560", "2412.03560", None),
        ("10.48550/arXiv.2412.03560", "2412.03560", None),
    ],
)
def test_every_way_to_write_an_id_names_the_same_paper(written, value, version):
    assert ids.parse(written) == ArxivId(value, version)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "there is no arXiv id"),
        ("attention is all you need", "it should look like"),
        ("2413.00001", "there is no month 13"),
        ("2400.00001", "there is no month 00"),
        ("0703.0001", "begin with 0704"),
        ("1412.00001", "ids of 1412 have four digits"),
        ("1501.0001", "ids of 1501 have five digits"),
        ("2412.00000", "numbers begin with 1"),
        ("2412.03560v0", "it should look like"),
        ("foo-bar/9901001", "no archive ‘foo-bar’"),
        ("stat/0611800", "no archive ‘stat’"),
        ("hep-th/0704001", "from 9107 to 0703"),
        ("hep-th/9901000", "from 001 on"),
        ("https://arxiv.org/list/cs.CV/new", "it should look like"),
        ("https://example.org/abs/2412.03560", "it should look like"),
        ("https://arxiv.org.example.org/abs/2412.03560", "it should look like"),
        ("https://huggingface.co/papers/date/2026-01-05", "it should look like"),
        ("http://[/abs/2412.03560", "it should look like"),
        ("٢٤١٢.٠٣٥٦٠", "it should look like"),
    ],
)
def test_what_is_no_id_is_refused_with_the_reason(written, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        ids.parse(written)


def test_the_reason_shows_only_the_beginning_of_a_long_text():
    with pytest.raises(ValueError, match="…’ is not an arXiv id") as error:
        ids.parse("x" * 100_000)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize("value", ["2412.03560", "0704.0001", "1412.9999", "hep-th/9901001", "math/0703999"])
def test_the_pattern_matches_canonical_ids(value):
    assert re.fullmatch(ids.PATTERN, value)


@pytest.mark.parametrize(
    "value",
    ["2412.03560v1", "arXiv:2412.03560", "math.CA/0611800", "2413.00001", "2412.0356", "0703.0001", "hep-th/9901001v1"],
)
def test_the_pattern_matches_nothing_else(value):
    assert not re.fullmatch(ids.PATTERN, value)


@given(st.from_regex(ids.PATTERN, fullmatch=True))
def test_a_canonical_id_is_read_as_itself_and_has_a_month(value):
    assert ids.parse(value) == ArxivId(value)
    assert ids.month(value).day in {28, 29, 30, 31}


@given(st.text() | st.from_regex(r"(arxiv:|https?://arxiv\.org/abs/)?[a-z0-9./-]{0,20}(v\d+)?"))
def test_any_text_is_an_id_or_a_value_error(text):
    try:
        arxiv_id = ids.parse(text)
    except ValueError:
        return
    assert re.fullmatch(ids.PATTERN, arxiv_id.value)


@pytest.mark.parametrize(
    ("arxiv_id", "last_day"),
    [
        ("2412.03560", date(2024, 12, 31)),
        ("2402.00001", date(2024, 2, 29)),
        ("0704.0001", date(2007, 4, 30)),
        ("hep-th/9108001", date(1991, 8, 31)),
        ("math/0002001", date(2000, 2, 29)),
    ],
)
def test_the_month_of_an_id_ends_on_its_last_day(arxiv_id, last_day):
    assert ids.month(arxiv_id) == last_day


def test_the_month_of_anything_else_is_refused():
    with pytest.raises(ValueError, match="not a canonical arXiv id"):
        ids.month("2412.03560v1")
