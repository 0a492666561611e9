"""Other people's titles and abstracts become HTML that holds only what this project allows."""

import gzip
import json
import re
import time

import pytest
from django.db import connection
from django.template import Context, Engine
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from papers.markup import first_sentence, inline, inline_marked, plain, prose, prose_marked, sentences
from papers.mathml import ATTRIBUTES, ELEMENTS
from papers.templatetags.markup import compact

STRESS = {"em", "strong", "code", "sup", "sub"}
NAMES = {*ATTRIBUTES, "alttext", "display", "mathvariant", "class"}
# Text that is likelier to hurt than random letters: pieces of TeX and HTML, put together at random.
SHARDS = st.lists(
    st.sampled_from(
        [
            *(
                "$",
                "$$",
                "{",
                "}",
                "\\",
                "\\(",
                "\\)",
                "\\[",
                "\\]",
                "_",
                "^",
                "&",
                "<",
                ">",
                '"',
                "'",
                "~",
                "%",
                "\n\n",
                " ",
            ),
            *(
                "\\frac",
                "\\left(",
                "\\text{",
                "\\textbf{",
                "\\emph",
                "{\\it ",
                "\\href{javascript:x}{",
                "\\href{https://a.b}{",
            ),
            *(
                "https://a.b/c",
                "<script>",
                "x",
                "5",
                "\\begin{equation}",
                "\\end{equation}",
                "\\'e",
                "\\cite{",
                "\x00",
                "\x1b",
            ),
        ]
    ),
    max_size=40,
).map("".join)


def elements(markup):
    return list(html.fragment_fromstring(markup, create_parent="section").iter())[1:]


@given(st.text() | SHARDS)
def test_a_title_never_fails_and_holds_only_allowed_markup(text):
    for element in elements(inline(text)):
        assert element.tag in ELEMENTS | STRESS
        assert set(element.attrib) <= NAMES


@given(st.text() | SHARDS)
def test_an_abstract_never_fails_and_holds_only_allowed_markup(text):
    for element in elements(prose(text)):
        assert element.tag in ELEMENTS | STRESS | {"p", "a"}
        assert set(element.attrib) <= NAMES | {"href", "rel"}
        assert element.get("href", "https://").startswith(("https://", "http://"))


@given(st.text() | SHARDS, st.integers(20, 200))
def test_plain_words_and_first_sentences_never_fail(text, limit):
    assert "\n" not in plain(text)
    inline(first_sentence(text, limit))


def test_nearly_every_formula_that_arxiv_announced_is_shown(recorded):
    formulas = sources = 0
    for path in sorted((recorded / "arxiv_corpus").glob("*-15.jsonl.gz")):
        for line in gzip.decompress(path.read_bytes()).splitlines():
            abstract = prose(json.loads(line)["summary"])
            formulas += abstract.count("<math")
            sources += abstract.count('<code class="tex">')
    assert sources < formulas / 100


def test_html_in_a_title_is_shown_as_text():
    assert inline('<b onclick="x">Bold</b> & co') == "&lt;b onclick=&quot;x&quot;&gt;Bold&lt;/b&gt; &amp; co"


def test_control_characters_are_left_out():
    assert inline("a\x00b\x1bc") == "abc"


@pytest.mark.parametrize("title", [r"Fast $x^2$ now", r"Fast \(x^2\) now", r"Fast $$x^2$$ now", r"Fast \[x^2\] now"])
def test_mathematics_in_a_title_stays_in_the_line(title):
    assert inline(title) == 'Fast <math alttext="x^2"><msup><mi>x</mi><mn>2</mn></msup></math> now'


def test_mathematics_between_other_marks_is_displayed_in_an_abstract():
    assert '<math display="block" alttext="x">' in prose(r"We have $$x$$ here.")
    assert '<math display="block" alttext="x">' in prose(r"We have \[x\] here.")
    assert '<math display="block" alttext="x">' in prose(r"We have \begin{equation}x\end{equation} here.")


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10 a day",
        "from $5M to ($10M)",
        "it is $5",
        "US$20/$40 per run",
        "between $5-$20",
        "$5 million (vs. $3 million)",
        "a $ sign and a $ sign",
    ],
)
def test_a_price_stays_a_price(text):
    assert inline(text) == text


