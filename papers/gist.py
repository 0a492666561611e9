"""What an abstract says in a few words of its own: its keywords and its most central sentence.

A keyword is a run of words between stop words, chosen by how it looks, how often it stands there and how near its meaning
is to the whole; the sentence is the one nearest to the whole. `docs/search.md` has what was measured.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from math import log
from typing import NamedTuple

import numpy

from papers.embeddings import Model
from papers.markup import plain, sentences
from papers.stopwords import STOPWORDS

COUNT = 5
# Words of a keyword: of Hugging Face's, nineteen in twenty have no more.
WORDS = 3
# Characters of a keyword; what is longer is an address, a chain of hyphens or nonsense.
KEYWORD_LIMIT = 60
# Characters that are read; arXiv takes abstracts of 1,920.
TEXT_LIMIT = 5_000
# So many of the best by their looks have their meanings compared; those behind them are hardly ever chosen.
COMPARED = 20

# What counts how much in a phrase: by a logistic regression on half of Hugging Face's recorded keywords, rounded.
STANDS_ALONE = 1.5  # at least once between stop words, whole
OFTEN = 0.5  # times the logarithm of how often it occurs
NEAR = 1.0  # times the cosine to the whole
HYPHENATED = 0.3
ENDS_IN_ING = 0.65  # "image editing"
BEGINS_WITH_ING = -1.0  # "predicting tokens"
HAS_ADVERB = -2.2  # "jointly trained"
HAS_PLURAL_INSIDE = -2.5  # mostly a verb: "model learns representations"
ORDINARY = -2.4  # a lone word that is no name: "performance"
# How much a phrase loses by its likeness to one that is chosen already.
ALIKE = 1.0
# What an ordinary word has that occurs once; weaker ones are no keywords, however few there are.
LEAST = -1.0

WORD = re.compile(r"[^\W_](?:[\w+#./'’^‑–-]*[\w+#])?")
SAYS_SOMETHING = re.compile(r"[^\W\d_]{2}|\d[A-Z]|[A-Z]\d")
# What writes itself so wherever it stands: "LLMs", "GPT-4", "Qwen3", "3D"; not "Try-On".
NAME = re.compile(r"[^\W_][A-Z0-9]|-\d")
ADVERB = re.compile(r"[^\W\d_]{3,}ly")

# Characters of a sentence: shorter ones are headings, longer ones no summary.
SENTENCE = range(40, 401)
# What leans on the sentence before it, or only says where the code is, does not stand by itself.
LEANING = re.compile(
    r"""(?:However|Moreover|Furthermore|Additionally|Finally|Therefore|Thus|Hence|Consequently|Nevertheless|Meanwhile|Then
        |Yet|But|And|Also|First(?:ly)?|Second(?:ly)?|Third(?:ly)?|Instead|Conversely|Similarly|Specifically|For[ ](?:example|instance)
        |In[ ](?:addition|contrast|particular)|As[ ]a[ ]result
        |This|These|Those|Such|Its?|They|Their)\b
      | .*(?:https?:|www\.) | .*\b(?:is|are|be)[ ](?:\w+[ ])?(?:available|released|open-sourced)\b
    """,
    re.VERBOSE | re.DOTALL,
)
# In it the paper says what it does.
ANNOUNCING = re.compile(
    r"\b(?:we|paper|work|study|article)\b.{0,30}\b(?:propos|introduc|present|develop)", re.IGNORECASE | re.DOTALL
)
# In cosines: as much as makes another one of about the same nearness the better or the worse one.
LEANS, ANNOUNCES = -0.1, 0.15


class Gist(NamedTuple):
    keywords: list[str]
    sentence: str


def of(title: str, abstract: str, model: Model) -> Gist:
    """Both at once, for little more than the cost of one."""
    text = _read(title, abstract, model)
    return Gist(_keywords(text, model), _central_sentence(text))


def keywords(title: str, abstract: str, model: Model) -> list[str]:
    """At most COUNT keywords, the best first; none where the texts have no words that could be some."""
    return _keywords(_read(title, abstract, model), model)


def central_sentence(title: str, abstract: str, model: Model) -> str:
    """The abstract's sentence that is nearest to the whole, its TeX still in it; "" where there is none."""
    return _central_sentence(_read(title, abstract, model))


class _Text(NamedTuple):
    """The abstract's sentences as they are; title and sentences in plain words, and their vectors; the sum of these."""

    sentences: Sequence[str]
    shown: Sequence[str]
    vectors: numpy.ndarray
    whole: numpy.ndarray


def _read(title: str, abstract: str, model: Model) -> _Text:
    found = sentences(abstract[:TEXT_LIMIT])
    shown = [plain(title), *map(plain, found)]
    vectors = model.embed(shown)
    whole = vectors.sum(axis=0)
    return _Text(found, shown, vectors, whole / (numpy.linalg.norm(whole) or 1))


