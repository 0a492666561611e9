"""One formula of TeX becomes MathML that is safe and reads well, or is refused."""

import pytest
from lxml import etree

from papers.mathml import ATTRIBUTES, ELEMENTS, UnreadableFormula, mathml


def text_of(formula):
    return "".join(etree.fromstring(mathml(formula)).itertext())


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (r"O(n^2 \cdot d)", "O(n2·d)"),
        (r"\frac{1}{\sqrt{d_k}}", "1dk"),
        (r"10\times", "10×"),
        (r"\mathcal{L}_{\text{KL}}", "ℒKL"),
        (r"\mathbb{R}^{d}", "ℝd"),
        (r"\ell_1", "ℓ1"),
        (r"\sim", "∼"),
        (r"\bf{x}", "𝐱"),
        (r"\mathbf{AB}", "𝐀𝐁"),
        (r"\bm{\theta}", "𝜽"),
        (r"\mathfrak{Cg}", "ℭ𝔤"),
        (r"\mathbbm{1}", "𝟙"),
        (r"5\%", "5%"),
        ("77.5%", "77.5%"),
        (r"10{,}000", "10,000"),
        (r"\ensuremath{x}\xspace", "x"),
        (r"\unicode{x00b0}", "°"),
    ],
)
def test_common_tex_shows_what_its_author_meant(formula, shown):
    assert text_of(formula) == shown


def test_upright_letters_that_stand_together_are_one_name():
    assert "<mi>KL</mi>" in mathml(r"\mathrm{KL}(p\|q)")


def test_a_named_function_stands_apart_from_its_argument():
    assert '<mi>log</mi><mspace width="0.167em"></mspace><mi>n</mi>' in mathml(r"\log n")


def test_arg_max_is_one_operator():
    assert text_of(r"\operatorname*{arg\,max}_x") == text_of(r"\arg\max_x") == "arg\u2009maxx"


def test_an_operator_at_the_edge_takes_no_space_from_the_words_beside_it():
    assert '<mo lspace="0" rspace="0">×</mo>' in mathml(r"10\times")


def test_assistive_technology_is_given_the_source():
    assert etree.fromstring(mathml("a <\n b")).get("alttext") == "a < b"


def test_a_displayed_formula_says_so():
    assert etree.fromstring(mathml("x", block=True)).get("display") == "block"


@pytest.mark.parametrize(
    "formula",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{upvote}{x}",
        r"\color{white}x",
        r"\colorbox{red}{x}",
        r"\text{<script>alert(1)</script>}",
        r"\unicode{x3c}script\unicode{x3e}",
        r"\text{&lt;script&gt;&#x3c;script>}",
        r"x\rule{100em}{100em}",
        r"x\hspace{9999em}y",
        r"\raise 99em x",
    ],
)
def test_a_hostile_formula_brings_no_markup_of_its_own(formula):
    for element in etree.fromstring(mathml(formula)).iter():
        assert element.tag in ELEMENTS
        assert set(element.attrib) <= {*ATTRIBUTES, "alttext", "display", "mathvariant"}
        assert not any("99" in value for name, value in element.items() if name != "alttext")


@pytest.mark.parametrize(
    "formula",
    [
        r"\frac{a",
        r"\frac{a}",
        "x^",
        "^^^^",
        "a}{b",
        r"\left(",
        r"\begin{array}" * 60,
        r"\frac" * 150,
        "{" * 51 + "}" * 51,
        "x" * 1001,
        r"\unknowncommand{x}",
        r"\def\a{xx}\a",
        r"\newcommand{\a}{xx}\a",
        r"\input{/etc/passwd}",
    ],
)
def test_a_broken_overlong_or_defining_formula_is_refused(formula):
    with pytest.raises(UnreadableFormula):
        mathml(formula)


def test_fifty_nested_braces_are_still_read():
    assert text_of("{" * 50 + "x" + "}" * 50) == "x"
