"""Other people's text made plain: Unicode instead of entities, control characters and TeX, mathematics left alone."""

import html
import re
import unicodedata
from functools import lru_cache
from itertools import chain, zip_longest

from pylatexenc.latex2text import LatexNodes2Text


def clean(text: str) -> str:
    """Return the text in NFC on one line: entities decoded, white space collapsed, control characters dropped.

    Characters that switch the direction of writing go too: in a title they would turn the page around it.
    """
    line = _in_one_line(text)
    if _is_clean(line):
        return line
    line = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    # White space first, and once more where what was dropped stood between two spaces.
    line = " ".join(_UNPRINTABLE.sub("", " ".join(line.split())).split())
    return unicodedata.normalize("NFC", line)


def from_tex(text: str) -> str:
    r"""Clean a text and decode its TeX accents, symbols and text commands (`L\'evy`, `\emph{x}`, `50\%`, `--`).

    Mathematics (`$…$`, `\(…\)`, `\[…\]`) and every command that is not about text stay as they are, as do lone
    dollars, percent signs and braces: many a title costs $5 or is 50% better. An escaped dollar stays escaped
    beside another one, with which it would pass for mathematics.
    """
    line = _in_one_line(text)
    if not _is_clean(line):
        line = clean(text)
    if not _may_be_tex(line):
        return line
    # Prose and formulas take turns. A cleaned text has no NUL: it can hold a formula's place, even within \emph{…}.
    pieces = _at_formulas(line)
    prose = "\0".join(pieces[::2])
    if _may_be_tex(prose):
        prose = _typeset(_decoded(prose), is_lone_dollar=line.count("$") == 1)
        line = prose
        if len(pieces) > 1:
            line = "".join(chain.from_iterable(zip_longest(prose.split("\0"), pieces[1::2], fillvalue="")))
    elif "&" not in line:
        return line
    return clean(line)


def name_from_tex(text: str) -> str:
    """Clean a person's name and decode its TeX; in a name braces mean nothing and a double hyphen is one."""
    text = clean(text)
    if not _may_be_tex(text):
        return text
    return clean(_TIE.sub(" ", _decoded(text)).replace("{", "").replace("}", ""))


def is_plain(line: str) -> bool:
    """Tell that a text without surrounding space has nothing to be cleaned or decoded; False, that it may have."""
    return "  " not in line and _is_clean(line) and not _may_be_tex(line)


