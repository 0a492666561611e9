"""Real processes beside the test: they see its database and its queue, and can be killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import connection

SETUP = "import django; django.setup(); "


@contextmanager
def python(code: str, *, output: Path | None = None, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs `code` with Django set up and the test's database; what it prints is its `stdout`.

    Where nobody reads that while it runs, `output` is the file that it prints to: a pipe that is full would stop it.
    The environment's names are those of docs/settings.md. At the end it is killed, if it still runs.
    """
    with ExitStack() as stack:
        stdout = stack.enter_context(output.open("a")) if output else subprocess.PIPE
        yield stack.enter_context(_process([sys.executable, "-c", SETUP + code], environment, stdout))


@contextmanager
def manage(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The same with a command of manage.py."""
    with _process([sys.executable, "manage.py", *arguments], environment, subprocess.PIPE) as process:
        yield process


@contextmanager
def _process(command: list[str], environment: dict[str, str], stdout: IO[str] | int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONWARNINGS": "ignore",
            **environment,
        },
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def database_url() -> str:
    """The address of the database that pytest-django made for this test run."""
    url, question, options = os.environ["DATABASE_URL"].partition("?")
    base, _, _ = url.rpartition("/")
    return f"{base}/{connection.settings_dict['NAME']}{question}{options}"