def test_an_escaped_dollar_is_a_dollar():
    assert inline(r"costs \$5 and $x$ and \$6").startswith("costs $5 and <math")


@pytest.mark.parametrize(
    "text", [r"a $\sim$5 b", r"a $>$90 b", r"a $ 10\times $ b", r"a $ T $ b", "a $1/2$ b", r"$2\times$$\sim$$3\times$"]
)
def test_mathematics_that_touches_a_digit_or_a_space_is_still_mathematics(text):
    assert "<math" in inline(text)
    assert "$" not in plain(text)


def test_mathematics_without_dollars_stays_text():
    assert inline("O(n^2) time, x_i") == "O(n^2) time, x_i"


@given(st.text() | SHARDS, st.frozensets(st.sampled_from(["x", "5", "script", "a", "frac", "text", "é", "e", "ß"])))
def test_marking_words_changes_no_text_and_breaks_no_markup(text, lexemes):
    for render, render_marked in [(inline, inline_marked), (prose, prose_marked)]:
        marked = html.fragment_fromstring(render_marked(text, lexemes), create_parent="section")
        bare = html.fragment_fromstring(render(text), create_parent="section")
        assert marked.text_content() == bare.text_content()
        for mark in marked.iter("mark"):
            assert not list(mark)
            assert not [above for above in mark.iterancestors() if above.tag == "math"]
        html.etree.strip_tags(marked, "mark")
        assert html.tostring(marked) == html.tostring(bare)


def test_a_word_is_marked_in_every_form_that_has_its_stem():
    lexemes = frozenset(["compress", "imag", "levi", "word2vec"])
    assert inline_marked("Compression of Images, compressed; imagine the Lévy word2vec", lexemes) == (
        "<mark>Compression</mark> of <mark>Images</mark>, <mark>compressed</mark>; imagine the <mark>Lévy</mark>"
        " <mark>word2vec</mark>"
    )


def test_no_word_is_marked_inside_a_formula_a_tag_or_an_entity():
    lexemes = frozenset(["x", "n", "script", "amp", "lt", "a", "href", "mi", "em"])
    assert inline_marked(r"x & <script> \emph{n}: $x$", lexemes).startswith(
        "<mark>x</mark> &amp; &lt;<mark>script</mark>&gt; <em><mark>n</mark></em>: <math"
    )
    assert inline_marked(r"x & <script> \emph{n}: $x$", lexemes).count("<mark>") == 3
    assert prose_marked("https://a.b/x", frozenset(["x"])) == (
        '<p><a href="https://a.b/x" rel="nofollow ugc noopener">https://a.b/<mark>x</mark></a></p>'
    )


def test_broken_tex_is_marked_nowhere():
    assert inline_marked(r"$\frac{a<b$ frac", frozenset(["frac", "a", "b"])) == (
        r'<code class="tex">\frac{a&lt;b</code> <mark>frac</mark>'
    )


@pytest.mark.django_db
def test_words_are_stemmed_as_postgresql_stems_them():
    words = (
        "Generative organizations internally running skies: naïve Gödel coördinates; happily optimised universities in"
        " emergency intervals, GPT-4 x-ray, dying pathologists paste ﬁne-tuned Łódź agents’ word2vec"
    )
    with connection.cursor() as cursor:
        cursor.execute("select array_agg(lexeme) from unnest(to_tsvector('english', papers_folded(%s)))", [words])
        lexemes = frozenset(cursor.fetchone()[0])
    unmarked = re.sub("<mark>.*?</mark>", "", inline_marked(words, lexemes))
    assert re.findall(r"\w+", unmarked) == ["in"]


def test_broken_tex_is_shown_as_its_source():
    assert inline(r"see $\frac{a<b$ there") == r'see <code class="tex">\frac{a&lt;b</code> there'


