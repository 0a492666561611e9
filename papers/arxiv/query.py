"""arXiv's query API, asked slice by slice: by ids or by a search, until the answers are whole.

The manual: https://info.arxiv.org/help/api/user-manual.html. Pages that should have papers come back blank now and
then, one malformed id fails a whole list, and an unknown one is simply absent.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from papers.arxiv import atom, ids
from papers.arxiv.ids import ArxivId
from papers.arxiv.record import Record, Refusal, SourceError
from papers.web.fetch import Fetcher

# Ids in one request: longer addresses are refused here and there.
IDS_AT_ONCE = 100
# Papers in one answer and in all, by the manual.
SLICE = 2_000
MOST = 30_000
# How often a page is asked for before its emptiness is told; the next try mostly brings it.
ATTEMPTS = 4
# Ids that arXiv calls malformed although we don't; more of them in one slice are a matter for a person.
MOST_BLAMED = 5

Row = Record | Refusal


class Query:
    """Asks the API at `url` (`https://export.arxiv.org`); the public methods are those of `Client`."""

    def __init__(self, fetcher: Fetcher, url: str) -> None:
        self.fetcher = fetcher
        self.url = f"{url.rstrip('/')}/api/query"

    def by_ids(self, names: Iterable[str]) -> Iterator[Row]:
        seen: set[ArxivId] = set()
        rest = iter(names)
        while some := list(islice(rest, IDS_AT_ONCE)):
            wanted: dict[ArxivId, Row | None] = {}
            for name in some:
                try:
                    wanted[ids.parse(name)] = None
                except ValueError as error:
                    yield Refusal(name[:80], str(error))
            wanted = {name: None for name in wanted if name not in seen}
            seen |= wanted.keys()
            yield from self._of(list(wanted))

    def search(self, query: str, *, limit: int) -> Iterator[Row]:
        if limit > MOST:
            raise SourceError(
                f"arXiv's API gives {MOST:,} papers at most, not {limit:,}: "
                "divide the search by dates, such as submittedDate:[202601010000 TO 202602010000]"
            )
        seen: set[str] = set()
        start = 0
        while start < limit:
            # From the newest on: what is submitted meanwhile moves papers to the next page, where they are known.
            page = self._page(
                {"search_query": query, "sortBy": "submittedDate", "sortOrder": "descending"},
                start=start,
                size=min(SLICE, limit - start),
                is_good=lambda page: not page.is_blank,
            )
            for row in page.rows:
                name = row.arxiv_id if isinstance(row, Record) else row.name
                if isinstance(row, Refusal) or name not in seen:
                    seen.add(name)
                    yield row
            # By what came: a page that is shorter than asked for costs nothing of what follows.
            start += len(page.rows)
            if start >= page.total:
                return

    def _of(self, wanted: list[ArxivId]) -> Iterator[Row]:
        """Ask for one slice; without an id that arXiv blames for its refusal, ask again."""
        for _ in range(MOST_BLAMED + 1):
            if not wanted:
                return
            try:
                # That none is known is believed when it is said twice.
                page = self._listed(wanted)
                page = page if page.rows else self._listed(wanted)
            except atom.QueryError as error:
                blamed = [name for name in wanted if str(name) == error.bad_id]
                if not blamed:
                    raise
                wanted = [name for name in wanted if name not in blamed]
                yield Refusal(error.bad_id, "arXiv calls it malformed")
                continue
            yield from _found(wanted, page)
            return
        raise SourceError(f"arXiv calls more than {MOST_BLAMED} of the ids malformed: has its API changed?")

    def _listed(self, wanted: list[ArxivId]) -> atom.Page:
        return self._page(
            {"id_list": ",".join(map(str, wanted))},
            start=0,
            size=len(wanted),
            is_good=lambda page: len(page.rows) >= page.total,
        )

    def _page(
        self, parameters: dict[str, str], *, start: int, size: int, is_good: Callable[[atom.Page], bool]
    ) -> atom.Page:
        """Ask until a page is good; an HTML page and a cut one are not."""
        given = parameters | {"start": str(start), "max_results": str(size)}
        reason = ""
        for _ in range(ATTEMPTS):
            answer = self.fetcher.get(self.url, parameters=given, accept=(200, 400))
            try:
                page = atom.parse(answer.body)
            except atom.QueryError:
                raise
            except SourceError as error:
                reason = str(error)
                continue
            if page.start == start and is_good(page):
                return page
            reason = f"it has {len(page.rows)} papers from number {page.start} on, of {page.total}"
        raise SourceError(f"no good page from number {start} on came from arXiv's API in {ATTEMPTS} tries: {reason}")


def _found(wanted: list[ArxivId], page: atom.Page) -> Iterator[Row]:
    """The rows of the ids, in their order; arXiv's own order says nothing."""
    versions: dict[ArxivId, Record] = {}
    newest: dict[str, Record] = {}
    for row in page.rows:
        if isinstance(row, Record):
            versions[ArxivId(row.arxiv_id, row.version)] = row
            if row.arxiv_id not in newest or (row.version or 0) > (newest[row.arxiv_id].version or 0):
                newest[row.arxiv_id] = row
    refused = {row.name: row for row in page.rows if isinstance(row, Refusal)}
    for name in wanted:
        found = versions.get(name) if name.version else newest.get(name.value)
        yield found or refused.get(name.value) or Refusal(str(name), "arXiv does not know it")
