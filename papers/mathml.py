"""One formula of TeX in, MathML out: latex2mathml reads it, and only what is named here is ever written."""

import html
import re
import unicodedata
from collections.abc import Iterable
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import Converter
from latex2mathml.symbols_parser import convert_symbol

# Bounds on what one formula may cost. The longest honest one in a hundred thousand abstracts has about 400 characters.
LONGEST = 1_000
DEEPEST = 50

# Definitions could multiply a short source into a huge tree, and file commands have no business here.
FORBIDDEN = re.compile(
    r"\\(?:[egx]?def|let|(?:re)?newcommand|providecommand|(?:re)?newenvironment|DeclareMathOperator|csname|input|include)"
    r"(?![A-Za-z])"
)

# Commands that authors use and latex2mathml does not know, as ones it does.
SYNONYMS = {
    "Bar": r"\bar",
    "C": r"\mathbb{C}",
    "E": r"\mathbb{E}",
    "F": r"\mathbb{F}",
    "N": r"\mathbb{N}",
    "Q": r"\mathbb{Q}",
    "R": r"\mathbb{R}",
    "Z": r"\mathbb{Z}",
    "arg": r"\operatorname{arg}",
    "bigO": "O",
    "boldmath": "",
    "ensuremath": "",
    "etal": r"\text{et al.}",
    "eg": r"\text{e.g.}",
    "ie": r"\text{i.e.}",
    "bbm": r"\mathbb",
    "mathbbm": r"\mathbb",
    "mathds": r"\mathbb",
    "textsc": r"\text",
    "textsl": r"\textit",
    "textsuperscript": "^",
    "textsubscript": "_",
    "uline": r"\underline",
    "xspace": "",
    **dict.fromkeys(
        ("tiny", "scriptsize", "footnotesize", "small", "normalsize", "large", "Large", "LARGE", "huge"), ""
    ),
}

# Two ways to write arg max, which latex2mathml has as one operator.
ARG = re.compile(r"\\operatorname\*?\s*\{\s*arg\s*\\[,;:! ]\s*(max|min)\s*\}|\\arg\s*\\(max|min)(?![A-Za-z])")

