"""The fields of a record, checked one by one: what may be stored, what is dropped with a warning, what no paper can be."""

import re
from collections.abc import Iterable
from functools import lru_cache

from papers.arxiv import taxonomy
from papers.arxiv.address import web_address
from papers.arxiv.record import ABSTRACT_LIMIT, DOI_LIMIT, LICENSE_LIMIT, TITLE_LIMIT
from papers.arxiv.text import clean, from_tex, shortened

# `warnings`, wherever it is a parameter, is the list that a line is added to when something is dropped or cut.


def title(text: str) -> str:
    """Return a title as it is shown. Raises ValueError, for a refusal, when there is none or it is too long for one."""
    if len(text) > TITLE_LIMIT and len(text := clean(text)) > TITLE_LIMIT:
        raise ValueError(f"its title has {len(text)} characters, more than {TITLE_LIMIT}")
    text = from_tex(text)
    if not text:
        raise ValueError("it has no title")
    return text


def abstract(text: str, warnings: list[str]) -> str:
    """Return an abstract as it is shown, cut where it is longer than any."""
    text = text.strip()
    if len(text) > ABSTRACT_LIMIT:
        warnings.append(f"the abstract has {len(text)} characters: cut at {ABSTRACT_LIMIT}")
        text = shortened(text, ABSTRACT_LIMIT)
    return from_tex(text)


def line(text: str) -> str:
    """Return a comment or a journal reference as it is shown, cut where it is longer than any."""
    return from_tex(shortened(text, TITLE_LIMIT)) if text else ""


def categories(stated: Iterable[str], warnings: list[str]) -> tuple[str, ...]:
    """Return those names, each once and in their order, that arXiv files papers under."""
    once = dict.fromkeys(stated)
    if once.keys() <= taxonomy.CATEGORIES.keys():
        return tuple(once)
    names = tuple(dict.fromkeys(filter(None, map(clean, once))))
    warnings += [
        f"category ‘{shortened(name, 40)}’ is not one of arXiv's: kept without it"
        for name in names
        if not taxonomy.is_known(name)
    ]
    return tuple(filter(taxonomy.is_known, names))


def doi(text: str, warnings: list[str]) -> str:
    """Return a DOI, or several with a space between them, without what introduces it."""
    text = clean(text)
    if not text:
        return ""
    if " " in text or "," in text or ";" in text or not text.startswith("10."):
        text = " ".join(filter(None, _DOI_SEPARATOR.split(_DOI_PREFIX.sub("", text))))
    if len(text) > DOI_LIMIT:
        warnings.append(f"the DOI has {len(text)} characters: kept without it")
        return ""
    return text


def license(text: str, warnings: list[str]) -> str:
    """Return a licence's address."""
    address, warning = (_license if len(text) <= LICENSE_LIMIT else _license.__wrapped__)(text)
    if warning:
        warnings.append(warning)
    return address


# A comma or semicolon parts two DOIs only before the next one: many a DOI has them inside.
_DOI_SEPARATOR = re.compile(r"[\s,;]+(?=10\.[0-9]{4})|[\s,;]+$")
_DOI_PREFIX = re.compile(r"\b(?:doi:\s*|https?://(?:dx\.)?doi\.org/)(?=10\.)", re.IGNORECASE)


# Nearly every paper has one of five.
@lru_cache(maxsize=256)
def _license(text: str) -> tuple[str, str]:
    text = clean(text)
    if not text:
        return "", ""
    try:
        return web_address(text, limit=LICENSE_LIMIT), ""
    except ValueError as error:
        return "", f"license ‘{shortened(text, 80)}’ is no licence's address, {error}: kept without it"
