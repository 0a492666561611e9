"""Keywords and the central sentence: words of the abstract's own, whatever stands in it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers import embeddings, gist
from papers.markup import plain, sentences
from tests.papers.test_markup import SHARDS

TITLE = "Attention Is All You Need"
ABSTRACT = (
    "The dominant sequence transduction models are based on complex recurrent or convolutional neural networks in an"
    " encoder-decoder configuration. The best performing models also connect the encoder and decoder through an attention"
    " mechanism. We propose a new simple network architecture, the Transformer, based solely on attention mechanisms,"
    " dispensing with recurrence and convolutions entirely. Experiments on two machine translation tasks show these models"
    " to be superior in quality while being more parallelizable and requiring significantly less time to train. Our model"
    " achieves 28.4 BLEU on the WMT 2014 English-to-German translation task. Our code is available at https://example.org."
)


@pytest.fixture(scope="module")
def model():
    return embeddings.load(embeddings.DEFAULT)


def keywords_of(text, model, title="On Things"):
    return gist.keywords(title, text, model)


def test_five_keywords_say_what_a_paper_is_about(model):
    keywords = gist.keywords(TITLE, ABSTRACT, model)
    assert len(keywords) == gist.COUNT
    assert {"attention mechanism", "Transformer"} <= set(keywords)


def test_every_keyword_stands_in_the_text(model):
    text = f"{TITLE}\n{ABSTRACT}".lower()
    assert all(keyword.lower() in text for keyword in gist.keywords(TITLE, ABSTRACT, model))


def test_none_is_the_plural_or_a_part_of_another(model):
    text = "Diffusion models win. A diffusion model wins. Large diffusion models win, and the model of diffusion too."
    keywords = keywords_of(text, model)
    assert len([keyword for keyword in keywords if "diffusion" in keyword]) == 1


def test_an_abbreviation_is_no_second_keyword(model):
    text = "Large language models (LLMs) reason. LLMs plan, and large language models (LLMs) write poems about LLMs."
    keywords = keywords_of(text, model)
    assert len({"LLMs", "large language models"} & set(keywords)) == 1


def test_names_keep_their_capitals_and_other_words_have_none(model):
    text = "Visual probing of BERT is easy. We like visual probing, and BERT."
    keywords = gist.keywords("Visual Probing of GPT-4", text, model)
    assert {"BERT", "GPT-4", "visual probing"} <= set(keywords)


def test_no_keyword_has_a_word_of_grammar_or_of_papers_at_its_edge(model):
    words = [keyword.split() for keyword in gist.keywords(TITLE, ABSTRACT, model)]
    assert not {"the", "our", "we", "propose", "model's", "based"} & {edge for it in words for edge in (it[0], it[-1])}


def test_tex_becomes_plain_words(model):
    text = r"We study $\beta$-VAE training with \textbf{sparse codes}. With sparse codes, $x_1 = 2$ holds."
    keywords = keywords_of(text, model)
    assert "sparse codes" in keywords
    assert not any(mark in keyword for keyword in keywords for mark in "\\${}_")


def test_a_title_alone_gives_keywords_and_nothing_gives_none(model):
    assert gist.keywords("Neural Machine Translation", "", model) == ["neural machine translation"]
    assert gist.keywords("On the", "", model) == []


def test_the_central_sentence_is_not_just_the_first_and_says_what_the_paper_does(model):
    assert gist.central_sentence(TITLE, ABSTRACT, model).startswith("We propose a new simple network architecture")


def test_where_the_code_is_says_nothing_of_the_paper(model):
    text = "Wombats dig deep burrows in the hills of Tasmania at night. The code of wombats is available at github.com."
    assert gist.central_sentence("Wombats", text, model).startswith("Wombats dig")


def test_the_sentence_keeps_its_tex(model):
    text = r"Wombats are known. We prove that wombats dig in $O(n \log n)$ steps, $n$ being the burrow's depth. Cats sleep."
    sentence = gist.central_sentence("How Wombats Dig", text, model)
    assert sentence == r"We prove that wombats dig in $O(n \log n)$ steps, $n$ being the burrow's depth."


def test_a_single_sentence_is_its_own_centre_and_no_abstract_has_none(model):
    assert gist.central_sentence("Wombats", "They dig", model) == "They dig"
    assert gist.central_sentence("Wombats", " \n ", model) == ""


def test_words_that_the_model_does_not_know_break_nothing(model):
    assert gist.central_sentence("袋熊", "它们挖洞。 它们睡觉。", model)
    assert isinstance(gist.keywords("袋熊", "它们挖洞。 它们睡觉。", model), list)


@given(st.text() | SHARDS, st.text() | SHARDS)
def test_any_text_gives_few_short_keywords_and_a_sentence_of_its_own(title, abstract):
    keywords, sentence = gist.of(title, abstract, embeddings.load(embeddings.DEFAULT))
    assert len(keywords) <= gist.COUNT
    assert len({keyword.lower() for keyword in keywords}) == len(keywords)
    for keyword in keywords:
        assert 0 < len(keyword) <= gist.KEYWORD_LIMIT
        assert keyword == " ".join(keyword.split())
    assert sentence in sentences(abstract) or sentence == "" == "".join(sentences(abstract))


@pytest.mark.parametrize(
    "hostile",
    [
        "A. " * 3_000,
        "word " * 5_000,
        "$x$" * 6_000,
        "{" * 9_000,
        "a-" * 9_000,
        "we present" * 2_000,
        "ly" * 9_000,
        "-.'" * 9_000,
        " ".join(f"word{number}" for number in range(5_000)),
    ],
    ids=lambda text: f"{text[:12]!r}",
)
def test_a_hostile_text_costs_little(hostile, model):
    began = time.process_time()
    gist.of("Wombats", hostile, model)
    assert time.process_time() - began < 2


def test_both_at_once_are_the_same_as_each(model):
    assert gist.of(TITLE, ABSTRACT, model) == (
        gist.keywords(TITLE, ABSTRACT, model),
        gist.central_sentence(TITLE, ABSTRACT, model),
    )
    assert plain(gist.central_sentence(TITLE, ABSTRACT, model))
