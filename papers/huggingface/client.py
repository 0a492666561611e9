"""Hugging Face's papers over the network."""

from datetime import date
from urllib.parse import quote

from papers.web import client
from papers.web.fetch import Fetcher


class Client(client.Client):
    """Asks the API at `url` (`https://huggingface.co`); each question raises SourceError when nothing good comes."""

    def __init__(self, fetcher: Fetcher, url: str) -> None:
        super().__init__(fetcher)
        self.url = url.rstrip("/")

    def daily_papers(self, day: date) -> bytes:
        """Return the JSON of the papers of a day, for `records.parse`."""
        # A day has had 50 papers at most; 100 is the most that the API gives at once.
        parameters = {"date": day.isoformat(), "limit": "100"}
        return self.fetcher.get(f"{self.url}/api/daily_papers", parameters=parameters).body

    def paper(self, arxiv_id: str) -> bytes:
        """Return the JSON of one paper, for `records.parse_paper`."""
        return self.fetcher.get(f"{self.url}/api/papers/{quote(arxiv_id, safe='')}").body
