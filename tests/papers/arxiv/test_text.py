import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv.text import clean, from_tex, name_from_tex, shortened


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  a\n\t b\u00a0c ", "a b c"),
        ("a\x00b\x08c\x1b", "abc"),
        ("AT&amp;T &lt;3 &#233;&#xe9;", "AT&T <3 éé"),
        ("R&D, x&not y, &nosuch;", "R&D, x&not y, &nosuch;"),
        ("e\u0301", "é"),
        ("safe\u202egnp.exe", "safegnp.exe"),
        ("half\ud800", "half"),
        ("a \u200e b", "a b"),
        ("0", "0"),
        ("", ""),
    ],
)
def test_text_is_cleaned(text, cleaned):
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("tex", "decoded"),
    [
        (r"L\'evy", "Lévy"),
        (r"Schr\"odinger", "Schrödinger"),
        (r"{\O}ystein S{\o}n", "Øystein Søn"),
        (r"S\o ren", "Søren"),
        (r"\L{}ukasz", "Łukasz"),
        (r"Erd{\H{o}}s", "Erdős"),
        (r"\v{C}ech and \c Ca", "Čech and Ça"),
        (r"M\'{\i}guez", "Míguez"),
        (r"Kra{\ss}", "Kraß"),
        (r"\emph{in} \textbf{\emph{two}} {\it ways}", "in two ways"),
        (r"the \emph{$p$-adic} case", "the $p$-adic case"),
        (r"50\% of A\&B \#1 a\_b", "50% of A&B #1 a_b"),
        (
            r"see \url{http://x.example/~a} or \href{http://x.example}{this}",
            "see http://x.example/~a or this (http://x.example)",
        ),
        (r"Networks\\ for Time", "Networks for Time"),
        ("Fig.~1", "Fig. 1"),
        ("Tea -- Hot", "Tea – Hot"),
        ("Paper--Code", "Paper–Code"),
        ("wait---what", "wait—what"),
        ("``quoted''", "“quoted”"),
        ("{BERT} and {A}dam", "BERT and Adam"),
        (r"a set \{a, b\}", "a set {a, b}"),
        (r"\$OneMillion-Bench", "$OneMillion-Bench"),
    ],
)
def test_tex_about_text_is_decoded(tex, decoded):
    assert from_tex(tex) == decoded


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "",
        "50% better",
        "for $5 and for $10",
        "under $0.1",
        "about ~50%, 10~20, x.example/~ada",
        "use --help",
        "{0,1}-matrices, X^{2} and 2^{128}",
        "a { b",
        "a } b",
        "ends with \\",
        "$",
        r"\$5 and \$6",
        r"\alpha stays",
        r"\textit{unclosed",
        r"\"good\" words",
        r"$\'x \emph{y}$ and \(\%\) and \[\"o\] and $$\o$$",
    ],
)
def test_everything_else_stays_as_it_is(text):
    assert from_tex(text) == text


@pytest.mark.parametrize(
    ("tex", "name"),
    [
        (r"Al\'an {van} D{\'i}az", "Alán van Díaz"),
        ("J.~Doe", "J. Doe"),
        ("Ada--Marie Byron", "Ada--Marie Byron"),
        ("O'Neil", "O'Neil"),
    ],
)
def test_names_are_decoded_and_lose_their_braces(tex, name):
    assert name_from_tex(tex) == name


def test_a_text_is_shortened_to_the_limit_with_an_ellipsis():
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"


TEXISH = st.text(alphabet="abio{}\\$%~-'\"`^ ()[]&;#3\x00é\n")


@given(st.text() | TEXISH)
def test_no_text_breaks_the_decoder_or_leaves_it_unclean(text):
    for decoded in (clean(text), from_tex(text), name_from_tex(text)):
        assert decoded == unicodedata.normalize("NFC", decoded).strip()
        assert "\x00" not in decoded
        assert "\n" not in decoded


@given(TEXISH)
def test_cleaning_a_decoded_text_changes_nothing_but_its_entities(text):
    decoded = from_tex(text)
    assert "&" in decoded or clean(decoded) == decoded


@pytest.mark.parametrize("piece", ["\\emph{", "$", "\\(", "{", "\\'{", "``", "--", "\\href{", "$x ", "{\\it "])
def test_ten_times_the_characters_take_about_ten_times_as_long(piece):
    """Not a hundred times, as where each looks at all the others; whatever else the machine does."""

    def seconds(count: int) -> float:
        started = time.process_time()
        from_tex(piece * (count // len(piece)))
        return time.process_time() - started

    few = min(seconds(2_000) for _ in range(5))
    assert min(seconds(20_000) for _ in range(3)) < 40 * few + 0.1
