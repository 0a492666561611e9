"""arXiv's author lines: names in a row, commas between them, some with an affiliation in parentheses."""

import re

from papers.arxiv.record import NAME_LIMIT, AuthorName
from papers.arxiv.text import name_from_tex, shortened


def split(line: str) -> tuple[AuthorName, ...]:
    """Return the authors of a line such as "Ada Byron (Home), Bob Roe, Jr., ATLAS Collaboration", in its order.

    A comma within parentheses or before a suffix (Jr., III) parts no names.
    """
    return tuple(author for part in _parts(line) if (author := _author(part)))


_SUFFIX = re.compile(r"(?:(?:Jr|Sr|Esq|Ph\.?\s?D|M\.?D)\.?|II|III|IV)(?=\s*(?:\(|$))")
_COLLABORATION = re.compile(r"^([^:()]*\b(?:Collaborations?|Consortium|Team|Group)):\s*", re.IGNORECASE)
_LAST = re.compile(r"^(?:and|&)\s+")
# "(1)", "(2 and 3)": markers of a legend, which say nothing without it.
_MARKER = re.compile(r"^[\d\s,*†‡§]*(?:and\s+\d+)?$")


def _parts(line: str) -> list[str]:
    """Split at the commas that stand outside parentheses, then mend names from their suffixes."""
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
    names: list[str] = []
    for part in (part.strip() for part in parts):
        if names and _SUFFIX.match(part):
            names[-1] += f", {part}"
        elif part:
            names.append(part)
    return names


def _author(part: str) -> AuthorName | None:
    part = _LAST.sub("", part)
    name, _, affiliation = part.partition(" (") if part.endswith(")") else (part, "", "")
    name, affiliation = name_from_tex(name), name_from_tex(affiliation[:-1])
    if not name:
        return None
    affiliation = "" if _MARKER.match(affiliation) else affiliation
    return AuthorName(name=shortened(name, NAME_LIMIT), affiliation=shortened(affiliation, NAME_LIMIT))
