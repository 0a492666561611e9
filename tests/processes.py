"""Real processes beside the test: they see its database and its queue, and can be killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

SETUP = "import django; django.setup(); "


@contextmanager
def python(code: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs `code` with Django set up and the test's database; what it prints is its `stdout`.

    The environment's names are those of docs/settings.md. At the end it is killed, if it still runs.
    """
    with _process([sys.executable, "-c", SETUP + code], environment) as process:
        yield process


@contextmanager
def manage(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The same with a command of manage.py."""
    with _process([sys.executable, "manage.py", *arguments], environment) as process:
        yield process


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
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
        stdout=subprocess.PIPE,
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
