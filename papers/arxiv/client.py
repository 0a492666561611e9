"""arXiv over the network: its feeds, its lists, its query API and its OAI-PMH.

The terms: https://info.arxiv.org/help/api/tou.html. The fetcher keeps them: one request every three seconds and one
connection, over all of these together.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import quote

from papers.arxiv import ids, taxonomy
from papers.arxiv.query import Query
from papers.arxiv.record import Record, Refusal, SourceError
from papers.web import client
from papers.web.fetch import Fetcher

Form = Literal["arXiv", "arXivRaw", "oai_dc"]


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where arXiv's services are: `https://arxiv.org`, and those of its feeds, its API and its OAI-PMH."""

    lists: str
    feeds: str
    api: str
    oai: str


class Client(client.Client):
    """Each question raises SourceError when nothing good comes, Unavailable or Busy where another run may succeed."""

    def __init__(self, fetcher: Fetcher, addresses: Addresses) -> None:
        super().__init__(fetcher)
        self.addresses = addresses

    def announcements(self, categories: Iterable[str]) -> bytes:
        """Return the Atom feed of the newest announcement in these categories or archives, for `rss.parse`.

        arXiv answers with 2,000 entries at most. Raises SourceError when a name is not arXiv's.
        """
        names = list(dict.fromkeys(categories))
        if not names:
            raise SourceError("no category was named: try cs.CV")
        return self._get(self.addresses.feeds, f"atom/{'+'.join(map(_category, names))}")

    def listing(self, category: str, name: Literal["new", "pastweek"]) -> bytes:
        """Return the page of what is new in a category, or came within five announcements, for `list_page.parse`."""
        # 2,000 is the most that a page shows; "new" always has all.
        parameters = {"show": "2000"} if name == "pastweek" else {}
        return self._get(self.addresses.lists, f"list/{_category(category)}/{name}", parameters)

    def by_ids(self, names: Iterable[str]) -> Iterator[Record | Refusal]:
        """Yield what arXiv's API says of these ids, each once, in their order; "2412.03560v1" is a version.

        What is no id, and what arXiv does not know, is refused; it says neither licence nor versions.
        """
        yield from Query(self.fetcher, self.addresses.api).by_ids(names)

    def search(self, query: str, *, limit: int) -> Iterator[Record | Refusal]:
        """Yield the newest `limit` papers that arXiv's API finds, the newest first, each once.

        The language of `query`: https://info.arxiv.org/help/api/user-manual.html#query_details. Raises SourceError
        where `limit` is above the 30,000 that arXiv gives.
        """
        yield from Query(self.fetcher, self.addresses.api).search(query, limit=limit)

    def record(self, arxiv_id: str, *, form: Form = "arXivRaw") -> bytes:
        """Return OAI-PMH's record of a canonical id, for `oai.read`, which tells an unknown one by `idDoesNotExist`."""
        try:
            name = ids.parse(arxiv_id).value
        except ValueError as error:
            raise SourceError(str(error)) from error
        return self._oai({"verb": "GetRecord", "metadataPrefix": form, "identifier": f"oai:arXiv.org:{name}"})

    def page(
        self,
        first: date | None = None,
        last: date | None = None,
        *,
        form: Form = "arXivRaw",
        set_: str = "",
        token: str = "",
    ) -> bytes:
        """Return a page of OAI-PMH's records that changed from `first` to `last`, both included, for `oai.read`.

        `token` is the resumption token of the page before, which knows all the rest by itself; it dies at midnight UTC.
        """
        parameters = {"verb": "ListRecords"}
        if token:
            return self._oai(parameters | {"resumptionToken": token})
        given = {"from": first and first.isoformat(), "until": last and last.isoformat(), "set": set_}
        return self._oai(
            parameters | {"metadataPrefix": form} | {name: value for name, value in given.items() if value}
        )

    def _oai(self, parameters: dict[str, str]) -> bytes:
        return self._get(self.addresses.oai, "oai", parameters)

    def _get(self, address: str, path: str, parameters: dict[str, str] | None = None) -> bytes:
        return self.fetcher.get(f"{address.rstrip('/')}/{path}", parameters=parameters).body


def _category(name: str) -> str:
    if not taxonomy.is_known(name):
        raise SourceError(f"‘{name[:80]}’ is not one of arXiv's categories: see https://arxiv.org/category_taxonomy")
    return quote(name)