def test_tex_around_words_becomes_html():
    assert inline(r"\emph{a {\bf b}} \textit{c} {\it d} \texttt{e}") == (
        "<em>a <strong>b</strong></em> <em>c</em> <em>d</em> <code>e</code>"
    )
    assert inline(r"\textsc{Name} {\large X} \textcolor{red}{y} \underline{z}") == "Name X y z"
    assert inline(r"$\textbf{A}$daptive") == "<strong>A</strong>daptive"


def test_a_group_that_never_closes_is_closed_at_the_end():
    assert inline(r"\textbf{a \emph{b") == "<strong>a <em>b</em></strong>"


def test_signs_accents_quotes_and_dashes_are_what_they_stand_for():
    assert inline(r"5\% Q\&A a\_b \#1 \{x\} {0, 1}") == "5% Q&amp;A a_b #1 {x} {0, 1}"
    assert inline(r"B\'ezier, Schr\"odinger, Do\~nana, Erd\H{o}s, {\o}") == "Bézier, Schrödinger, Doñana, Erdős, ø"
    assert inline("``a'' c--d e -- f") == "“a” c–d e – f"
    assert inline(r"360{\deg} {\mu}m \eg x") == "360° μm e.g. x"


def test_a_tie_is_a_space_and_about_stays_about():
    assert inline(r"0.35~m/s, Fig.~2, ~50\%, 10~20") == "0.35 m/s, Fig. 2, ~50%, 10~20"


def test_a_citation_is_dropped():
    assert inline(r"a benchmark~\cite{x,y}. Good \citep[p. 2]{z}") == "a benchmark. Good"


def test_an_unknown_command_stays_as_it_was_written():
    assert inline(r"\method{} and {\ours}") == r"\method and \ours"


def test_a_link_is_a_link_in_an_abstract_and_text_in_a_title():
    text = "Code: (https://github.com/a/b_(c)). Or https://a.b/c, too."
    assert inline(text) == text
    assert (
        '(<a href="https://github.com/a/b_(c)" rel="nofollow ugc noopener">https://github.com/a/b_(c)</a>). Or'
        in prose(text)
    )
    assert '<a href="https://a.b/c" rel="nofollow ugc noopener">https://a.b/c</a>, too.' in prose(text)


def test_links_of_tex_are_links_when_they_lead_to_the_web():
    assert prose(r"\href{https://a.b}{c} \url{https://d.e/f\_g}") == (
        '<p><a href="https://a.b" rel="nofollow ugc noopener">c</a> '
        '<a href="https://d.e/f_g" rel="nofollow ugc noopener">https://d.e/f_g</a></p>'
    )
    assert prose(r"\href{javascript:alert(1)}{c}") == "<p>c</p>"


def test_a_link_inside_a_link_is_text():
    assert prose(r"\href{https://a.b}{https://c.d}").count("<a ") == 1


def test_paragraphs_are_told_by_blank_lines_and_by_the_indent_of_arxiv():
    assert prose("One.\n\nTwo\nlines.\n  Three.") == "<p>One.</p><p>Two\nlines.</p><p>Three.</p>"
    assert prose("") == ""


def test_stress_does_not_reach_over_a_paragraph():
    assert prose("\\emph{a\n\nb} c") == "<p><em>a</em></p><p><em>b</em> c</p>"


