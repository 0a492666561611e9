"""arXiv's author lines: names in a row, commas or "and" between them, some with an affiliation in parentheses."""

import re
from collections.abc import Sequence

from papers.arxiv.record import NAME_LIMIT, AuthorName
from papers.arxiv.text import is_plain, name_from_tex, shortened


def split(line: str) -> tuple[AuthorName, ...]:
    """Return the authors of a line such as "Ada Byron (Home), Bob Roe, Jr. and ATLAS Collaboration", in its order.

    A comma within parentheses or before a suffix (Jr., III) parts no names, nor does the "and" of a group's own name.
    """
    line = " ".join(line.split()) if "\n" in line else line.strip()
    is_unusual = any(map(line.__contains__, _UNUSUAL_IN_LINE)) or _UNUSUAL_COMMA.search(line)
    if line and is_plain(line) and not is_unusual:
        names = line.split(", ")
        if len(line) <= NAME_LIMIT or len(max(names, key=len)) <= NAME_LIMIT:
            return tuple(map(AuthorName, names))
    return tuple(found for part in _parts(line) if (found := _author(part)))


def named(names: Sequence[str]) -> tuple[AuthorName, ...]:
    """Return the authors of printed names, in their order, without those in which there is no name."""
    together = "|".join(names)
    if (
        together
        and together.count("|") == len(names) - 1
        and not any(map(together.__contains__, _UNUSUAL_IN_NAMES))
        and together[0] not in _EDGES
        and together[-1] not in _EDGES
        and is_plain(together)
        and (len(together) <= NAME_LIMIT or len(max(names, key=len)) <= NAME_LIMIT)
    ):
        return tuple(map(AuthorName, names))
    return tuple(found for name in names if (found := author(name)))


def author(name: str, affiliation: str = "") -> AuthorName | None:
    """Return the author of a printed name and an affiliation, both decoded, or None when there is no name in it."""
    name = name_from_tex(name)
    # "et al." is nobody, and a colon only parts a collaboration from its members.
    if not name or name == ":" or name.startswith("et al"):
        return None
    affiliation = affiliation and shortened(name_from_tex(affiliation), NAME_LIMIT)
    return AuthorName(shortened(name, NAME_LIMIT), affiliation)


# What, in names with a bar between them, asks for a closer look at each: space around one, none at all, nobody's.
_UNUSUAL_IN_NAMES = (" |", "| ", "||", ":", "et al")
_EDGES = " |"
# What asks for a closer look at a line; most have only names with ", " between them.
_UNUSUAL_IN_LINE = ("(", ")", ":", "&", "and ", " ,", "et al")
_UNUSUAL_COMMA = re.compile(r"^,|,(?! )|, (?=(?:(?:Jr|Sr|Esq|Ph\.?\s?D|M\.?D)\.?|II|III|IV)?(?:,|$))")
_SUFFIX = re.compile(r"(?:(?:Jr|Sr|Esq|Ph\.?\s?D|M\.?D)\.?|II|III|IV)(?=\s*(?:\(|$))")
_SUFFIX_INITIALS = frozenset("JSEPMI")
_COLLABORATION = re.compile(r"^([^:()]*\b(?:Collaborations?|Consortium|Team|Group)):\s*", re.IGNORECASE)
_LAST = re.compile(r"^(?:and|&)\s+")
_AND_OR_PARENTHESIS = re.compile(r"[()]|\s+(?:and|&)\s+")
# "The ATLAS and CMS Collaborations", "Data and AI Team": one name; "Ada Byron and the ATLAS Collaboration": two.
_JOINT_GROUP = re.compile(
    r"(?:the\s+)?\S+\s+(?:and|&)\s.*\b(?:Collaborations?|Consorti(?:um|a)|Teams?|Groups?)", re.IGNORECASE
)
# "(1)", "(2 and 3)": markers of a legend, which say nothing without it.
_MARKER = re.compile(r"^[\d\s,*†‡§]*(?:and\s+\d+)?$")


def _parts(line: str) -> list[str]:
    """Split at the commas and the "and"s that stand outside parentheses, then mend names from their suffixes."""
    collaboration = _COLLABORATION.match(line)
    rest = line[collaboration.end() :] if collaboration else line
    # "((1) Here, (2) There)" at the end is the legend of the markers behind the names.
    rest = rest.partition("((")[0]
    parts = [collaboration[1]] if collaboration else []
    depth, start = 0, 0
    # Only a line whose parentheses match is read with them.
    is_balanced = rest.count("(") == rest.count(")")
    for match in re.finditer(r"[(),]", rest):
        if match[0] == ",":
            if depth <= 0 or not is_balanced:
                parts.append(rest[start : match.start()])
                start = match.end()
        else:
            depth += 1 if match[0] == "(" else -1
    parts.append(rest[start:])
    return _mended(parts)


def _mended(parts: list[str]) -> list[str]:
    names: list[str] = []
    for part in map(str.strip, parts):
        for name in _at_and(part) if " and" in part or "&" in part else (part,):
            # Most names need no closer look.
            if names and name[:1] in _SUFFIX_INITIALS and _SUFFIX.match(name):
                names[-1] += f", {name}"
            elif name:
                names.append(name)
    return names


def _at_and(part: str) -> list[str]:
    part = _LAST.sub("", part)
    if _JOINT_GROUP.fullmatch(part):
        return [part]
    names, start, depth = [], 0, 0
    for match in _AND_OR_PARENTHESIS.finditer(part):
        if match[0] in "()":
            depth += 1 if match[0] == "(" else -1
        elif depth <= 0:
            names.append(part[start : match.start()])
            start = match.end()
    return [*names, part[start:]]


def _author(part: str) -> AuthorName | None:
    part = _LAST.sub("", part) if part[:1] in "a&" else part
    if not part.endswith(")"):
        return author(part)
    if part.startswith("(") and _MARKER.match(part[1:-1]):
        # "Ada Byron (1),(2)": one name with two markers.
        return None
    name, _, affiliation = part.partition(" (")
    affiliation = affiliation[:-1]
    # Behind a marker there may be a legend: "(6) (on behalf of the team, (1) Here, (2) There)".
    return author(name, "" if _MARKER.match(name_from_tex(affiliation.partition(") (")[0])) else affiliation)