def _central_sentence(text: _Text) -> str:
    if not text.sentences:
        return ""
    scores = text.vectors[1:] @ text.whole + numpy.array([_reads(sentence) for sentence in text.shown[1:]])
    return text.sentences[int(numpy.argmax(scores))]


def _reads(sentence: str) -> float:
    """How well it stands by itself, in cosines."""
    score = LEANS * bool(LEANING.match(sentence)) + ANNOUNCES * bool(ANNOUNCING.search(sentence))
    return score if len(sentence) in SENTENCE else score - 1


def _keywords(text: _Text, model: Model) -> list[str]:
    best = sorted(_phrases(text.shown), key=_looks, reverse=True)[:COMPARED]
    if not best:
        return []
    vectors = model.embed([phrase.form for phrase in best])
    scores = numpy.array(list(map(_looks, best))) + NEAR * vectors @ text.whole
    chosen: list[_Phrase] = []
    likeness = numpy.zeros(len(best))
    while len(chosen) < COUNT:
        # Carbonell and Goldstein's maximal marginal relevance (1998).
        there = int(numpy.argmax(scores - ALIKE * likeness))
        if scores[there] < LEAST:
            break
        chosen.append(best[there])
        likeness = numpy.maximum(likeness, vectors @ vectors[there])
        scores[[_is_double(phrase, best[there]) for phrase in best]] = -numpy.inf
    return [phrase.form for phrase in chosen]


class _Phrase(NamedTuple):
    """`words` are its stems; `form` as it mostly stands there."""

    words: tuple[str, ...]
    form: str
    occurrences: int
    stands_alone: bool


def _phrases(texts: Sequence[str]) -> list[_Phrase]:
    """All that could be keywords, in the order of their first occurrence; `texts` are the title and the sentences."""
    forms: dict[tuple[str, ...], Counter[str]] = {}
    whole: set[tuple[str, ...]] = set()
    ends: set[tuple[str, ...]] = set()
    for number, text in enumerate(texts):
        for run in _runs(text, is_title=number == 0):
            stems = tuple(map(_stem, run))
            whole.add(stems)
            for length in range(1, min(WORDS, len(run)) + 1):
                ends.add(stems[-length:])
                for start in range(len(run) - length + 1):
                    form = " ".join(run[start : start + length])
                    forms.setdefault(stems[start : start + length], Counter())[form] += 1
    found = []
    for words, counted in forms.items():
        form, _ = counted.most_common(1)[0]
        # What never ends a run is cut from a longer phrase: "large diffusion" of "large diffusion models".
        if words in ends and len(form) <= KEYWORD_LIMIT:
            found.append(_Phrase(words, form, counted.total(), words in whole))
    return found


def _runs(text: str, *, is_title: bool) -> Iterator[list[str]]:
    """The runs of words between stop words and punctuation.

    A capital that only the place asks for, in a title or at the beginning of a sentence, is made small.
    """
    run: list[str] = []
    end = 0
    for match in WORD.finditer(text):
        word = match[0]
        if (is_title or not end) and not NAME.search(word):
            word = word.lower()
        if text[end : match.start()].strip() and run:
            yield run
            run = []
        end = match.end()
        if word.lower() not in STOPWORDS and SAYS_SOMETHING.search(word) and not re.search(r"[_^]|['’]s$", word):
            run.append(word)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _stem(word: str) -> str:
    """The singular in small letters, nearly: enough to see that two are the same."""
    word = word.lower().replace("‑", "-").replace("–", "-")
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes")) else word[:-1]


def _looks(phrase: _Phrase) -> float:
    words = phrase.form.split()
    score = OFTEN * log(phrase.occurrences) + STANDS_ALONE * phrase.stands_alone
    score += HYPHENATED * ("-" in phrase.form) + ENDS_IN_ING * words[-1].endswith("ing")
    score += HAS_ADVERB * any(map(ADVERB.fullmatch, words))
    if len(words) == 1:
        return score + ORDINARY * (phrase.form.islower() and phrase.form.isalpha())
    score += BEGINS_WITH_ING * words[0].endswith("ing")
    return score + HAS_PLURAL_INSIDE * any(
        word.lower() != stem for word, stem in zip(words[:-1], phrase.words, strict=False)
    )


def _is_double(one: _Phrase, other: _Phrase) -> bool:
    """Whether one says the other, in part or by its initials: "large language models", "language model", "LLMs"."""
    words, others = set("-".join(one.words).split("-")), set("-".join(other.words).split("-"))
    return words <= others or others <= words or _abbreviates(one, other) or _abbreviates(other, one)


def _abbreviates(short: _Phrase, long: _Phrase) -> bool:
    parts = "-".join(long.words).split("-")
    return len(parts) > 1 and short.words == ("".join(part[:1] for part in parts),)
