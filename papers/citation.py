"""How to cite a paper."""

import re

from slugify import slugify

# What BibTeX would read as its own syntax, outside mathematics.
_SPECIAL = re.compile(r"([%&#_])")
_MATHEMATICS = re.compile(r"(\$[^$]+\$)")


def bibtex(paper) -> str:
    """An @misc entry as arXiv recommends: eprint, archivePrefix, primaryClass.

    Source: https://info.arxiv.org/help/hypertex/bibstyles/index.html
    """
    lines = {
        "title": "{" + _escape(paper.title) + "}",
        "author": " and ".join(_escape(name) for name in paper.author_names),
        "year": str(paper.published_at.year),
        "eprint": paper.arxiv_id,
        "archivePrefix": "arXiv",
        "primaryClass": paper.primary_category_id or "",
        "doi": paper.doi,
        "url": paper.arxiv_url,
    }
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in lines.items() if value)
    return f"@misc{{{_key(paper)},\n{body}}}\n"


def _key(paper) -> str:
    """vaswani2017attention: the first author's last name, the year, the title's first long word."""
    family = slugify(paper.author_names[0].split()[-1], separator="") if paper.author_names else "paper"
    words = re.findall(r"[A-Za-z]{4,}", _MATHEMATICS.sub(" ", paper.title))
    return f"{family}{paper.published_at.year}{words[0].lower() if words else ''}"


def _escape(text: str) -> str:
    """Text that neither breaks the entry nor loses its mathematics; braces that don't match go."""
    if not _is_balanced(text):
        text = text.replace("{", "").replace("}", "")
    parts = _MATHEMATICS.split(text)
    return "".join(part if part.startswith("$") and len(part) > 1 else _SPECIAL.sub(r"\\\1", part) for part in parts)


def _is_balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall(r"[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0