def test_plain_words_have_no_tex_and_one_line():
    assert plain("On $\\alpha$-divergence\n in  $O(n \\cdot d)$: \\emph{a} 5\\% at $90^\\circ$") == (
        "On α-divergence in O(n ·d): a 5% at 90°"
    )
    assert plain("a < b") == "a < b"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("We study x. Then y.", "We study x."),
        ("We use tools, e.g. BERT (Fig. 3), by J. Smith. Then y.", "We use tools, e.g. BERT (Fig. 3), by J. Smith."),
        ("Smith et al. Showed that. Then y.", "Smith et al. Showed that."),
        ("We gain 3.5 points vs. GPT-4.1 mini! Then y.", "We gain 3.5 points vs. GPT-4.1 mini!"),
        (r"The loss $a. B$ falls. Then y.", r"The loss $a. B$ falls."),
        ("Is it “good.” Yes.", "Is it “good.”"),
        ("Abstract. We study x. Then y.", "Abstract. We study x."),
        ("We study\n x in 3D. Then y.", "We study x in 3D."),
        ("No stop here", "No stop here"),
        ("A title of sorts\n\nThen the text.", "A title of sorts"),
        ("", ""),
    ],
)
def test_the_first_sentence_ends_where_a_reader_ends_it(text, sentence):
    assert first_sentence(text) == sentence


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        (" \n", []),
        ("No stop here", ["No stop here"]),
        ("We study x, e.g. y. It works.\n Fine!", ["We study x, e.g. y.", "It works.", "Fine!"]),
        ("One.\n\nTwo three", ["One.", "Two three"]),
        ("Abstract. We study x. Then y.", ["Abstract. We study x.", "Then y."]),
        (r"Of $x. Y$ we know. It is $O(n)$.", ["Of $x. Y$ we know.", "It is $O(n)$."]),
        (r"\emph{It works.} It does.", [r"\emph{It works.}", "It does."]),
        (r"We \textbf{do it. Really. Here} and there. Done.", [r"We \textbf{do it. Really. Here} and there.", "Done."]),
    ],
)
def test_sentences_are_those_a_reader_sees_with_their_tex(text, found):
    assert list(sentences(text)) == found


@given(st.text() | SHARDS)
def test_sentences_hold_only_what_the_text_holds(text):
    found = "".join("".join(sentences(text)).split())
    assert set(found) <= set(text)
    assert len(found) <= len(text)


def test_a_long_first_sentence_is_cut_between_words():
    assert first_sentence("alpha beta gamma delta epsilon", 20) == "alpha beta gamma…"
    assert first_sentence("a" * 50, 20) == "a" * 19 + "…"


def test_a_long_first_sentence_is_never_cut_inside_a_formula():
    assert first_sentence(r"alpha beta $a + b + c + d + e + f$ gamma delta", 20) == "alpha beta…"


@pytest.mark.parametrize(
    "hostile",
    [
        "{" * 5000,
        "$" + r"\frac" * 500 + "$",
        "$" + r"\hat" * 240 + "x$",
        "$" * 10_000,
        "$^^^^$",
        r"$\left($",
        "$" + r"\begin{array}" * 70 + "$",
        r"\(" * 9_000,
        r"\[" * 9_000,
        r"\cite[" * 3_000,
        r"\href{" * 3_000,
        r"\textbf{" * 2_000,
        r"{\it " * 3_900,
        r"\begin{equation}" * 1_200,
        "https://(" * 2_200,
        "https://" + "." * 19_000,
        "$a $" * 4_900,
        "\n " * 9_000,
        r"$\text{" + "a$" * 9_000,
        "$x$" * 6_000,
    ],
    ids=lambda text: f"{text[:12]!r}",
)
@pytest.mark.parametrize(
    "render",
    [inline, prose, plain, first_sentence, sentences, lambda text: prose_marked(text, frozenset(["x", "frac"]))],
)
def test_a_hostile_text_costs_little(render, hostile):
    began = time.process_time()
    render(hostile)
    assert time.process_time() - began < 2


def test_a_text_far_longer_than_any_abstract_is_only_escaped():
    assert inline("<$x$" + "y" * 20_000) == "&lt;$x$" + "y" * 20_000


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (14_200, "14.2k"),
        (999_999, "999.9k"),
        (1_000_000, "1M"),
        (2_560_000, "2.5M"),
    ],
)
def test_a_count_is_shown_in_a_few_characters(count, shown):
    assert compact(count) == shown


def test_a_template_reads_text_through_the_filters():
    engine = Engine(libraries={"markup": "papers.templatetags.markup"})
    template = engine.from_string(
        "{% load markup %}{{ text|inline }}|{{ text|plain }}|{{ text|first_sentence|inline }}"
    )
    assert (
        template.render(Context({"text": r"<b> \emph{a}"})) == "&lt;b&gt; <em>a</em>|&lt;b&gt; a|&lt;b&gt; <em>a</em>"
    )
