"""An OAI-PMH archive made of papers that arXiv announced: what it answers, page by page, and answers that are wrong."""

import gzip
import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qsl, urlencode
from xml.sax.saxutils import escape, quoteattr

from tests.replay import Answer, Fault, Handler, Request

LICENSES = ("http://creativecommons.org/licenses/by/4.0/", "http://arxiv.org/licenses/nonexclusive-distrib/1.0/", "")
# Its clock stands: the same answer says the same, whenever it is given.
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<responseDate>2026-07-02T03:00:00Z</responseDate><request {request}>http://oaipmh.arxiv.org/oai</request>
{content}
</OAI-PMH>"""
RECORD = """<record><header><identifier>oai:arXiv.org:{id}</identifier><datestamp>{datestamp}</datestamp><setSpec>cs</setSpec></header>
<metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{id}</id><submitter>{submitter}</submitter>{versions}
<title>{title}</title><authors>{authors}</authors><categories>{categories}</categories>{comment}{license}
<abstract>{abstract}</abstract></arXivRaw></metadata></record>"""
DELETED = """<record><header status="deleted"><identifier>oai:arXiv.org:{id}</identifier><datestamp>{datestamp}</datestamp></header></record>"""


def papers(folder: Path, count: int) -> list[dict]:
    """So many papers of the recorded announcements, each id once; beyond those, the same under ids of ten years ago."""
    found = {paper["id"]: paper for paper in islice(_distinct(folder), count)}
    for arxiv_id, paper in list(found.items()):
        earlier = f"1{arxiv_id[1:]}"
        # Ids have five digits after the point since 2015.
        if len(found) < count and arxiv_id >= "25":
            found.setdefault(earlier, {**paper, "id": earlier})
    assert len(found) == count
    return list(found.values())


def _distinct(folder: Path) -> Iterator[dict]:
    seen = set()
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for paper in map(json.loads, lines):
                if paper["id"] not in seen:
                    seen.add(paper["id"])
                    yield paper


def made(arxiv_id: str, **more) -> dict:
    """A paper of one's own making."""
    return {
        "id": arxiv_id,
        "title": f"A Paper Called {arxiv_id}",
        "authors": ["Bob Builder"],
        "categories": ["cs.CV"],
        "comment": None,
        "summary": "We show a thing.",
        **more,
    }


