"""How to cite a paper."""

import re

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
    family = paper.author_names[0].split()[-1] if paper.author_names else "paper"
    word = next((word for word in re.findall(r"[A-Za-z]+", paper.title) if len(word) > 3), "")
    key = re.sub(r"[^a-z]", "", family.lower()) + str(paper.published_at.year) + word.lower()
    return key or paper.arxiv_id


def _escape(text: str) -> str:
    """Text that neither breaks the entry nor loses its mathematics; unbalanced braces go."""
    if text.count("{") != text.count("}"):
        text = text.replace("{", "").replace("}", "")
    parts = _MATHEMATICS.split(text)
    return "".join(part if part.startswith("$") and len(part) > 1 else _SPECIAL.sub(r"\\\1", part) for part in parts)
