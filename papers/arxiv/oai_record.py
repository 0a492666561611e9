"""One record of OAI-PMH: its header, and its metadata in whichever of three forms it came."""

from datetime import datetime

from lxml import etree

from papers.arxiv import ids
from papers.arxiv.oai_forms import NAMES, READERS, Header
from papers.arxiv.oai_time import day
from papers.arxiv.record import Deletion, Record, Refusal


def read(element: etree._Element, number: int, answered_at: datetime | None) -> Record | Deletion | Refusal:
    """Return what a `<record>` says; `number` is its place on the page, from 1, `answered_at` the page's time.

    The form is told by the metadata's own element, whatever was asked for: `arXiv`, `arXivRaw` or `oai_dc`.
    """
    if NAMES[element.tag] != "record":
        return Refusal(f"record {number}", f"‘{NAMES[element.tag][:40]}’ stands where a record should")
    parts = {NAMES[part.tag]: part for part in element}
    if "header" not in parts:
        return Refusal(f"record {number}", "it has no header")
    try:
        header = _header(parts["header"], answered_at)
    except ValueError as error:
        return Refusal(f"record {number}", str(error))
    if parts["header"].get("status") == "deleted":
        return Deletion(header.arxiv_id, header.stated_on)
    forms = parts.get("metadata", ())
    for form in forms:
        if reader := READERS.get(NAMES[form.tag]):
            try:
                return reader(form, header)
            except ValueError as error:
                return Refusal(header.arxiv_id, str(error))
    named = ", ".join(NAMES[form.tag][:40] for form in forms)
    return Refusal(header.arxiv_id, f"its metadata are not in a form that is read: {named or 'there are none'}")


def _header(element: etree._Element, answered_at: datetime | None) -> Header:
    texts = {NAMES[child.tag]: child.text or "" for child in element}
    return Header(ids.parse(texts.get("identifier", "")).value, day(texts.get("datestamp", "")), answered_at, element)