class Archive:
    """Papers by their datestamps, spread over the `days` before and with `until`; a handler for `tests.replay`.

    Every 50th paper has been deleted; of the others each has one to three versions. Tokens in `dead` are refused. It
    `is_old` where it says with its tokens how many records there are and where the page begins, as arXiv's server did
    until 2025; today's says only when a token expires.
    """

    def __init__(self, papers: Iterable[dict], *, until: date, days: int, page_size: int, is_old: bool = False) -> None:
        count, papers = 0, list(papers)
        self.page_size, self.is_old = page_size, is_old
        self.dead: set[str] = set()
        self.rows: list[tuple[str, str, dict]] = []
        for count, paper in enumerate(papers):
            day = until - timedelta(days=days - 1) + timedelta(days=count * days // len(papers))
            self.rows.append((day.isoformat(), paper["id"], paper))
        self.ids = {id_: (datestamp, paper) for datestamp, id_, paper in self.rows}

    def __call__(self, request: Request) -> Answer:
        query = request.query
        if query["verb"] == "GetRecord":
            return self._record(query)
        if query.get("resumptionToken") in self.dead:
            return error("badResumptionToken", "The resumptionToken is illegal for this repository")
        return self._page(query)

    def change(self, arxiv_id: str, day: date) -> None:
        """A paper is changed, and so leaves its day for this one."""
        place = next(at for at, row in enumerate(self.rows) if row[1] == arxiv_id)
        self.rows.append((day.isoformat(), *self.rows.pop(place)[1:]))

    def _page(self, query: dict[str, str]) -> Answer:
        first, last, start = window(query)
        lower = bisect_left(self.rows, (first,))
        upper = bisect_right(self.rows, (last, "~"))
        rows = self.rows[lower + start : min(lower + start + self.page_size, upper)]
        if not rows:
            return error("noRecordsMatch", "No records match")
        end = start + len(rows)
        next_page = token(first, last, end) if lower + end < upper else ""
        said = (
            f'cursor="{start}" completeListSize="{upper - lower}"' if self.is_old else 'expires="2026-01-09T00:00:00Z"'
        )
        if start or next_page:
            next_page = f"<resumptionToken {said}>{escape(next_page)}</resumptionToken>"
        records = "\n".join(_xml(paper, datestamp) for datestamp, _, paper in rows)
        return answer(query, f"<ListRecords>{records}\n{next_page}</ListRecords>")

    def _record(self, query: dict[str, str]) -> Answer:
        arxiv_id = query["identifier"].removeprefix("oai:arXiv.org:")
        if arxiv_id not in self.ids:
            return error("idDoesNotExist", "No such paper")
        datestamp, paper = self.ids[arxiv_id]
        return answer(query, f"<GetRecord>{_xml(paper, datestamp)}</GetRecord>")


def token(first: str, last: str, start: int) -> str:
    """The resumption token of the page that begins with this record of the window."""
    return urlencode({"metadataPrefix": "arXivRaw", "from": first, "until": last, "skip": start})


def window(query: dict[str, str]) -> tuple[str, str, int]:
    """The first and last day that are asked for, and the record with which the page begins."""
    asked = dict(parse_qsl(query["resumptionToken"])) if "resumptionToken" in query else query
    assert asked["metadataPrefix"] == "arXivRaw"
    return asked["from"], asked["until"], int(asked.get("skip", 0))


def answer(query: dict[str, str], content: str) -> Answer:
    request = " ".join(f"{name}={quoteattr(value)}" for name, value in query.items())
    page = PAGE.format(request=request, content=content)
    return Answer(page.encode(), headers={"Content-Type": "text/xml; charset=utf-8"})


def error(code: str, reason: str) -> Answer:
    return answer({"verb": "ListRecords"}, f'<error code="{code}">{reason}</error>')


def no_records() -> Fault:
    """A page of the right form that has nothing in it."""
    return _fault("no_records", lambda request, handler: answer(request.query, "<ListRecords></ListRecords>"))


def earlier_page() -> Fault:
    """The page before the one that was asked for: a page comes twice."""
    return _fault("earlier_page", lambda request, handler: handler(_moved(request, -1, handler)))


def later_page() -> Fault:
    """The page after the one that was asked for: pages come out of order."""
    return _fault("later_page", lambda request, handler: handler(_moved(request, 1, handler)))


def _moved(request: Request, pages: int, handler: Handler) -> Request:
    archive = handler
    assert isinstance(archive, Archive)
    first, last, start = window(request.query)
    moved = token(first, last, max(0, start + pages * archive.page_size))
    return replace(request, query={"verb": "ListRecords", "resumptionToken": moved})


def _fault(name: str, fault: Callable[[Request, Handler], Answer]) -> Fault:
    fault.__name__ = name
    return fault


def _xml(paper: dict, datestamp: str) -> str:
    number = int(paper["id"].replace(".", ""))
    if number % 50 == 0:
        return DELETED.format(id=paper["id"], datestamp=datestamp)
    month = datetime(2000 + int(paper["id"][:2]), int(paper["id"][2:4]), 1 + number % 28, tzinfo=UTC)
    versions = "".join(
        f'<version version="v{at + 1}"><date>{month + timedelta(days=20 * at):%a, %d %b %Y %H:%M:%S} GMT</date>'
        f"<size>{10 + number % 900}kb</size></version>"
        for at in range(1 + number % 3)
    )
    license = LICENSES[number % 3]
    return RECORD.format(
        id=paper["id"],
        datestamp=datestamp,
        versions=versions,
        submitter=escape(paper["authors"][0]),
        title=escape(paper["title"]),
        authors=escape(", ".join(paper["authors"])),
        categories=escape(" ".join(paper["categories"])),
        comment=f"<comments>{escape(paper['comment'])}</comments>" if paper["comment"] else "",
        license=f"<license>{license}</license>" if license else "",
        abstract=escape(paper["summary"]),
    )
