"""Hugging Face's papers over the network."""

from datetime import date
from urllib.parse import quote

from papers.arxiv.record import Refusal, SourceError
from papers.huggingface.daily_paper import DailyPaper
from papers.huggingface.records import parse
from papers.web import client
from papers.web.fetch import Fetcher

# The most rows that the API gives at once. The fullest day so far had 50.
PAGE_SIZE = 100
# More is no day but an API that pages in another way.
MOST_PAGES = 10


class Client(client.Client):
    """Asks the API at `url` (`https://huggingface.co`); each question raises SourceError when nothing good comes."""

    def __init__(self, fetcher: Fetcher, url: str) -> None:
        super().__init__(fetcher)
        self.url = url.rstrip("/")

    def daily_papers(self, day: date) -> list[DailyPaper | Refusal]:
        """Return what `records.parse` reads of a day, of all its pages."""
        rows: list[DailyPaper | Refusal] = []
        for number in range(MOST_PAGES):
            parameters = {"date": day.isoformat(), "limit": str(PAGE_SIZE), "p": str(number)}
            page = list(parse(self.fetcher.get(f"{self.url}/api/daily_papers", parameters=parameters).body, day=day))
            rows += page
            if len(page) < PAGE_SIZE:
                return rows
        raise SourceError(f"{day} has no end: {MOST_PAGES} full pages, has the API changed?")

    def paper(self, arxiv_id: str) -> bytes:
        """Return the JSON of one paper, for `records.parse_paper`."""
        return self.fetcher.get(f"{self.url}/api/papers/{quote(arxiv_id, safe='')}").body
