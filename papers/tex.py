"""Reads the TeX in titles, names and abstracts: what is text, what is mathematics, which words are stressed."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from latex2mathml.symbols_parser import convert_symbol

# arXiv takes abstracts of up to 1,920 characters; what is far longer is shown as it came.
LONGEST = 20_000

# Commands that change the look of what they hold and not its meaning, or set a size.
HOLDERS = """
    textsc textrm textsf textnormal textup textmd text mbox hbox mathrm underline uline ensuremath rm sf sc scshape
    ac acp acs gls glspl num rev revise xspace noindent centering
    tiny scriptsize footnotesize small normalsize large Large LARGE huge
"""
# Commands that stress what they hold, by the HTML element that says the same.
STYLES = {
    **dict.fromkeys(("textbf", "bf", "bfseries", "mathbf"), "strong"),
    **dict.fromkeys(("emph", "em", "textit", "textsl", "it", "itshape", "sl"), "em"),
    **dict.fromkeys(("texttt", "tt", "ttfamily"), "code"),
    "textsuperscript": "sup",
    "textsubscript": "sub",
    **dict.fromkeys(HOLDERS.split(), ""),
}
WORDS = {
    **{"eg": "e.g.", "ie": "i.e.", "etc": "etc.", "etal": "et al.", "vs": "vs.", "TeX": "TeX", "LaTeX": "LaTeX"},
    **{"deg": "°", "textdegree": "°", "textregistered": "®", "texttrademark": "™", "ldots": "…", "dots": "…"},
    **{"textasciitilde": "~", "textasciicircum": "^", "textbackslash": "\\", "textendash": "–", "textemdash": "—"},
    **{"o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å"},
    **{"ss": "ß", "item": "• "},
}
SPACES = {" ": " ", "\n": " ", ";": " ", ":": " ", ",": "\u202f", "\\": " "}
ACCENTS = {
    **{"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307"},
    **{"c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "r": "\u030a", "k": "\u0328", "d": "\u0323"},
}

# Every repetition here excludes what could begin it again, or is bounded, so that reading stays linear in the text.
TOKEN = re.compile(
    r"""
      (?P<link>        \\href\s{0,9}\{\s{0,9}(?P<target>[^{}\s]*)\s{0,9}\}\s{0,9}\{ )
    | (?P<url>         \\(?:url|href)\s{0,9}\{\s{0,9}(?P<address>[^{}\s]*)\s{0,9}\}
                     | https?://(?:URL|[.,;:!?'*]|\\[_%&\#~]|\(URL*\))*(?:URL|\\[_%&\#~]|\(URL*\)) )
    | (?P<dropped>     [~\ ]?\\(?:cite[a-z]*|label|footnotemark)\*?
                       (?:\[[^\][{}\\]*\]){0,2}(?:\{[^{}\\]*\}|(?![A-Za-z{])) )
    | (?P<colour>      \\(?:textcolor|color)\s{0,9}(?:\[[^\][{}\\]*\])?\{[^{}\\]*\}(?P<opens>\s{0,9}\{)? )
    | (?P<footnote>    \\footnote\s{0,9}\{ )
    | (?P<environment> \\begin\{(?P<name>(?:equation|displaymath|align|gather|multline|eqnarray)\*?)\}
                       (?P<lines>.{1,1000}?)\\end\{(?P=name)\} )
    | (?P<display>     \$\$(?P<dollars>(?:[^$\\]|\\.)++)\$\$ | \\\[(?P<brackets>(?:[^\\]|\\[^\[\]])++)\\\] )
    | (?P<formula>     \$
                       (?P<dollar>(?:[^$\\]|\\(?:text[a-z]{0,6}|mbox)\{[^{}$]*(?:\$[^{}$]*\$[^{}$]*)++\}|\\.)++)\$
                     | \\\((?P<parentheses>(?:[^\\]|\\[^()])++)\\\) )
    | (?P<accent>      \\(?P<mark>['`^"~=.])(?:\{\\?(?P<braced>[A-Za-z])\}|\\?(?P<bare>[A-Za-z]))
                     | \\(?P<letter_mark>[cvuHrkd])\{(?P<marked>[A-Za-z])\} )
    | (?P<sign>        \\(?P<signed>[%&_\#${}"]) )
    | (?P<space>       \\(?P<spacing>[\ \n,;:!/@\\-]) )
    | (?P<break>       \n[ \t]*\n\s* | (?<=[.!?])\n\ {2,}(?=[A-Z\\$]) )
    | (?P<styled>      \\(?P<style>STYLES)\s{0,9}\{ )
    | (?P<group>       \{(?=\s{0,9}(?:\{\s{0,9}){0,2}\\(?:STYLES|(?:text)?color)(?![A-Za-z])) )
    | (?P<switch>      \\(?P<switched>STYLES)(?![A-Za-z])\s{0,9} )
    | (?P<command>     \{\\(?P<in_braces>[A-Za-z]+)\} | \\(?P<plain>[A-Za-z]+)(?:\{\})? )
    | (?P<brace>       \{ )
    | (?P<unbrace>     \} )
    | (?P<quote>       `` | '' | " )
    | (?P<dash>        (?<=\s)---?(?=\s) | (?<=[^\s-])---?(?=[^\s-]) )
    | (?P<tie>         (?<=[^\s/(\[{<~])~(?=[^\s~])(?!(?<=\d~)\d) )
    """.replace("STYLES", "|".join(sorted(STYLES, key=len, reverse=True))).replace(
        "URL", r"""[^\s<>"{}|\\^`$()\[\].,;:!?'*]"""
    ),
    re.VERBOSE | re.DOTALL,
)

# A formula of nothing but words, as in $\textbf{A}$daptive, or of a link.
WORDS_ONLY = re.compile(
    r"""\s*\\(?:text[a-z]{0,6}|emph|underline|mbox|url)\s*
        \{(?:[^{}$_^\\]|\$[^{}$]*\$|\\(?:text..|underline)\{[^{}$_^\\]*\})*\}\s*
      | \s*\\href\{[^{}\s]*\}\s*\{(?:\\text\s*\{[^{}$\\]*\}|[^{}$\\]*)\}\s*""",
    re.VERBOSE,
)
# What is mathematics although white space or a digit touches its dollars: $ 10\times $, $\sim$5, $>$90.
MARKED = re.compile(r"\\[A-Za-z%|]|[\^_]|^[<>=~+\-±×≈∼≤≥|/\s]+$")
LONE = re.compile(r"\s+[A-Za-z0-9()]+\s+")
MONEY = re.compile(r"\d[\d.,]*[kKMBT]?\s+[A-Za-z]{2}[^\\^_=]*")


class Piece(NamedTuple):
    """A stretch of the text."""

    kind: Literal["text", "formula", "display", "open", "close", "break"]
    value: str  # the words, the TeX of a formula, or the name of the HTML element that opens or closes
    end: int  # where it ends in the source, as an index of characters
    address: str = ""  # where an opening `a` leads, http or https


@lru_cache(maxsize=1024)
def read(text: str) -> tuple[Piece, ...]:
    """The pieces of `text` in order; every element that opens closes again. Never raises; time linear in `text`."""
    return tuple(_read(text)) if len(text) <= LONGEST else (Piece("text", text, len(text)),)


def _read(text: str) -> Iterator[Piece]:
    groups: list[list[Piece]] = []  # for every open brace, what its closing brace writes
    is_quoting = False
    position = 0
    while match := TOKEN.search(text, position):
        if match.start() > position:
            yield Piece("text", text[position : match.start()], match.start())
        kind, position = match.lastgroup, match.end()
        if kind in ("formula", "display", "environment"):
            if not _is_mathematics(match):
                position = match.start() + 1
            yield from _mathematics(match, position)
        elif kind == "break":
            yield Piece("break", "", position)
        elif kind == "unbrace":
            closing = groups.pop() if groups else [Piece("text", "}", 0)]
            yield from (piece._replace(end=position) for piece in reversed(closing))
        elif kind in ("link", "url", "styled", "group", "colour", "footnote", "brace", "switch"):
            is_linked = kind in ("link", "url") and any(piece.value == "a" for group in groups for piece in group)
            opening, closing = _element(match, is_linked=is_linked)
            if kind == "switch":  # {\it …} lasts to the end of the group that it stands in, if that is TeX's
                if not groups or Piece("text", "}", 0) in groups[-1]:
                    continue
                groups[-1] += closing
            elif kind == "url":
                opening += [Piece("text", _address(match), 0), *closing]
            elif kind != "colour" or match["opens"]:
                groups.append(closing)
            yield from (piece._replace(end=position) for piece in opening)
        else:
            words = _words(match, is_quoting=is_quoting)
            is_quoting = words == "“" or (is_quoting and words != "”")
            yield Piece("text", words, position)
    if position < len(text):
        yield Piece("text", text[position:], len(text))
    for group in reversed(groups):
        yield from (piece._replace(end=len(text)) for piece in reversed(group) if piece.kind == "close")


def _formula(match: re.Match) -> str:
    lines = match["lines"]
    if lines and re.search(r"&|\\\\", lines):
        return rf"\begin{{split}}{lines}\end{{split}}"
    return lines or match["dollars"] or match["brackets"] or match["dollar"] or match["parentheses"]


def _is_mathematics(match: re.Match) -> bool:
    """Pandoc's rule, so that $5 and $10 stay prices: no white space inside the dollars, no digit after; relaxed
    where the formula can be nothing else, because abstracts often have $\\sim$5 and $ 10\\times $."""
    if not match[0].startswith("$"):
        return bool(_formula(match).strip())
    formula, following = _formula(match), match.string[match.end() : match.end() + 1]
    if not formula.strip() or "\n\n" in formula or MONEY.fullmatch(formula):
        return False
    if MARKED.search(formula) and not (formula[-1].isspace() and formula[0].isdigit() and "\\" not in formula):
        return True
    return not following.isdigit() and (formula == formula.strip() or bool(LONE.fullmatch(formula)))


def _mathematics(match: re.Match, end: int) -> Iterator[Piece]:
    if end < match.end():
        yield Piece("text", "$" if match[0][0] == "$" else "\\", end)
    elif WORDS_ONLY.fullmatch(_formula(match)):
        yield from (piece._replace(end=end) for piece in _read(_formula(match).strip()))
    else:
        yield Piece("formula" if match.lastgroup == "formula" else "display", _formula(match), end)


def _element(match: re.Match, *, is_linked: bool) -> tuple[list[Piece], list[Piece]]:
    """What an opening token writes, and what is to be written where it closes."""
    if match["footnote"]:
        return [Piece("text", " (", 0)], [Piece("text", ")", 0)]
    if match["brace"]:
        return [Piece("text", "{", 0)], [Piece("text", "}", 0)]
    if match["link"] or match["url"]:
        is_link = not is_linked and re.match("https?://", _address(match))
        name = "a" if is_link else ""
    else:
        name = STYLES.get(match["style"] or match["switched"], "")
    return ([Piece("open", name, 0, _address(match))], [Piece("close", name, 0)]) if name else ([], [])


def _address(match: re.Match) -> str:
    address = match["target"] or match["address"] or (match["url"] or "")
    return re.sub(r"\\([_%&#~])", r"\1", address)


def _words(match: re.Match, *, is_quoting: bool) -> str:
    """The words that a token without contents stands for."""
    kind = match.lastgroup
    if kind == "accent":
        letter = match["braced"] or match["bare"] or match["marked"]
        accented = unicodedata.normalize("NFC", letter + ACCENTS[match["mark"] or match["letter_mark"]])
        return accented if len(accented) == 1 else match[0]
    if kind == "command":
        name = match["in_braces"] or match["plain"]
        symbol = convert_symbol(f"\\{name}")
        return WORDS.get(name) or (chr(int(symbol, 16)) if symbol else f"\\{name}")
    if kind == "quote":
        return "“" if match[0] == "``" else "”" if is_quoting or match[0] == "''" else '"'
    if kind == "dash":
        return "—" if match[0] == "---" else "–"
    if kind == "space":
        return SPACES.get(match["spacing"], "")
    return match["signed"] or (" " if kind == "tie" else "")