def shortened(text: str, limit: int) -> str:
    """Return the text, or its beginning and an ellipsis, in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


# With the semicolon only: html.unescape alone would take "x&not y" for an entity.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# C0 and C1, soft hyphen, zero-width space, marks and overrides of direction, byte order mark, non-characters, and lone
# surrogates, which no database takes. Joiners stay: Persian and Indic words are written with them.
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)

# As pandoc reads dollars: no space inside them, no digit behind them, so that "from $5 to $10" is money. What is looked
# behind stands after the first character, by which the places are found at once.
_MATHEMATICS = re.compile(
    r"(\$(?<!\\\$)\$(?:\\.|[^$\\])+\$\$"
    r"|\$(?<!\\\$)(?!\s)(?:\\.|[^$\\])+(?<!\s)\$(?![0-9])"
    r"|\\(?<!\\\\)\(.{1,2000}?\\\)"
    r"|\\(?<!\\\\)\[.{1,2000}?\\\])"
)

_SYMBOL = (
    r"\\(?:aa|AA|ae|AE|dh|DH|dj|DJ|i|j|l|L|ng|NG|o|O|oe|OE|ss|th|TH|dots|ldots|textendash|textemdash|textmu"
    r"|textdegree|texttrademark|textregistered|textquoteleft|textquoteright)(?![A-Za-z])(?:\{\}|\s+)?"
)
# The letter that an accent stands on: {e}, {\i}, \i; or bare, after a space where the accent itself is a letter.
_BASE = r"(?:\{\s*(?:\\[A-Za-z]{1,2}|[^\W\d_])?\s*\}|\\[ij](?![A-Za-z])(?:\{\})?)"
_ACCENT = rf"\\(?:['`^\"~=.](?:{_BASE}|[^\W\d_])|[cHkbdruv]\s*(?:{_BASE}|(?<=\s)[^\W\d_]))"
_CHARACTER = re.compile(rf"\{{\s*(?:{_ACCENT}|{_SYMBOL})\s*\}}|{_ACCENT}|{_SYMBOL}")

_COMMANDS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\\href\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r"\2 (\1)"),
        (
            r"\\(?:emph|textbf|textit|texttt|textsc|textrm|textsf|textsl|textup|text|underline|mbox|url)\s*\{([^{}]*)\}",
            r"\1",
        ),
        (r"\{\s*\\(?:em|it|bf|tt|sc|sl|rm|sf|itshape|bfseries)(?![A-Za-z])\s*([^{}]*)\}", r"\1"),
    )
)
_ESCAPED = re.compile(r"\\([%&_#])")
_SPACING = re.compile(r"\\(?:\\(?=\s|$)|[ ,;:])")
_BREAK_POINT = re.compile(r"\\[-/]")
# A tie between words; not the "about" of ~50%, the range of 10~20 or the home page of /~ada.
_TIE = re.compile(r"~(?<=[\w.,;:)]~)(?<![0-9]~)(?=[\w(\\\0])")

# Each with the mark that a text must have for it.
_TYPESETTING = tuple(
    (mark, re.compile(pattern), replacement)
    for mark, pattern, replacement in (
        ("~", _TIE.pattern, " "),
        # Braces that only keep capitals: {BERT}, {A}dam. Those of sets, of indices and of unknown commands stay.
        ("{", r"\{(?<![\w^}\\]\{)([^\W\d_](?:[\w .+-]+|(?=\}\w)))\}", r"\1"),
        ("``", r"``([^`']+)''", r"“\1”"),
        # Between words or spaces only: --help is an option.
        ("---", r"---(?:(?<=[\w)]---)(?=[\w(])|(?<=\s---)(?=\s))", "—"),
        ("--", r"--(?:(?<=[\w)]--)(?=[\w(])|(?<=\s--)(?=\s))", "–"),
        ("\\", r"\\([{}])", r"\1"),
    )
)


# Control characters, and what may begin an entity.
_UNCLEAN = bytes(range(0x20)) + b"\x7f&"


def _is_clean(line: str) -> bool:
    """Tell, of a text in one line, that it has nothing to be cleaned: of most texts, and in the quickest way there is."""
    if line.isascii():
        return len(line.encode().translate(None, _UNCLEAN)) == len(line)
    # What is printable has no white space but the space, and nothing to be dropped.
    return line.isprintable() and "&" not in line and unicodedata.is_normalized("NFC", line)


def _in_one_line(text: str) -> str:
    line = text.replace("\n", " ").strip()
    return " ".join(line.split()) if "  " in line else line


def _at_formulas(line: str) -> list[str]:
    """Split a cleaned text into prose and formulas by turns, prose first and last."""
    if "$$" in line or ("\\" in line and ("\\)" in line or "\\]" in line or "\\$" in line)):
        return _MATHEMATICS.split(line)
    pieces = line.split("$")
    if len(pieces) % 2 == 0:
        return _MATHEMATICS.split(line)
    for formula, after in zip(pieces[1::2], pieces[2::2], strict=True):
        if formula[0] == " " or formula[-1] == " " or "0" <= after[:1] <= "9":
            return _MATHEMATICS.split(line)
    # Most formulas are $x$, and no dollar is money: then the pattern would have said the same, in three times as long.
    pieces[1::2] = [f"${formula}$" for formula in pieces[1::2]]
    return pieces


def _may_be_tex(text: str) -> bool:
    return "\\" in text or "{" in text or "~" in text or "--" in text or ("`" in text and "``" in text)


def _decoded(text: str) -> str:
    """Decode accents, symbols, escapes and text commands; whatever else begins with a backslash stays."""
    if "\\" not in text:
        return text
    text = _CHARACTER.sub(lambda match: _character(match[0]), text)
    for _ in range(3):  # commands within commands, from the inside
        if "{" not in text:
            break
        before = text
        for pattern, replacement in _COMMANDS:
            text = pattern.sub(replacement, text)
        if text == before:
            break
    return _BREAK_POINT.sub("", _SPACING.sub(" ", _ESCAPED.sub(r"\1", text)))


def _typeset(prose: str, *, is_lone_dollar: bool) -> str:
    if is_lone_dollar:
        prose = prose.replace("\\$", "$")
    for mark, pattern, replacement in _TYPESETTING:
        if mark in prose:
            prose = pattern.sub(replacement, prose)
    return prose


@lru_cache(maxsize=4096)
def _character(command: str) -> str:
    r"""Return the character that an accent or symbol command stands for, or the command when it is none (`\"g`)."""
    decoded = unicodedata.normalize("NFC", _LATEX.latex_to_text(command).strip())
    return decoded if len(decoded) == 1 else command


_LATEX = LatexNodes2Text()
