"""Postgres, Valkey and collected static files for the tests; loaded by `-p tests.stage`, before any setting is read.

Servers named by DATABASE_URL and REDIS_URL are used; otherwise bundled ones run in a folder of their own.
"""

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

_stack = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Runs once; the workers of a parallel run inherit what the first process has put into the environment."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    # A short path: a socket's name has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="dp-"))
    _stack.callback(shutil.rmtree, folder, ignore_errors=True)
    os.environ["DATA_DIR"] = str(folder)
    os.environ.setdefault("SECRET_KEY", "for the tests alone, and long enough for everyone's checks")
    from config import embedded

    _stack.enter_context(embedded.services())


@pytest.hookimpl(trylast=True)
def pytest_configure(config) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ and not config.option.collectonly:
        from django.core.management import call_command

        call_command("collectstatic", verbosity=0, interactive=False)


def pytest_unconfigure() -> None:
    _stack.close()