ROWS = frozenset({"math", "mrow", "mstyle", "mtd", "msqrt", "mphantom"})
TOKENS = frozenset({"mi", "mn", "mo", "mtext"})
SCRIPTS = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover"})
CHILDREN = {"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "msubsup": 3, "munderover": 3}
ELEMENTS = (
    ROWS | TOKENS | SCRIPTS | {"mspace", "mfrac", "mroot", "mtable", "mtr", "mmultiscripts", "mprescripts", "none"}
)

# No style, class, id, href, colour or event; no length of ten em or more, which could cover the page.
BOOLEAN = re.compile("true|false")
LENGTH = re.compile(r"-?\d?(\.\d+)?em|0")
LENGTHS = re.compile(r"(\d?(\.\d+)?em ?)+")
ATTRIBUTES = {
    **dict.fromkeys(("accent", "displaystyle", "fence", "largeop", "movablelimits", "stretchy"), BOOLEAN),
    **dict.fromkeys(("depth", "height", "lspace", "maxsize", "minsize", "rspace", "width"), LENGTH),
    **dict.fromkeys(("columnspacing", "rowspacing"), LENGTHS),
    "columnalign": re.compile("left|center|right"),
    "form": re.compile("prefix|infix|postfix"),
    "linethickness": re.compile("0"),
    "scriptlevel": re.compile("[012]"),
}

# MathML Core knows no mathvariant but "normal": other alphabets are characters of their own.
ALPHABETS = {
    "bold": "BOLD",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "fraktur": "FRAKTUR",
    "monospace": "MONOSPACE",
    "sans-serif": "SANS-SERIF",
    "sans-serif-italic": "SANS-SERIF ITALIC",
    "script": "SCRIPT",
}
ACCENTS = frozenset("^~¯―→˙¨ˇ˘´`˜ˆ")
FENCES = frozenset("()[]{}|‖,;.!⟨⟩⌈⌉⌊⌋")
THIN = "0.167em"


class UnreadableFormula(ValueError):
    """The source is no formula that can be shown; show the source itself."""


def mathml(source: str, *, block: bool = False) -> str:
    """The formula as a `<math>` element, its source in `alttext`; `block` asks for display style on a line of its own.

    `source` is TeX without its dollars. The answer holds nothing but the elements and attributes of this module, so it
    is safe to put into a page. Raises `UnreadableFormula` for broken, unknown, overlong and too deeply nested TeX.
    """
    refuse_costly(source)
    try:
        math = _clean(Converter().convert_to_element(_normalised(source)))
    except Exception as error:  # the converter raises whatever its tables and recursion happen to raise
        raise UnreadableFormula(str(error)) from error
    if block:
        math.set("display", "block")
    math.set("alttext", " ".join(source.split()))
    return tostring(math, encoding="unicode", short_empty_elements=False)


def refuse_costly(source: str) -> None:
    """Raises `UnreadableFormula` for a source that may take long to convert, or whose braces do not pair."""
    if len(source) > LONGEST or FORBIDDEN.search(source):
        raise UnreadableFormula("too long, or defining commands")
    depth = 0
    for brace in re.findall(r"\\.|[{}]", source):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if not 0 <= depth <= DEEPEST:
            raise UnreadableFormula("braces too deep or not open")
    if depth:
        raise UnreadableFormula("braces not closed")


def _normalised(source: str) -> str:
    source = re.sub(r"(?<!\\)%", r"\\%", source).replace("\\\n", "\\ ")
    source = re.sub(r"(?<=\d)\{,\}(?=\d)", r"\\text{,}", source)
    source = ARG.sub(r"\\arg\1\2 ", source)
    # latex2mathml reads only letters in \operatorname{…}, and anything in \mathrm{…}.
    source = re.sub(r"\\operatorname\*?\s*\{(?![A-Za-z\s*]+\})", r"\\mathrm{", source)
    return re.sub(r"\\([A-Za-z]+)", lambda match: SYNONYMS.get(match[1], match[0]), source)


def _clean(element: Element) -> Element:
    is_known = element.tag in ELEMENTS and not (element.tag in TOKENS and len(element))
    if is_known and element.tag in TOKENS:
        return _token(element)
    tag = element.tag if is_known else "mrow"
    children = [_clean(child) for child in element]
    if len(children) != CHILDREN.get(tag, len(children)):
        raise UnreadableFormula(f"{tag} lacks an argument")
    if tag in ROWS:
        children = list(_joined(children))
        for child in children:
            if child.tag == "mo" and child.text == "~":
                child.text = "∼"
    if tag == "math" and len(children) == 1 and children[0].tag == "mrow":
        children = list(children[0])
    attributes = _attributes(element) if is_known else {}
    if tag in ("mrow", "mstyle") and len(children) == 1 and not attributes:
        return children[0]
    if tag == "mover" and len(children) == 2 and children[1].text in ACCENTS:
        attributes["accent"] = "true"
    if tag == "math":
        _close_up(children)
    cleaned = Element(tag, attributes)
    cleaned.extend(_spaced(children) if tag in ROWS else children)
    return cleaned


def _attributes(element: Element) -> dict[str, str]:
    given = element.attrib
    if given.get("width") == "negativethinmathspace":
        given = {**given, "width": f"-{THIN}"}
    return {name: value for name, value in given.items() if name in ATTRIBUTES and ATTRIBUTES[name].fullmatch(value)}


def _token(element: Element) -> Element:
    """A leaf: its characters resolved from latex2mathml's references, in the alphabet that its font asks for."""
    text = re.sub(r"&#x[0-9A-Fa-f]+;", lambda match: html.unescape(match[0]), element.text or "")
    if element.tag == "mtext":
        text = re.sub(r"\\([%&_#$ ])", r"\1", text)
    if element.tag == "mo":  # \bigl\lfloor comes with its delimiter unread
        symbol = convert_symbol(text)
        text = chr(int(symbol, 16)) if symbol else text
    if re.search(r"\\[A-Za-z]", text) or (element.tag == "mtext" and re.search(r"[{}]", text)):
        raise UnreadableFormula(f"unknown command {text}")
    token = Element(element.tag, _attributes(element))
    variant = element.get("mathvariant", "")
    if element.tag in ("mi", "mn") and variant in ALPHABETS:
        text = "".join(_letter(character, ALPHABETS[variant]) for character in text)
    elif element.tag == "mi" and len(text) == 1 and (unicodedata.category(text) == "Sm" or "←" <= text <= "⇿"):
        token.tag = "mo"
    elif element.tag == "mi" and variant == "normal" and len(text) == 1:
        token.set("mathvariant", "normal")
    elif element.tag == "mo" and (text in ("|", "/") or (text.isalpha() and len(text) > 1)):  # ordinary symbols in TeX
        token.attrib.update(lspace="0", rspace="0")
    token.text = text
    return token


def _letter(character: str, alphabet: str) -> str:
    name = re.sub(r"^(?:LATIN|GREEK) | LETTER", "", unicodedata.name(character, ""))
    # A few letters were in Unicode before the alphabets: ℝ is DOUBLE-STRUCK CAPITAL R, without MATHEMATICAL.
    for styled in (f"MATHEMATICAL {alphabet} {name}", f"{alphabet.replace('FRAKTUR', 'BLACK-LETTER')} {name}"):
        try:
            return unicodedata.lookup(styled)
        except KeyError:
            continue
    return character


def _joined(children: Iterable[Element]) -> Iterable[Element]:
    """Upright letters that stand together are one name: `KL`, not K and L."""
    name = None
    for child in children:
        if name is not None and child.get("mathvariant") == "normal" and (child.text or "").isalpha():
            name.text = f"{name.text}{child.text}"
            name.attrib.pop("mathvariant", None)
            continue
        name = child if child.get("mathvariant") == "normal" and (child.text or "").isalpha() else None
        yield child


def _spaced(children: list[Element]) -> Iterable[Element]:
    """TeX's thin space between a named function and what stands beside it: log n, not logn."""
    previous = None
    for child in children:
        if previous is not None and (_is_function(previous) or _is_function(child)):
            pair = (previous, child)
            if not any(
                _core(each).tag == "mspace" or (_core(each).tag == "mo" and not _is_function(each)) for each in pair
            ):
                yield Element("mspace", width=THIN)
        yield child
        previous = child


def _core(element: Element) -> Element:
    return element[0] if element.tag in SCRIPTS and len(element) else element


def _is_function(element: Element) -> bool:
    core = _core(element)
    name = "".join((core.text or "").split())  # arg max has a thin space in it
    return core.tag in ("mi", "mo") and len(name) > 1 and name.isalpha()


def _close_up(children: list[Element]) -> None:
    """An operator at either end of a formula belongs to the text beside it: 10×, not 10 × ."""
    for edge, sides in ((0, ("lspace",)), (-1, ("lspace", "rspace"))):
        if children and children[edge].tag == "mo" and children[edge].text not in FENCES:
            children[edge].attrib.update(dict.fromkeys(sides if len(children) > 1 else ("lspace", "rspace"), "0"))
