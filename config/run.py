"""The whole site with one command: `python -m config.run`, which is what `make run` does once everything is installed.

It prepares the data, starts the web server, one worker and the timetable, prints the address, and watches: a part
that dies stops the rest. SIGINT (Ctrl-C), SIGTERM and SIGHUP stop everything in order.
"""

import ctypes
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

import psutil
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from kombu.exceptions import OperationalError as QueueIsAway

from config.embedded import data_dir, services
from config.prepare import prepare
from config.server import Server, Unavailable

HOST = "127.0.0.1"
# A task that is running when the worker is asked to stop gets this long; the queue hands it out again afterwards.
GRACE = 10.0
# From the web server's start to its first answer, on a slow machine.
PATIENCE = 60.0


class Failed(Exception):
    """The site can't start or go on; the message is one line that says why and what to do."""


def main() -> int:
    """Runs the site until a signal comes; returns the exit code."""
    try:
        with _orderly_exit():
            return run(_port())
    except (Failed, Unavailable) as error:
        print(error, file=sys.stderr)
    except ImproperlyConfigured as error:
        print(f"The settings don't fit: {error}", file=sys.stderr)
    except OperationalError as error:
        print(f"The database can't be used: {' '.join(str(error).split())}", file=sys.stderr)
    except OSError as error:
        print(f"The disk says no: {error}", file=sys.stderr)
    return 1


def run(port: int) -> int:
    folder = data_dir()
    address = f"http://{HOST}:{port}"
    # What is kept in DATA_DIR (mail with its links, the secret key) is nobody else's to read.
    os.umask(0o077)
    os.environ["DATA_DIR"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("SITE_URL", address)
    with ExitStack() as stack:
        stack.enter_context(_only_one(folder, address))
        _claim(port)
        if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
            say(f"Starting PostgreSQL and Valkey in {folder} …")
        servers = stack.enter_context(services())
        # What manage.py sends meanwhile leads here, too.
        (folder / "address").write_text(f"{os.environ['SITE_URL']}\n")
        logins = prepare()
        children = stack.enter_context(_children())
        children["web server"] = _start(*_web(port))
        _wait_for_first_page(port, children)
        children["worker"] = _start(*_worker("celery", concurrency=2))
        children["slow worker"] = _start(*_worker("slow", concurrency=1))
        # A process of its own rather than inside the worker, so that its death is seen too.
        children["timetable"] = _start(*_celery("beat", "--schedule", str(folder / "timetable"), "--pidfile", ""))
        _welcome(address, logins)
        threading.Thread(target=_fetch_todays_listing, daemon=True).start()
        _watch(children, servers)
    return 1


def say(text: str) -> None:
    print(text, flush=True)


def _web(port: int) -> list[str]:
    # One process with a few threads starts soonest and is enough for a site on one's own machine.
    size = ["--workers", "1", "--blocking-threads", "4"]
    where = ["--interface", "wsgi", "--host", HOST, "--port", str(port)]
    return ["granian", *where, *size, "--log-level", "warning", "config.wsgi:application"]


def _celery(command: str, *options: str) -> list[str]:
    return ["celery", "--quiet", "--app", "config.celery", command, "--loglevel", "WARNING", *options]


def _worker(queue: str, *, concurrency: int) -> list[str]:
    name = ["--queues", queue, "--hostname", f"{queue}@%h", "--concurrency", str(concurrency)]
    return _celery("worker", *name, "--without-gossip", "--without-mingle")


def _start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.DEVNULL,
        # Whoever is root on the machine needn't hear at every start that a worker of a public site should not be.
        env={**os.environ, "PYTHONWARNINGS": "ignore::UserWarning:celery.platforms"},
        # A session of its own: Ctrl-C in the terminal is for us, who then ask the children one by one.
        start_new_session=True,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _die_with_parent() -> None:
    """Asks Linux to end this child should we be killed before we could (PR_SET_PDEATHSIG is 1)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _wait_for_first_page(port: int, children: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        _complain_of_the_dead(children, [])
        with suppress(OSError, http.client.HTTPException):
            if _status(port, "/healthz") == 200:
                # The first page is the slowest: whoever comes next finds everything loaded.
                _status(port, "/papers")
                return
        time.sleep(0.05)
    raise Failed(f"The web server did not answer within {PATIENCE:.0f} s: see what it said above.")


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection(HOST, port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def _welcome(address: str, logins: list[tuple[str, str, str]]) -> None:
    say(f"\n  Daily Papers is at {address}/papers (ready in {time.time() - psutil.Process().create_time():.1f} s)")
    for email, password, role in logins:
        say(f"  Sign in as a {role}: {email}, password “{password}”")
    say("  Ctrl-C stops it.\n")


def _fetch_todays_listing() -> None:
    """Rings for today's arXiv listing when arXiv can be reached; without a network the demo is all there is."""
    from django.conf import settings

    from config.celery import app

    source = urlsplit(settings.ARXIV_RSS_URL)
    with suppress(OSError, QueueIsAway):
        if source.scheme not in getproxies():
            socket.create_connection((source.hostname, source.port or 443), timeout=3).close()
        app.send_task("papers.tasks.fetch_listing")


def _watch(children: dict[str, subprocess.Popen[bytes]], servers: list[Server]) -> None:
    """Returns never: a signal or the death of a part ends it by an exception."""
    while True:
        _complain_of_the_dead(children, servers)
        time.sleep(0.5)


def _complain_of_the_dead(children: dict[str, subprocess.Popen[bytes]], servers: list[Server]) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            raise Failed(f"The {name} has stopped (exit code {child.returncode}), so everything stops.")
    for server in servers:
        if not server.is_running():
            raise Failed(f"{server.name} has stopped, so everything stops; its log is {server.log}.")


@contextmanager
def _children() -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The processes put into this dictionary are stopped at the end: asked together, then killed with all they forked."""
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        yield children
    finally:
        _ignore_signals()
        for child in children.values():
            child.terminate()
        deadline = time.monotonic() + GRACE
        for child in children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@contextmanager
def _only_one(folder: Path, address: str) -> Iterator[None]:
    """One site per DATA_DIR; the kernel frees the lock of a killed one."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "run.lock").open("a+")
    except OSError as error:
        raise Failed(
            f"No data can be kept in {folder} ({error.strerror}): give a folder that you may write to, make run DATA_DIR=…"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise Failed(
                f"Daily Papers already runs on {folder}, {lock.read().strip()}: "
                "stop that one, or give another folder, make run DATA_DIR=… PORT=…"
            ) from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()} at {address}\n")
        lock.flush()
        yield


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 65536:
        raise Failed(f"PORT={given} is no port: give a number from 1 to 65535, make run PORT=8001")
    return int(given)


def _claim(port: int) -> None:
    """Raises Failed when nobody could listen at the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            other = port + 1 if 1024 <= port < 65535 else 8001
            raise Failed(f"Port {port} can't be used ({error.strerror}): try another, make run PORT={other}") from error


@contextmanager
def _orderly_exit() -> Iterator[None]:
    """Signals that ask us to stop become a SystemExit, which stops everything on its way out. nohup stays nohup."""
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if signal.getsignal(n) is not signal.SIG_IGN]
    for number in numbers:
        signal.signal(number, _stop)
    yield


def _stop(number: int, frame: object) -> None:
    _ignore_signals()
    say("\nStopping …")
    sys.exit(0)


def _ignore_signals() -> None:
    """Stopping is bounded: a second Ctrl-C would only leave processes behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
