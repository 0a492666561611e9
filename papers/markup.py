"""The one path from other people's text to HTML: nothing else in the project calls `mark_safe`."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from math import inf

from django.utils.safestring import SafeString, mark_safe
from pylatexenc.latex2text import LatexNodes2Text

from papers import stems
from papers.mathml import UnreadableFormula, mathml, refuse_costly
from papers.tex import Piece, read

# A feed page shows some fifty titles and abstracts, and shows every visitor the same ones.
REMEMBERED = 4096

NOTHING: frozenset[str] = frozenset()

# Characters that no page and no XML may hold.
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

PLAIN_TEX = LatexNodes2Text(math_mode="text")

# Stands for a formula while sentences are looked for: a character that occurs in none.
FORMULA = "\ufffc"

# Where a sentence ends: a stop and what closes with it, before a capital, a digit, a quote or a formula.
SENTENCE_END = re.compile(r"[.!?][\"”’')\]]*(?=\s+[\W\d_A-ZÀ-Þ\ufffc]|\s*$)")
ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|a\.k\.a|w\.r\.t|i\.i\.d|et al|al|cf|vs|viz|ca|resp|approx|[Ff]igs?|[Ee]qs?|[Ss]ecs?|[Tt]abs?"
    r"|[Rr]efs?|Nos?|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr)|(?:^|[\s(.-])[A-Z])\.$"
)


@lru_cache(maxsize=REMEMBERED)
def inline(text: str) -> SafeString:
    """A title, a name or a sentence: mathematics as MathML, stressed words as `em`, `strong` and the like, no links."""
    return inline_marked(text, NOTHING)


@lru_cache(maxsize=REMEMBERED)
def prose(text: str) -> SafeString:
    """An abstract: paragraphs, displayed formulas and links besides what `inline` does. Empty text gives nothing."""
    return prose_marked(text, NOTHING)


# Not remembered: hardly two visitors look for the same. What takes time, the formulas and the stems, is.
def inline_marked(text: str, lexemes: frozenset[str]) -> SafeString:
    """The same as `inline`, with the words in `mark` whose stems are among the lexemes; never inside mathematics."""
    pieces = (piece for piece in _read(text) if piece.value != "a" or piece.kind == "text")
    return mark_safe("".join(_html(piece, lexemes) for piece in pieces))


def prose_marked(text: str, lexemes: frozenset[str]) -> SafeString:
    """The same as `prose`, with the words in `mark` whose stems are among the lexemes; never inside mathematics."""
    paragraphs = [""]
    stressed: list[Piece] = []
    for piece in _read(text):
        if piece.kind == "break":
            # No element may reach over the edge of a paragraph: it ends there and begins anew in the next.
            paragraphs[-1] += "".join(f"</{opened.value}>" for opened in reversed(stressed))
            paragraphs.append("".join(_html(opened, NOTHING) for opened in stressed))
            continue
        if piece.kind == "open":
            stressed.append(piece)
        elif piece.kind == "close":
            stressed.pop()
        paragraphs[-1] += _html(piece, lexemes, is_block=piece.kind == "display")
    return mark_safe("".join(f"<p>{paragraph.strip()}</p>" for paragraph in paragraphs if paragraph.strip()))


@lru_cache(maxsize=REMEMBERED)
def plain(text: str) -> str:
    """The same text in plain words, on one line, for `<title>`, meta tags and mail: `$\\alpha$` is α. Not escaped."""
    return " ".join("".join(_plain(piece) for piece in _read(text)).split())


@lru_cache(maxsize=REMEMBERED)
def first_sentence(text: str, limit: int = 160) -> str:
    """The opening sentence of an abstract, its TeX still in it (for `inline` or `plain` to show).

    A sentence that shows more than `limit` characters is cut between two words and ends in "…"; a formula is whole or
    absent.
    """
    text = CONTROLS.sub("", text).strip()
    shown, ends = _shown(text, enough=2 * limit)
    sentence = next(_sentence_ends(shown))
    if sentence <= limit:
        return " ".join(text[: ends[sentence - 1] if sentence else 0].split())
    words = max((place for place in range(limit) if shown[place].isspace()), default=0)
    if not words and FORMULA not in shown[:limit]:
        words = limit - 1
    return " ".join(text[: ends[words - 1] if words else 0].split()).rstrip(",;:–—-( ") + "…"


@lru_cache(maxsize=REMEMBERED)
def sentences(text: str) -> tuple[str, ...]:
    """All sentences of an abstract in their order, their TeX still in them; a paragraph's end ends one, too."""
    text = CONTROLS.sub("", text)
    found, begin = [], 0
    for end in [*(piece.end for piece in read(text) if piece.kind == "break"), len(text)]:
        paragraph, begin = text[begin:end].strip(), end
        shown, ends = _shown(paragraph, enough=inf)
        start = 0
        for place in _sentence_ends(shown):
            stop = ends[place - 1] if place else 0
            stop += len(paragraph[stop:]) - len(paragraph[stop:].lstrip("}"))
            # What a brace holds together is not torn apart.
            if place == len(shown) or _is_balanced(paragraph[start:stop]):
                found.append(" ".join(paragraph[start:stop].split()))
                start = stop
    return tuple(filter(None, found))


