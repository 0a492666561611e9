"""Hugging Face's daily papers over the network."""

from collections.abc import Callable
from datetime import date

from papers.arxiv.fetch import USER_AGENT, fetch


class Client:
    """Asks the API at `url` (`https://huggingface.co`); `pause` is called before each request."""

    def __init__(self, url: str, *, pause: Callable[[], None] = lambda: None, user_agent: str = USER_AGENT) -> None:
        self.url = url.rstrip("/")
        self.pause = pause
        self.user_agent = user_agent

    def daily_papers(self, day: date) -> bytes:
        """Return the JSON of the papers of a day, for `records.parse`; raises SourceError when nothing good comes."""
        self.pause()
        # A day has had 50 papers at most; 100 is the most that the API gives at once.
        return fetch(
            f"{self.url}/api/daily_papers",
            user_agent=self.user_agent,
            parameters={"date": day.isoformat(), "limit": "100"},
        )
