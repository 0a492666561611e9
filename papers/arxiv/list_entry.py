"""One entry of a list page: a term with the id and what the list marks it with, a description with the rest."""

import re
from urllib.parse import unquote

from lxml import etree

from papers.arxiv import authors, fields, ids
from papers.arxiv.address import web_address
from papers.arxiv.day_list import told
from papers.arxiv.record import Announcement, AuthorName, Record, Refusal

# Behind its 101st name arXiv's page cuts a list of authors without a word: browse/controllers/list_page and
# split_long_author_list in https://github.com/arXiv/arxiv-browse.
AUTHORS_SHOWN = 101


def kind(term: etree._Element) -> str:
    """Return how an entry is marked where a list doesn't part new papers, cross-lists and replacements."""
    marks = "".join(term.itertext())
    return "cross" if "(cross-list from" in marks else "replace" if "(replaced)" in marks else "new"


def read(term: etree._Element, description: etree._Element, announcement: Announcement, place: str) -> Record | Refusal:
    """Return an entry as a `Record`; `place` names one that has no id.

    Lists print neither dates nor DOIs. A list of authors that may have been cut is left out.
    """
    stated_id = next((href for link in term.iter("a") if "/abs/" in (href := link.get("href", ""))), "")
    try:
        arxiv_id = ids.parse(unquote(stated_id.partition("/abs/")[2]))
    except ValueError as error:
        return Refusal(place, str(error))
    _mend(description)
    try:
        title = fields.title(_text(description, "list-title"))
    except ValueError as error:
        return Refusal(arxiv_id.value, str(error))
    warnings: list[str] = []
    categories = fields.categories(_SUBJECT.findall(_text(description, "list-subjects")), warnings)
    abstract = next(("".join(element.itertext()) for element in description.iter("p")), "")
    return Record(
        arxiv_id=arxiv_id.value,
        title=title,
        version=arxiv_id.version,
        abstract=fields.abstract(abstract, warnings),
        authors=_authors(description, warnings),
        categories=categories,
        comment=fields.line(_text(description, "list-comments")),
        journal_reference=fields.line(_text(description, "list-journal-ref")),
        announcements=(told(announcement, categories),),
        stated_on=announcement.day,
        warnings=tuple(warnings),
    )


_SUBJECT = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)\s*(?:;|$)")
_NO_ADDRESS = re.compile(r"\s*this \S+ URL\s*")


def _mend(description: etree._Element) -> None:
    """Put addresses in place of the words "this https URL", spaces at line breaks, and take labels out."""
    for element in description.iter("a", "br", "span"):
        if element.tag == "br":
            element.text = " "
        elif element.tag == "span" and "descriptor" in element.get("class", ""):
            element.text = ""
        elif element.tag == "a" and _NO_ADDRESS.fullmatch(element.text or ""):
            try:
                element.text = web_address(element.get("href", ""))
            except ValueError:  # the words stay
                continue


def _authors(description: etree._Element, warnings: list[str]) -> tuple[AuthorName, ...]:
    line = _text(description, "list-authors")
    if "(author list is unavailable)" in line:
        return ()
    names = authors.split(line)
    if len(names) >= AUTHORS_SHOWN:
        warnings.append(f"the page names {len(names)} authors and may have left out more: kept without them")
        return ()
    return names


def _text(description: etree._Element, name: str) -> str:
    """Return the text of the part with this class, or ""."""
    for element in description.iter("div"):
        if name in element.get("class", "").split():
            return "".join(element.itertext())
    return ""
