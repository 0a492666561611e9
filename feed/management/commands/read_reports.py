"""Bounces and complaints as a mail server hands them over: each in a pipe, or in a Maildir; safe to repeat."""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from feed import reports
from feed.models import Delivery
from feed.reports import NoReport


class Command(BaseCommand):
    help = (
        "Read what mail servers report of digests that were sent: bounces (RFC 3464) and complaints (RFC 5965). Without a "
        "PATH one report is read from the standard input, as the alias of a mail server pipes it. Says in a line what "
        "became of each. Exits with 0, also where it is no report, and with 75 where the database is away: then a mail "
        "server keeps it and tries again."
    )
    # A mail server waits for each, and the database may be away.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="*", type=Path, metavar="PATH", help="a message, or a Maildir whose new messages are read"
        )

    def handle(self, *, paths: list[Path], verbosity: int, **options) -> None:
        if missing := [path for path in paths if not path.exists()]:
            raise CommandError(f"There is no {missing[0]}.", returncode=os.EX_NOINPUT)
        try:
            if not paths:
                self._tell(_read(_start(sys.stdin.buffer)), "", verbosity)
            for path in paths:
                for message in _messages(path):
                    self._take(message, verbosity, is_new=path.is_dir())
        except DatabaseError as error:
            raise CommandError(f"The database does not answer: {error}", returncode=os.EX_TEMPFAIL) from error

    def _take(self, message: Path, verbosity: int, *, is_new: bool) -> None:
        try:
            with message.open("rb") as file:
                data = _start(file)
        except FileNotFoundError:
            # Another run has it.
            return
        except OSError as error:
            raise CommandError(f"{message} can't be read: {error.strerror}", returncode=os.EX_NOINPUT) from error
        self._tell(_read(data), f"{message.name}: ", verbosity)
        if is_new:
            # Read, and only then moved: who is stopped in between reads it once more, which changes nothing.
            read = message.parent.parent / "cur"
            read.mkdir(exist_ok=True)
            with suppress(FileNotFoundError):
                message.rename(read / f"{message.name}:2,S")

    def _tell(self, outcome: str, name: str, verbosity: int) -> None:
        if verbosity:
            self.stdout.write(name + outcome)


def _messages(path: Path) -> Iterator[Path]:
    """The message itself, or the new ones of a Maildir, the oldest first."""
    if not path.is_dir():
        yield path
        return
    if not (path / "new").is_dir():
        raise CommandError(f"{path} is no Maildir: it has no folder named new.", returncode=os.EX_NOINPUT)
    # Those names begin with the time.
    yield from sorted(file for file in (path / "new").iterdir() if file.is_file() and not file.name.startswith("."))


def _start(file: BinaryIO) -> bytes:
    """As much of a message as shows that it is too large; the rest is read off, or who pipes it would see it break."""
    data = file.read(reports.LARGEST + 1)
    while file.read(reports.LARGEST):
        pass
    return data


def _read(data: bytes) -> str:
    """Do what a report says; return what became of it."""
    try:
        report = reports.parse(data)
    except NoReport as error:
        return f"nothing done: {error}"
    delivery = Delivery.objects.named([report.hex_id])
    if delivery is None:
        return f"nothing done: no delivery is called {report.hex_id}"
    delivery.hear(report.news, report.reason)
    return f"{report.news} of {delivery}: {report.reason}"
