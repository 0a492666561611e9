"""A server that plays answers over real HTTP, with faults on demand, and keeps a log of who asked when.

    def answer(request: Request) -> Answer:
        return Answer(pages[request.query["resumptionToken"]])

    with Replay(answer, faults=every(20, [busy(1), reset(), truncated(), html()])) as server:
        settings.ARXIV_OAI_URL = server.url
        ...
    assert [exchange.path for exchange in server.log] == ["/oai"]

The handler makes the answer to a `Request`. `faults` is consulted once for each request, in the order in which they
come in: None (or its end) lets the handler answer, a fault is called with the request and the handler and answers in
its place. Each connection has a thread of its own and one request. With `is_apart=True` all that happens in a process
of its own, forked when the server starts: the handler's variables are then copies, and only the log comes back.

Times in the log are seconds of the machine's monotonic clock, the same in all processes and never frozen: `started` is
when the connection came, `ended` is just before the last bytes go out, so that whoever comes after an answer comes
after its end.
"""

import gzip
import json
import multiprocessing
import socket
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """`query` has the last value of each name; the headers' names are in small letters."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What goes over the wire: `body` as it stands, in `pieces` with `pause` seconds before each but the first.

    `cut` is the share of the body after which the connection is reset. A Content-Length header is added unless
    `headers` has one.
    """

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    pieces: int = 1
    pause: float = 0.0
    cut: float | None = None


@dataclass(frozen=True)
class Exchange:
    """A line of the log; `fault` is the fault's name or "", `is_whole` whether all of it
    could be sent."""

    started: float
    ended: float
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    status: int
    fault: str
    is_whole: bool


Handler = Callable[[Request], Answer]
Fault = Callable[[Request, Handler], Answer]


