import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from papers.choice import Choice
from papers.query import LIMIT, parse


def test_words_are_words():
    query = parse("sequence models without recurrence")
    assert query.words == "sequence models without recurrence"
    assert (query.phrases, query.facets, query.problems) == ([], [], [])


def test_quotes_make_a_phrase_and_a_minus_leaves_out():
    query = parse('attention "chain of thought" -survey -"case study"')
    assert query.words == "attention"
    assert query.phrases == ["chain of thought"]
    assert query.without_phrases == ["survey", "case study"]


def test_an_author_and_a_title_can_be_left_out():
    query = parse('chorales -author:bach -title:"a survey"')
    assert (query.without_authors, query.without_titles) == (["bach"], ["a survey"])
    assert (query.without_phrases, query.authors) == ([], [])


@pytest.mark.parametrize(
    ("text", "year"),
    [("x", None), ("year:2020", 2020), ("year:2015-2020 year:2018-2019", 2019), ("-year:2020 cat:cs.CV", None)],
)
def test_the_last_year_is_known(text, year):
    assert parse(text).last_year == year


def test_printed_quotes_are_quotes():
    assert parse("“chain of thought”").phrases == ["chain of thought"]


@pytest.mark.parametrize(
    ("text", "facets"),
    [
        ("cat:cs.CV", [["cat:cs.CV"]]),
        ("CAT:cs.cv", [["cat:cs.CV"]]),
        ("cat:cs.CV,cs.LG", [["cat:cs.CV", "cat:cs.LG"]]),
        ("cat:cs", [["cat:cs"]]),
        ("year:2025", [["year:2025"]]),
        ("year:2024-2026", [["year:2024", "year:2025", "year:2026"]]),
        ("has:code", [["has:code"]]),
        ("in:feed", [["in:feed"]]),
        ("org:NVIDIA", [["org:nvidia"]]),
        ('keyword:"Diffusion Models"', [["key:diffusion models"]]),
    ],
)
def test_an_operator_narrows(text, facets):
    assert parse(text).facets == facets


def test_an_operator_can_be_left_out():
    query = parse("diffusion -cat:cs.CV -year:2020")
    assert query.without_facets == ["cat:cs.CV", "year:2020"]
    assert query.facets == []


def test_authors_and_titles_are_phrases_of_their_own():
    query = parse('author:"Yann LeCun" author:bengio title:attention')
    assert query.authors == ["Yann LeCun", "bengio"]
    assert query.titles == ["attention"]
    assert query.words == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("cat:nonsense", "no category “nonsense”"),
        ("year:soon", "“soon” is no year"),
        ("year:2026-2024", "is no year"),
        ("has:cake", "has:cake"),
        ("in:paris", "in:paris"),
        ("x" * (LIMIT + 1), f"{LIMIT} characters"),
    ],
)
def test_what_an_operator_cannot_mean_is_told(text, problem):
    assert problem in parse(text).problems[0]


def test_a_colon_alone_makes_no_operator():
    assert parse("BERT: a model, 10:30 foo:bar").words == "BERT: a model, 10:30 foo:bar"


@pytest.mark.parametrize(
    "text",
    [
        "2412.03560",
        "arXiv:2412.03560v2",
        "https://arxiv.org/abs/2412.03560v1",
        "https://arxiv.org/pdf/2412.03560",
        "https://huggingface.co/papers/2412.03560",
        "https://huggingface.co/papers/2412.03560/",
        "https://huggingface.co/papers/2412.03560?utm_source=digest#community",
        "https://papers.example.org/papers/2412.03560",
    ],
)
def test_an_id_or_an_address_names_its_paper(text):
    assert parse(text).arxiv_id == "2412.03560"


def test_old_ids_name_theirs():
    assert parse("hep-th/9901001").arxiv_id == "hep-th/9901001"


@pytest.mark.parametrize("text", ["gpt-4", "2412.03560 and more", "3", "10.1000/182", "/papers/", "cs.CV/0"])
def test_other_numbers_name_none(text):
    assert parse(text).arxiv_id == ""


@pytest.mark.parametrize("text", ["", "   ", "-foo", '""', "-", '-"a b"', "author:", 'cat:""', "\x00\x01", '"' * 200])
def test_what_asks_for_nothing_is_empty(text):
    assert parse(text).is_empty


@given(st.text(max_size=400))
def test_anything_can_be_typed(text):
    query = parse(text)
    assert "\x00" not in query.text + query.words
    assert query.problems or len(query.text) <= LIMIT


def test_choices_beside_the_results_narrow_too_and_nonsense_is_passed_over():
    asked = QueryDict("category=cs.CV&category=nonsense&year=2025&year=x'&code=&feed=1")
    query = parse("x").narrowed(Choice.read(asked))
    assert query.facets == [["cat:cs.CV"], ["year:2025"], ["has:code"], ["in:feed"]]
