"""How arXiv shows what it has announced: a feed's Atom, list pages' HTML, OAI-PMH's XML; for the simulated one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from html import escape

from papers.arxiv import taxonomy
from papers.arxiv.calendar import NEW_YORK

SECTIONS = {"new": "New", "cross": "Cross", "replace": "Replacement"}


@dataclass(frozen=True)
class Paper:
    arxiv_id: str
    title: str
    authors: tuple[str, ...]
    abstract: str
    categories: tuple[str, ...]


@dataclass(frozen=True)
class Item:
    """What is announced of a paper in one category; `kind` as the feeds have it."""

    paper: Paper
    kind: str
    version: int


@dataclass(frozen=True)
class Change:
    """From `day` on, a paper has this version and stands in these categories."""

    day: date
    version: int
    categories: tuple[str, ...]


def feed(category: str, items: Sequence[Item], *, rendered: datetime, dated: date) -> bytes:
    entries = "".join(_entry(item, dated) for item in items)
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">
  <id>http://rss.arxiv.org/atom/{category}</id>
  <title>{category} updates on arXiv.org</title>
  <updated>{rendered.isoformat()}</updated>
  {entries}
</feed>""".encode()


def newest(category: str, day: date, items: Sequence[Item]) -> bytes:
    head = f"<h3>Showing new listings for {day:%A, %-d %B %Y}</h3>"
    if not items:
        return _page(category, head + "<p>No updates today.</p>", 0)
    parts = {
        f"{title} submissions (showing {{0}} of {{0}} entries)": [
            it for it in items if it.kind.removesuffix("-cross") == kind
        ]
        for kind, title in SECTIONS.items()
    }
    return _page(category, head + _parts(parts), len(items))


def week(category: str, days: Mapping[date, Sequence[Item]]) -> bytes:
    parts = {f"{day:%a, %-d %b %Y} (showing {{0}} of {{0}} entries )": items for day, items in days.items()}
    return _page(category, _parts(parts), sum(map(len, days.values())))


def records(changed: Mapping[Paper, Sequence[Change]], *, answered: datetime) -> bytes:
    """OAI-PMH's answer in `arXivRaw`; each paper's changes are those so far."""
    found = "".join(_record(paper, changes) for paper, changes in changed.items())
    body = f"<ListRecords>{found}</ListRecords>" if found else '<error code="noRecordsMatch">nothing then</error>'
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>{answered:%Y-%m-%dT%H:%M:%SZ}</responseDate>
<request verb="ListRecords" metadataPrefix="arXivRaw">http://oaipmh.arxiv.org/oai</request>{body}</OAI-PMH>""".encode()


def _entry(item: Item, dated: date) -> str:
    paper = item.paper
    terms = "".join(f'<category term="{name}"/>' for name in paper.categories)
    published = datetime.combine(dated, time(), NEW_YORK).isoformat()
    return f"""<entry>
    <id>oai:arXiv.org:{paper.arxiv_id}v{item.version}</id>
    <title>{escape(paper.title)}</title>
    <updated>{published}</updated>
    <link href="https://arxiv.org/abs/{paper.arxiv_id}" rel="alternate" type="text/html"/>
    <summary>arXiv:{paper.arxiv_id}v{item.version} Announce Type: {item.kind}
Abstract: {escape(paper.abstract)}</summary>
    {terms}
    <published>{published}</published>
    <arxiv:announce_type>{item.kind}</arxiv:announce_type>
    <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>
    <dc:creator>{escape(", ".join(paper.authors))}</dc:creator>
  </entry>"""


def _page(category: str, body: str, total: int) -> bytes:
    paging = f"<div class='paging'>Total of {total} entries</div>" if total else ""
    return f"""<!DOCTYPE html><html lang="en"><head><title>{category}</title></head><body><div id='dlpage'><h1>{category}</h1>
<p>See <a id="recent-{category}" href="/list/{category}/recent">recent</a> articles</p>
{paging}{body}{paging}</div></body></html>""".encode()


def _parts(parts: Mapping[str, Sequence[Item]]) -> str:
    """The parts that are not empty, each under its heading with the number of its entries."""
    pages, number = [], 1
    for heading, items in parts.items():
        if items:
            entries = "".join(_list_entry(item, place) for place, item in enumerate(items, number))
            pages.append(f"<dl id='articles'><h3>{heading.format(len(items))}</h3>{entries}</dl>")
            number += len(items)
    return "".join(pages)


def _list_entry(item: Item, number: int) -> str:
    paper, name = item.paper, item.paper.arxiv_id
    mark = {"cross": f"(cross-list from {paper.categories[0]})", "new": ""}.get(item.kind, "(replaced)")
    subjects = [f"{found.title if (found := taxonomy.find(it)) else it} ({it})" for it in paper.categories]
    authors = ", ".join(f'<a href="/a/">{escape(author)}</a>' for author in paper.authors)
    return f"""<dt><a name='item{number}'>[{number}]</a>
<a href ="/abs/{name}" title="Abstract" id="{name}">arXiv:{name}</a> {mark}
[<a href="/pdf/{name}" title="Download PDF" id="pdf-{name}">pdf</a>]</dt>
<dd><div class='meta'><div class='list-title mathjax'><span class='descriptor'>Title:</span>{escape(paper.title)}</div>
<div class='list-authors'>{authors}</div>
<div class='list-subjects'><span class='descriptor'>Subjects:</span>
<span class="primary-subject">{subjects[0]}</span>{"".join(f"; {it}" for it in subjects[1:])}</div></div></dd>"""


def _record(paper: Paper, changes: Sequence[Change]) -> str:
    versions = {change.version: change.day for change in reversed(changes)}
    lines = "".join(
        f'<version version="v{number}"><date>{_submitted(versions[number]):%a, %d %b %Y %H:%M:%S} GMT</date>'
        "<size>9kb</size></version>"
        for number in sorted(versions)
    )
    return f"""<record><header><identifier>oai:arXiv.org:{paper.arxiv_id}</identifier>
<datestamp>{changes[-1].day - timedelta(1)}</datestamp><setSpec>cs</setSpec></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{paper.arxiv_id}</id><submitter>Someone</submitter>{lines}
<title>{escape(paper.title)}</title><authors>{escape(", ".join(paper.authors))}</authors>
<categories>{" ".join(changes[-1].categories)}</categories><license>http://creativecommons.org/licenses/by/4.0/</license>
<abstract>{escape(paper.abstract)}</abstract></arXivRaw></metadata></record>"""


def _submitted(day: date) -> datetime:
    """A time at which a paper can be submitted to be announced under `day`: ten in the morning before."""
    return datetime.combine(day - timedelta(1), time(10), NEW_YORK).astimezone(UTC)
