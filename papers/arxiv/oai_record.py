"""One record of OAI-PMH: its header, and its metadata in whichever of three forms it came."""

from lxml import etree

from papers.arxiv import ids, oai_forms
from papers.arxiv.oai_forms import NAMES, Header
from papers.arxiv.oai_time import day
from papers.arxiv.record import Deletion, Record, Refusal


def read(element: etree._Element, number: int) -> Record | Deletion | Refusal:
    """Return what a `<record>` says; `number` is its place on the page, from 1.

    The form is told by the metadata's own element, whatever was asked for: `arXiv`, `arXivRaw` or `oai_dc`.
    """
    if NAMES[element.tag] != "record":
        return Refusal(f"record {number}", f"‘{NAMES[element.tag][:40]}’ stands where a record should")
    parts = {NAMES[part.tag]: part for part in element}
    if "header" not in parts:
        return Refusal(f"record {number}", "it has no header")
    try:
        header = _header(parts["header"])
    except ValueError as error:
        return Refusal(f"record {number}", str(error))
    if parts["header"].get("status") == "deleted":
        return Deletion(header.arxiv_id, header.stated_on)
    forms = {NAMES[form.tag]: form for form in parts.get("metadata", ())}
    for name, read_form in oai_forms.READERS.items():
        if name in forms:
            try:
                return read_form(forms[name], header)
            except ValueError as error:
                return Refusal(header.arxiv_id, str(error))
    named = ", ".join(name[:40] for name in forms if name)
    return Refusal(header.arxiv_id, f"its metadata are not in a form that is read: {named or 'there are none'}")


def _header(element: etree._Element) -> Header:
    texts = {NAMES[child.tag]: child.text or "" for child in element}
    return Header(ids.parse(texts.get("identifier", "")).value, day(texts.get("datestamp", "")), element)