def _sentence_ends(shown: str) -> Iterator[int]:
    """Where each sentence ends in what a reader sees; the last one where that does."""
    begin = 0
    for match in SENTENCE_END.finditer(shown):
        end = match.end()
        # One word with a stop is a heading: "Abstract.", "Background."
        if not ABBREVIATION.search(shown, max(end - 20, 0), match.start() + 1) and " " in shown[begin:end].strip():
            begin = end
            yield end
    if begin < len(shown) or not shown:
        yield len(shown)


def _is_balanced(text: str) -> bool:
    braces = re.findall(r"(?<!\\)[{}]", text)
    return braces.count("{") == braces.count("}")


def _shown(text: str, *, enough: float) -> tuple[str, list[int]]:
    """What a reader sees of the first paragraph, at least `enough` characters if it has them, a formula as a row of
    marks; and for each character where it ends in `text`."""
    shown, ends = "", [0]
    for piece in read(text):
        if piece.kind == "break" or len(shown) > enough:
            break
        visible = _plain(piece)
        is_verbatim = text[piece.end - len(visible) : piece.end] == visible
        if piece.kind in ("formula", "display"):
            visible, is_verbatim = FORMULA * max(1, len(visible)), False
        shown += visible
        ends += (piece.end - len(visible) + place if is_verbatim else piece.end for place in range(1, len(visible) + 1))
    return shown, ends[1:]


def _read(text: str) -> tuple[Piece, ...]:
    return read(CONTROLS.sub("", text))


def _html(piece: Piece, lexemes: frozenset[str], *, is_block: bool = False) -> str:
    match piece.kind:
        case "formula" | "display":
            try:
                return mathml(piece.value, block=is_block)
            except UnreadableFormula:
                return f'<code class="tex">{escape(piece.value.strip())}</code>'
        case "open" if piece.value == "a":
            return f'<a href="{escape(piece.address)}" rel="nofollow ugc noopener">'
        case "open":
            return f"<{piece.value}>"
        case "close":
            return f"</{piece.value}>"
        case "break":
            return "\n"
        case _:
            return _marked(piece.value, lexemes)


def _marked(words: str, lexemes: frozenset[str]) -> str:
    if not lexemes:
        return escape(words)
    html, position = "", 0
    for match in stems.WORD.finditer(words):
        if stems.is_among(match[0], lexemes):
            html += f"{escape(words[position : match.start()])}<mark>{escape(match[0])}</mark>"
            position = match.end()
    return html + escape(words[position:])


def _plain(piece: Piece) -> str:
    match piece.kind:
        case "formula" | "display":
            return _plain_formula(piece.value)
        case "text":
            return piece.value
        case "break":
            return "\n"
        case _:
            return ""


def _plain_formula(source: str) -> str:
    try:
        refuse_costly(source)
        words = PLAIN_TEX.latex_to_text(re.sub(r"(?<!\\)%", r"\\%", source))
    except Exception:  # as with MathML, there is no list of what others' TeX makes a parser raise
        return source
    return words.replace("^∘", "°").strip() or source
