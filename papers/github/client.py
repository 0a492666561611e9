"""GitHub's repositories over the network, asked for what has changed only.

The rules: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api.
"""

from datetime import UTC, datetime, timedelta

from papers.arxiv.record import SourceError
from papers.github import repository
from papers.github.name import NAME
from papers.github.repository import Gone, Repository, Unchanged
from papers.web import client
from papers.web.answer import Answer
from papers.web.fetch import Fetcher
from papers.web.guard import shown
from papers.web.retry import LONGEST_WAIT, retry_after
from papers.web.unavailable import Busy

# An answer has some 7 KB.
SIZE_LIMIT = 1024 * 1024
# Seconds to wait where GitHub doesn't say for how long, by its rules.
AT_LEAST = 60.0


class Client(client.Client):
    """Asks the API at `url` (`https://api.github.com`), with a `token` 5,000 times an hour, without one 60 times."""

    def __init__(self, fetcher: Fetcher, url: str, *, token: str = "") -> None:
        super().__init__(fetcher)
        self.url = url.rstrip("/")
        self.token = token

    def repository(self, name: str, *, etag: str = "") -> Repository | Unchanged | Gone:
        """Return what "owner/name" is now: also under a new name, Unchanged since `etag`, or Gone.

        Raises Busy, with until when, where GitHub's limit is reached, and SourceError when nothing good comes.
        """
        if not NAME.fullmatch(name):
            raise SourceError(f"‘{shown(name)}’ is no repository's name: it should look like owner/name")
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if etag:
            headers["If-None-Match"] = etag
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self.fetcher.get(
            f"{self.url}/repos/{name}",
            headers=headers,
            accept=(200, 304, 401, 403, 404, 410, 429, 451),
            limit=SIZE_LIMIT,
        )
        match answer.status:
            case 200:
                return repository.parse(answer.body, etag=answer.headers.get("ETag", ""))
            case 304:
                return Unchanged()
            case 404 | 410 | 451:
                return Gone()
            case 401:
                raise SourceError("GitHub doesn't take the token: is GITHUB_TOKEN right, and has it expired?")
            case _:
                return self._refused(name, answer)

    def _refused(self, name: str, answer: Answer) -> Gone:
        """Tell a limit, and who is blocked, from what else is forbidden."""
        wait = _wait(answer)
        if wait is not None:
            self.fetcher.hold(wait)
            until = datetime.now(UTC) + timedelta(seconds=wait)
            raise Busy(f"GitHub's limit is reached, it wants to be left alone until {until:%H:%M} UTC", until)
        if "block" in repository.read(answer.body):
            return Gone()
        raise SourceError(f"GitHub doesn't show {name} (status {answer.status}): may the token in GITHUB_TOKEN see it?")


def _wait(answer: Answer) -> float | None:
    """Return the seconds for which GitHub wants to be left alone, None where it is no matter of limits."""
    asked = retry_after(answer.headers.get("Retry-After", ""))
    if asked is not None:
        return max(asked, 1.0)
    if answer.headers.get("X-RateLimit-Remaining") == "0":
        reset = answer.headers.get("X-RateLimit-Reset", "")
        if reset.isascii() and reset.isdigit() and len(reset) <= 12:
            seconds = int(reset) - datetime.now(UTC).timestamp()
            # Clocks differ a little.
            return min(max(seconds + 1, 1.0), LONGEST_WAIT)
        return AT_LEAST
    return AT_LEAST if answer.status == 429 or b"rate limit" in answer.body else None
