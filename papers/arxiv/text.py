"""Other people's text made plain: Unicode instead of entities, control characters and TeX, mathematics left alone."""

import html
import re
import unicodedata
from functools import lru_cache

from pylatexenc.latex2text import LatexNodes2Text


def clean(text: str) -> str:
    """Return the text in NFC on one line: entities decoded, white space collapsed, control characters dropped.

    Characters that switch the direction of writing go too: in a title they would turn the page around it.
    """
    if text.isascii() and text.isprintable() and "&" not in text and "  " not in text:
        return text.strip()  # most names and titles: nothing to do, five times as fast
    text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    text = _UNPRINTABLE.sub("", _WHITE_SPACE.sub(" ", text))
    # Once more: what was dropped may have stood between two spaces.
    return unicodedata.normalize("NFC", _WHITE_SPACE.sub(" ", text)).strip()


def from_tex(text: str) -> str:
    r"""Clean a text and decode its TeX accents, symbols and text commands (`L\'evy`, `\emph{x}`, `50\%`, `--`).

    Mathematics (`$…$`, `\(…\)`, `\[…\]`) and every command that is not about text stay as they are, as do lone
    dollars, percent signs and braces: many a title costs $5 or is 50% better. An escaped dollar stays escaped
    beside another one, with which it would pass for mathematics.
    """
    text = clean(text)
    if not _MAY_BE_TEX.search(text):
        return text
    # A cleaned text has no NUL: it can hold the place of each formula, even within \emph{…}.
    formulas = iter(_MATHEMATICS.findall(text))
    prose = _decoded(_MATHEMATICS.sub("\0", text))
    if text.count("$") == 1:
        prose = prose.replace("\\$", "$")
    for pattern, replacement in _TYPESETTING:
        prose = pattern.sub(replacement, prose)
    return clean(re.sub("\0", lambda _: next(formulas), prose))


def name_from_tex(text: str) -> str:
    """Clean a person's name and decode its TeX; in a name braces mean nothing and a double hyphen is one."""
    text = clean(text)
    if not _MAY_BE_TEX.search(text):
        return text
    return clean(_TIE.sub(" ", _decoded(text)).replace("{", "").replace("}", ""))


def shortened(text: str, limit: int) -> str:
    """Return the text, or its beginning and an ellipsis, in at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


# With the semicolon only: html.unescape alone would take "x&not y" for an entity.
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_WHITE_SPACE = re.compile(r"\s+")
# C0 and C1, soft hyphen, zero-width space, marks and overrides of direction, byte order mark, non-characters, and lone
# surrogates, which no database takes. Joiners stay: Persian and Indic words are written with them.
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)

_MAY_BE_TEX = re.compile(r"[\\{~]|--|``")
# As pandoc reads dollars: no space inside them, no digit behind them, so that "from $5 to $10" is money.
_MATHEMATICS = re.compile(
    r"(?<!\\)\$\$(?:\\.|[^$\\])+\$\$"
    r"|(?<!\\)\$(?!\s)(?:\\.|[^$\\])+(?<!\s)\$(?![0-9])"
    r"|(?<!\\)\\\(.{1,2000}?\\\)"
    r"|(?<!\\)\\\[.{1,2000}?\\\]"
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
_TIE = re.compile(r"(?<=[\w.,;:)])(?<![0-9])~(?=[\w(\\\0])")

_TYPESETTING = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (_TIE.pattern, " "),
        # Braces that only keep capitals: {BERT}, {A}dam. Those of sets, of indices and of unknown commands stay.
        (r"(?<![\w^}\\])\{([^\W\d_](?:[\w .+-]+|(?=\}\w)))\}", r"\1"),
        (r"``([^`']+)''", r"“\1”"),
        # Between words or spaces only: --help is an option.
        (r"(?<=[\w)])---(?=[\w(])|(?<=\s)---(?=\s)", "—"),
        (r"(?<=[\w)])--(?=[\w(])|(?<=\s)--(?=\s)", "–"),
        (r"\\([{}])", r"\1"),
    )
)


def _decoded(text: str) -> str:
    """Decode accents, symbols, escapes and text commands; whatever else begins with a backslash stays."""
    text = _CHARACTER.sub(lambda match: _character(match[0]), text)
    for _ in range(3):  # commands within commands, from the inside
        before = text
        for pattern, replacement in _COMMANDS:
            text = pattern.sub(replacement, text)
        if text == before:
            break
    return _BREAK_POINT.sub("", _SPACING.sub(" ", _ESCAPED.sub(r"\1", text)))


@lru_cache(maxsize=4096)
def _character(command: str) -> str:
    r"""Return the character that an accent or symbol command stands for, or the command when it is none (`\"g`)."""
    decoded = unicodedata.normalize("NFC", _LATEX.latex_to_text(command).strip())
    return decoded if len(decoded) == 1 else command


_LATEX = LatexNodes2Text()
