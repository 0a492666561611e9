"""arXiv's announcements over the network."""

from collections.abc import Callable, Iterable
from urllib.parse import quote

from papers.arxiv import taxonomy
from papers.arxiv.fetch import USER_AGENT, fetch
from papers.arxiv.record import SourceError


class Client:
    """Asks the feed server at `url` (`https://rss.arxiv.org`).

    `pause` is called before each request and returns when arXiv's pace allows it: one request every three
    seconds, one connection (https://info.arxiv.org/help/api/tou.html).
    """

    def __init__(self, url: str, *, pause: Callable[[], None], user_agent: str = USER_AGENT) -> None:
        self.url = url.rstrip("/")
        self.pause = pause
        self.user_agent = user_agent

    def announcements(self, categories: Iterable[str]) -> bytes:
        """Return the Atom feed of the newest announcement in these categories or archives, for `rss.parse`.

        arXiv answers with 2,000 entries at most. Raises SourceError when a name is not arXiv's or nothing good
        comes back.
        """
        names = list(dict.fromkeys(categories))
        if not names:
            raise SourceError("no category was named: try cs.CV")
        unknown = [name for name in names if not taxonomy.is_known(name)]
        if unknown:
            raise SourceError(
                f"‘{unknown[0][:80]}’ is not one of arXiv's categories: see https://arxiv.org/category_taxonomy"
            )
        self.pause()
        return fetch(f"{self.url}/atom/{'+'.join(map(quote, names))}", user_agent=self.user_agent)
