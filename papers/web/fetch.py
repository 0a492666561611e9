"""The polite client: in turn, with patience and limits, and never where it shouldn't go.

Proxies of the environment are used for a source's own hosts, which the operator named; a host that strangers named is
asked directly or not at all, because nobody can check where a proxy would go.
"""

import io
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urljoin, urlsplit

import requests

from papers.arxiv.record import SourceError
from papers.web.answer import Answer, Download
from papers.web.body import Broken
from papers.web.circuit import AlwaysClosed, Circuit
from papers.web.exchange import Exchange, exchange
from papers.web.guard import Guard, place, shown
from papers.web.retry import backoff, retry_after
from papers.web.turn import AnyTime, Turn
from papers.web.unavailable import Busy, Unavailable

logger = logging.getLogger("papers.requests")

# Seconds to connect, and between two pieces of the answer.
TIMEOUT = (5.0, 30.0)
# Seconds for a whole answer: a server that drips bytes never runs into the timeout above.
DEADLINE = 120.0
# Bytes, inflated; a page of OAI-PMH with 2,500 records, the largest true answer, has a third of it at most.
SIZE_LIMIT = 32 * 1024 * 1024
REDIRECTS = 5


class Fetcher:
    """Asks one source; `hosts`, `stand_ins` and `avoid` are those of `Guard`, and hosts=None means any public host.

    `source` names it in the log. `turn` is taken for each request; before it the circuit of its host is asked, which
    `circuit_of` returns. A failed request is
    repeated, up to `attempts` times in all, after about `backoff` seconds, doubled each time, or as long as the server
    says; when it says more than `patience` seconds, that is left to another run. `request_count` and `byte_count` (on
    the wire) grow with each request.
    """

    def __init__(
        self,
        source: str,
        *,
        user_agent: str,
        hosts: Collection[str] | None = None,
        stand_ins: Collection[str] = (),
        avoid: Collection[str] = (),
        turn: Turn | None = None,
        circuit_of: Callable[[str], Circuit] = lambda host: AlwaysClosed(),
        attempts: int = 4,
        backoff: float = 2.0,
        patience: float = 120.0,
        timeout: tuple[float, float] = TIMEOUT,
        deadline: float = DEADLINE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.source = source
        self.user_agent = user_agent
        self.guard = Guard(hosts, stand_ins, avoid)
        self.turn = turn or AnyTime()
        self.circuit_of = circuit_of
        self.attempts = attempts
        self.backoff = backoff
        self.patience = patience
        self.timeout = timeout
        self.deadline = deadline
        self.sleep = sleep
        self.request_count = 0
        self.byte_count = 0

    def get(
        self,
        url: str,
        *,
        parameters: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
        limit: int = SIZE_LIMIT,
    ) -> Answer:
        """Return the answer to a GET whose status is one of `accept`, its body inflated and at most `limit` bytes.

        `headers` go to the host of `url` alone, not where it redirects to. Raises Unavailable (Busy, when the server
        says until when) where another run may succeed, and SourceError where it won't.
        """
        body = io.BytesIO()
        address, exchanged = self._follow(url, parameters, headers or {}, _Wanted(accept, limit, (), body))
        return Answer(address, exchanged.status, exchanged.headers, body.getvalue())

    def post(
        self,
        url: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        accept: Collection[int] = (200,),
        limit: int = SIZE_LIMIT,
    ) -> Answer:
        """Return the answer to a POST of `body`; the rest as in `get`, but a redirect is an error: it is sent nowhere else."""
        into = io.BytesIO()
        self.guard.check(url)
        wanted = _Wanted(accept, limit, (), into, sent=body)
        exchanged = self._insist(url, {"User-Agent": self.user_agent, **(headers or {})}, wanted)
        if exchanged.status not in accept:
            raise SourceError(f"{self._shown(url)} leads elsewhere, where nothing is sent: is it the right address?")
        return Answer(url, exchanged.status, exchanged.headers, into.getvalue())

    def download(self, url: str, *, to: Path, limit: int, types: Collection[str]) -> Download:
        """Write the body of a 200 answer to the file `to`, at most `limit` bytes of it; errors as in `get`.

        `types` are the content types that are taken: "image/png", or "image/" for all of a kind. On an error, what lies
        in `to` is worth nothing.
        """
        with to.open("wb") as file:
            address, exchanged = self._follow(url, None, {}, _Wanted((200,), limit, types, file))
            size = file.tell()
        return Download(address, _content_type(exchanged), to, size)

    def hold(self, seconds: float) -> None:
        """Let nobody ask this source for so long: it said so in a way of its own."""
        self.turn.hold(seconds)

    def _follow(
        self, url: str, parameters: Mapping[str, str] | None, headers: Mapping[str, str], wanted: "_Wanted"
    ) -> tuple[str, Exchange]:
        self.guard.check(url)
        try:
            address = first = requests.Request("GET", url, params=parameters).prepare().url or ""
        except (requests.RequestException, ValueError) as error:
            raise SourceError(f"‘{shown(url)}’ cannot be asked: it is no address") from error
        for _ in range(REDIRECTS + 1):
            self.guard.check(address)
            own = headers if place(address) == place(first) else {}
            exchanged = self._insist(address, {"User-Agent": self.user_agent, **own}, wanted)
            if exchanged.status in wanted.accept:
                return address, exchanged
            address = _next(address, exchanged)
        raise SourceError(f"{self._shown(first)} leads on and on: more than {REDIRECTS} redirects")

    def _insist(self, url: str, headers: Mapping[str, str], wanted: "_Wanted") -> Exchange:
        """Ask until the answer is one of those wanted, or a redirect."""
        circuit = self.circuit_of(place(url))
        for attempt in range(1, self.attempts + 1):
            circuit.check()
            try:
                exchanged = self._ask(url, headers, wanted, attempt)
            except Broken as error:
                told = f"{self._shown(url)}: {error}"
                circuit.fail(told)
                wait = error.wait if isinstance(error, _SlowDown) else None
                if wait is not None and (wait > self.patience or attempt == self.attempts):
                    raise Busy(told, datetime.now(UTC) + timedelta(seconds=wait)) from error
                if attempt == self.attempts:
                    raise Unavailable(f"{told} (tries: {attempt}): try again later") from error
                self.sleep(max(backoff(attempt, self.backoff), wait or 0))
            else:
                circuit.succeed()
                if exchanged.status not in wanted.accept and not _is_redirect(exchanged):
                    raise SourceError(f"{self._shown(url)} answered with status {exchanged.status_line}")
                return exchanged
        raise AssertionError("at least one attempt is made")

    def _ask(self, url: str, headers: Mapping[str, str], wanted: "_Wanted", attempt: int) -> Exchange:
        with self.turn.take():
            self.request_count += 1
            started = time.monotonic()
            outcome, received = "-", 0
            try:
                with exchange(
                    url, headers, guard=self.guard, timeout=self.timeout, deadline=self.deadline, sent=wanted.sent
                ) as exchanged:
                    outcome = str(exchanged.status)
                    try:
                        self._take(exchanged, wanted)
                    finally:
                        received = exchanged.received
                return exchanged
            except SourceError as error:
                raise SourceError(f"{self._shown(url)}: {error}") from error
            finally:
                self.byte_count += received
                logger.info(
                    "source=%s method=%s url=%s status=%s bytes=%d seconds=%.3f attempt=%d",
                    self.source,
                    "GET" if wanted.sent is None else "POST",
                    self._shown(url),
                    outcome,
                    received,
                    time.monotonic() - started,
                    attempt,
                )

    def _take(self, exchanged: Exchange, wanted: "_Wanted") -> None:
        """Read the body where it is wanted; what asks for patience is Broken."""
        if exchanged.status not in wanted.accept:
            if exchanged.status == 429 or exchanged.status >= 500:
                wait = retry_after(exchanged.headers.get("Retry-After", ""))
                if wait:
                    # While the turn is still ours: nobody slips in between.
                    self.turn.hold(wait)
                raise _SlowDown(exchanged.status_line, wait)
            return
        if wanted.types and not any(_matches(_content_type(exchanged), wished) for wished in wanted.types):
            raise SourceError(f"it is of type ‘{shown(_content_type(exchanged))}’, which is not what was asked for")
        wanted.into.seek(0)
        wanted.into.truncate()
        for piece in exchanged.body(limit=wanted.limit):
            wanted.into.write(piece)

    def _shown(self, url: str) -> str:
        """The URL as the log may have it: where any host is asked, the query may be a signature."""
        return url if self.guard.hosts is not None else url.partition("?")[0]


@dataclass(frozen=True, slots=True)
class _Wanted:
    accept: Collection[int]
    limit: int
    types: Collection[str]
    into: BinaryIO
    sent: bytes | None = None


class _SlowDown(Broken):
    def __init__(self, status_line: str, wait: float | None) -> None:
        super().__init__(
            f"it answered with status {status_line}"
            + (f" and asks to wait for {wait:.0f} seconds" if wait is not None else "")
        )
        self.wait = wait


def _is_redirect(exchanged: Exchange) -> bool:
    return exchanged.status in {301, 302, 303, 307, 308} and "Location" in exchanged.headers


def _next(url: str, exchanged: Exchange) -> str:
    try:
        target = urljoin(url, exchanged.headers["Location"])
        address = requests.Request("GET", target).prepare().url or ""
    except (requests.RequestException, ValueError) as error:
        raise SourceError(f"{url} leads to ‘{shown(exchanged.headers['Location'])}’, which is no address") from error
    if urlsplit(url).scheme == "https" and urlsplit(address).scheme != "https":
        raise SourceError(f"{url} leads from https to {shown(address)}, which anyone could have forged")
    return address


def _content_type(exchanged: Exchange) -> str:
    return exchanged.headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _matches(content_type: str, wished: str) -> bool:
    return content_type.startswith(wished) if wished.endswith("/") else content_type == wished
