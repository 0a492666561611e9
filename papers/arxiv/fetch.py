"""One polite request: who we are, how long we wait, how much we take, and a clear line when it fails."""

import time
from collections.abc import Mapping

import requests

from papers.arxiv.record import SourceError

USER_AGENT = "daily-papers (self-hosted; reads each announcement once)"
# Seconds to connect, and between two pieces of the answer.
TIMEOUT = (5.0, 30.0)
# Seconds for a whole answer: a server that drips bytes never runs into the timeout above.
DEADLINE = 120.0
# Bytes, inflated; the largest true answers have about 5 MB.
SIZE_LIMIT = 32 * 1024 * 1024


def fetch(
    url: str, *, user_agent: str = USER_AGENT, parameters: Mapping[str, str] | None = None, limit: int = SIZE_LIMIT
) -> bytes:
    """Return the body of a GET's 200 answer. One request, no retry.

    Raises SourceError when the server is out of reach or too slow, answers with another status or with more than
    `limit` bytes.
    """
    started = time.monotonic()
    try:
        with requests.get(
            url, params=parameters, headers={"User-Agent": user_agent}, timeout=TIMEOUT, stream=True
        ) as response:
            _expect_success(response)
            body = bytearray()
            for piece in response.iter_content(64 * 1024):
                body += piece
                if len(body) > limit:
                    raise SourceError(f"{url} answered with more than {limit} bytes: this is not what was asked for")
                if time.monotonic() - started > DEADLINE:
                    raise SourceError(f"{url} took longer than {DEADLINE:.0f} seconds: try again later")
            return bytes(body)
    except requests.Timeout as error:
        raise SourceError(f"{url} did not answer in time: try again later") from error
    except requests.ConnectionError as error:
        raise SourceError(f"{url} cannot be reached: is there a network, and is the address right?") from error
    except (requests.RequestException, ValueError) as error:
        raise SourceError(f"{url} cannot be fetched: {error}") from error


def _expect_success(response: requests.Response) -> None:
    if response.status_code in {429, 503}:
        wait = response.headers.get("Retry-After", "")
        raise SourceError(
            f"{response.url} asks to slow down (status {response.status_code}): "
            + (f"try again after {wait}" + (" seconds" if wait.isdigit() else "") if wait else "try again later")
        )
    if response.status_code != 200:
        raise SourceError(f"{response.url} answered with status {response.status_code} {response.reason}")
