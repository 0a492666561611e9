"""Commands of the site run for real, each in a process of its own, on a data folder made for the tests."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.server import end, is_alive

ROOT = Path(__file__).resolve().parents[2]
# Long enough for a database's recovery on a busy machine, short enough to fail within a test run.
PATIENCE = 90


class Site:
    """A data folder, and the commands started on it; every command is ended with the test that started it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[subprocess.Popen[str]] = []

    def environment(self, **more: str) -> dict[str, str]:
        """Ours, without the addresses of the tests' own servers; the network's door leads nowhere."""
        ours = {
            name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "SITE_URL")
        }
        return {**ours, "DATA_DIR": str(self.folder), "HTTPS_PROXY": "http://127.0.0.1:9", **more}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT, env=self.environment(**more), capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip

    def beside(self, code: str, **more: str) -> str:
        """What `code` prints when run beside the embedded servers."""
        done = self.run("-m", "config.embedded", sys.executable, "-c", code, **more)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self, *arguments: str, until: str, **more: str) -> subprocess.Popen[str]:
        """Starts a command and waits for a line that holds `until`."""
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT, env=self.environment(**more), text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._started.append(process)
        said = ""
        for line in process.stdout:
            said += line
            if until in line:
                return process
        raise AssertionError(f"It ended without saying {until!r}: {said}")

    def hold(self) -> subprocess.Popen[str]:
        """A command that keeps the servers in use until it is told to end."""
        return self.start("-m", "config.embedded", "sh", "-c", "echo in use; read line", until="in use")

    def let_go(self, holder: subprocess.Popen[str]) -> None:
        holder.communicate("\n", timeout=PATIENCE)

    def server(self, program: str) -> psutil.Process | None:
        """The running `postgres` or `valkey-server` on this folder."""
        for process in psutil.process_iter(["name", "cmdline"]):
            line = process.info["cmdline"] or []
            if line and line[0].endswith(program) and any(part.startswith(str(self.folder)) for part in line):
                return process
        return None

    def kill_servers(self) -> None:
        for program in ("postgres", "valkey-server"):
            server = self.server(program)
            end(server)

    @property
    def is_quiet(self) -> bool:
        return self.server("postgres") is None and self.server("valkey-server") is None

    def end(self) -> None:
        for process in self._started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def site(data_folder) -> Iterator[Site]:
    """One folder for a whole module: its database is made once, and each test finds it stopped."""
    site = Site(data_folder)
    yield site
    site.end()


@pytest.fixture
def other_site(tmp_path) -> Iterator[Site]:
    """A folder that is not there yet."""
    site = Site(tmp_path / "data")
    yield site
    site.end()


def all_end(processes: list[psutil.Process]) -> bool:
    """Whether all are gone within half a minute; one that waits for its parent to look at it is gone."""
    deadline = time.monotonic() + 30
    while any(map(is_alive, processes)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(map(is_alive, processes))


def one_line(text: str) -> str:
    """The text, which has to be a single line and no traceback."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    assert not re.search("Traceback", text)
    return lines[0]