class Replay:
    """The server, a context manager; `url` is its address, `log` what it was asked so far, by the time of starting."""

    def __init__(self, handler: Handler, *, faults: Iterable[Fault | None] = (), is_apart: bool = False) -> None:
        self.handler = handler
        self.faults = iter(faults)
        self.is_apart = is_apart

    def __enter__(self) -> "Replay":
        self._folder = tempfile.TemporaryDirectory()
        self._log = Path(self._folder.name) / "log"
        self._log.touch()
        self._server = _Server(self.handler, self.faults, self._log)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        if self.is_apart:
            # Forked, so that handlers can be any callable.
            self._process = multiprocessing.get_context("fork").Process(target=self._server.serve, daemon=True)
            self._process.start()
            self._server.socket.close()
        else:
            self._thread = threading.Thread(target=self._server.serve, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        if self.is_apart:
            self._process.kill()
            self._process.join()
        else:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
        self._last = self._read()
        self._folder.cleanup()

    @property
    def log(self) -> list[Exchange]:
        return self._read() if self._log.exists() else self._last

    def _read(self) -> list[Exchange]:
        # The last line may be half written.
        lines = self._log.read_text().rpartition("\n")[0].splitlines()
        return sorted((Exchange(**json.loads(line)) for line in lines), key=lambda exchange: exchange.started)


# --- Faults -----------------------------------------------------------------------------------------------------------


def every(count: int, faults: Iterable[Fault]) -> Iterator[Fault | None]:
    """For ever: `count - 1` requests without a fault and then the next of `faults`, which begin anew at their end."""
    for fault in cycle(faults):
        yield from [None] * (count - 1)
        yield fault


def busy(retry_after: int | str | datetime | None = None, *, status: int = 429) -> Fault:
    """Slow down: `retry_after` is seconds, a moment (aware, in UTC: sent as an HTTP date), any text, or no header."""
    if isinstance(retry_after, datetime):
        retry_after = format_datetime(retry_after, usegmt=True)
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return _named("busy", lambda request, handler: Answer(b"slow down", status, headers))


def reset(share: float = 0.5) -> Fault:
    """The connection is reset after this share of the body."""
    return _named("reset", lambda request, handler: replace(handler(request), cut=share))


def slow(pause: float, pieces: int = 10) -> Fault:
    """The body drips, in so many pieces with so many seconds between them."""
    return _named("slow", lambda request, handler: replace(handler(request), pause=pause, pieces=pieces))


def truncated() -> Fault:
    """A gzip that lacks its end, with the length of what is sent."""

    def fault(request: Request, handler: Handler) -> Answer:
        whole = compressed(handler(request))
        return replace(whole, body=whole.body[:-12])

    return _named("truncated", fault)


def html() -> Fault:
    """A page for people instead of the answer, with status 200."""
    page = b"<!doctype html><html><head><title>Rate exceeded.</title></head><body>Come back later</body></html>"
    return _named("html", lambda request, handler: Answer(page, headers={"Content-Type": "text/html"}))


def changed(change: Callable[[bytes], bytes], name: str = "changed") -> Fault:
    """The body as `change` makes it: emptied, its rows doubled or in another order."""

    def fault(request: Request, handler: Handler) -> Answer:
        answer = handler(request)
        return replace(answer, body=change(answer.body))

    return _named(name, fault)


def empty() -> Fault:
    """Status 200, and nothing else."""
    return changed(lambda body: b"", "empty")


def instead(answer: Answer, name: str = "instead") -> Fault:
    """Always this answer."""
    return _named(name, lambda request, handler: answer)


def compressed(answer: Answer) -> Answer:
    """The same answer as gzip."""
    return replace(answer, body=gzip.compress(answer.body), headers={**answer.headers, "Content-Encoding": "gzip"})


def _named(name: str, fault: Fault) -> Fault:
    fault.__name__ = name  # type: ignore[attr-defined]
    return fault


# --- The wire ---------------------------------------------------------------------------------------------------------


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # The kernel's queue of those who wait; the default of 5 resets the rest.
    request_queue_size = 128

    def __init__(self, handler: Handler, faults: Iterator[Fault | None], log: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.handler = handler
        self.faults = faults
        self.lock = threading.Lock()
        self.starts: dict[object, float] = {}
        self.log = log

    def serve(self) -> None:
        self.serve_forever(poll_interval=0.02)

    def get_request(self):
        connection, address = super().get_request()
        self.starts[address] = _now()
        return connection, address

    def handle_error(self, *args) -> None:
        # A client that leaves is no error here; a handler that fails is.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(*args)

    def answer(self, request: Request) -> tuple[Answer, str]:
        with self.lock:
            fault = next(self.faults, None)
        if fault is None:
            return self.handler(request), ""
        return fault(request, self.handler), fault.__name__  # type: ignore[attr-defined]

    def note(self, exchange: Exchange) -> None:
        with self.lock, self.log.open("a") as log:
            log.write(json.dumps(asdict(exchange)) + "\n")


class _Connection(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        started = self.server.starts.pop(self.client_address)
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body)
        answer, fault = self.server.answer(request)
        *pieces, last = self._pieces(answer)
        is_whole = answer.cut is None
        try:
            for piece in pieces:
                self.connection.sendall(piece)
                time.sleep(answer.pause)
        except OSError:
            is_whole = False
        # Before the end is sent: who has the answer finds it in the log.
        asked = (request.path, request.query, request.headers, answer.status, fault)
        self.server.note(Exchange(started, _now(), *asked, is_whole))
        with suppress(OSError):
            self.connection.sendall(last)
            if answer.cut is not None:
                # Linger for no time: closing sends a reset.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

    do_POST = do_GET

    def _pieces(self, answer: Answer) -> list[bytes]:
        headers = {"Content-Length": str(len(answer.body)), **answer.headers, "Connection": "close"}
        lines = [f"HTTP/1.1 {answer.status} Replayed", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        body = answer.body if answer.cut is None else answer.body[: int(len(answer.body) * answer.cut)]
        size = max(1, -(-len(body) // answer.pieces))
        first, *rest = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
        return ["\r\n".join(lines).encode("latin-1") + first, *rest]

    def log_message(self, *_) -> None:
        """The log is the server's own."""


def _now() -> float:
    return time.clock_gettime(time.CLOCK_MONOTONIC)
