"""One request and its answer: no retry, no redirect, no waiting for others."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import requests
from urllib3.exceptions import HTTPError

from papers.arxiv.record import SourceError
from papers.web.body import ACCEPT_ENCODING, PIECE, Broken, inflated
from papers.web.connection import Deadline, GuardedAdapter
from papers.web.guard import Guard

_NETWORK = (requests.RequestException, HTTPError, OSError)


class Exchange:
    """An answer whose headers are here and whose body is still to be read; `received` counts its bytes on the wire."""

    def __init__(self, response: requests.Response, deadline: Deadline) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.received = 0
        self._response = response
        self._deadline = deadline

    @property
    def status_line(self) -> str:
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)

    def body(self, *, limit: int) -> Iterator[bytes]:
        """Yield the inflated body; raises Broken when it is not whole, SourceError when it is no good."""
        return inflated(self._pieces(), self.headers.get("Content-Encoding", ""), limit=limit)

    def _pieces(self) -> Iterator[bytes]:
        with _told(self._deadline):
            for piece in self._response.raw.stream(PIECE, decode_content=False):
                self.received += len(piece)
                yield piece
            # A body without a length looks whole when it was cut off.
            if self._deadline.passed:
                raise OSError


@contextmanager
def exchange(
    url: str,
    headers: Mapping[str, str],
    *,
    guard: Guard,
    timeout: tuple[float, float],
    deadline: float,
    sent: bytes | None = None,
) -> Iterator[Exchange]:
    """GET `url`, or POST to it what is `sent`, over a connection of its own, which is closed at the end.

    `timeout` is the seconds to connect and between two pieces of the answer, `deadline` those for all of it. Raises
    Broken when asking again may help, and SourceError when it won't.
    """
    with Deadline(deadline) as limit:
        adapter = GuardedAdapter(guard, limit)
        try:
            with _told(limit):
                response = adapter.send(
                    _prepared(url, headers, sent),
                    stream=True,
                    timeout=timeout,
                    verify=_authorities(),
                    proxies=_proxies(url, guard),
                )
            try:
                yield Exchange(response, limit)
            finally:
                response.close()
        finally:
            adapter.close()


@contextmanager
def _told(deadline: Deadline) -> Iterator[None]:
    """Say what went wrong on the network in one line."""
    try:
        yield
    except _NETWORK as error:
        if deadline.passed:
            raise Broken(f"it took longer than {deadline.seconds:g} seconds") from error
        if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
            raise SourceError("it cannot be asked: it is no address") from error
        if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
            raise Broken("it did not answer in time") from error
        if isinstance(error, requests.exceptions.SSLError):
            raise Broken("no safe connection can be made to it: is its certificate good?") from error
        if isinstance(error, requests.ConnectionError) and "Failed to" in str(error):
            raise Broken("it cannot be reached: is there a network, and is the address right?") from error
        raise Broken("it broke off its answer, or what it sent is not HTTP") from error


def _prepared(url: str, headers: Mapping[str, str], sent: bytes | None) -> requests.PreparedRequest:
    own = {"Accept": "*/*", "Accept-Encoding": ACCEPT_ENCODING, "Connection": "close"}
    method = "GET" if sent is None else "POST"
    return requests.Request(method, url, headers={**own, **headers}, data=sent).prepare()


def _proxies(url: str, guard: Guard) -> dict[str, str]:
    """The environment's proxy (HTTPS_PROXY, NO_PROXY), for named hosts only.

    A proxy resolves names by itself, so that nothing could be checked for a host that strangers named.
    """
    return {} if guard.hosts is None else requests.utils.get_environ_proxies(url)


def _authorities() -> str | bool:
    """Where certificates are from, as requests itself reads it from the environment."""
    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
