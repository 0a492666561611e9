"""The tests' stage: the embedded servers run while they do, unless DATABASE_URL and REDIS_URL name others.

It is loaded by `-p tests.stage` (see pyproject.toml), because the settings are read before any conftest.py.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from config.embedded import BASE_DIR, services
from config.server import Unavailable

_stack = ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    # Never the data of a running site.
    os.environ["DATA_DIR"] = os.environ.get("TEST_DATA_DIR") or str(BASE_DIR / ".cache" / "tests")
    try:
        _stack.enter_context(services())
    except Unavailable as error:
        raise pytest.UsageError(str(error)) from error
    if worker := os.environ.get("PYTEST_XDIST_WORKER"):
        # pytest-django gives each worker a database of its own; so does this, of Valkey's sixteen.
        os.environ["REDIS_URL"] = os.environ["REDIS_URL"].removesuffix("/0") + f"/{int(worker.removeprefix('gw')) + 1}"
    yield


def pytest_sessionstart() -> None:
    """The tests see the static files as visitors do: collected, under the names of their contents."""
    from config.prepare import collect_static

    if "PYTEST_XDIST_WORKER" not in os.environ:
        collect_static()


def pytest_unconfigure() -> None:
    _stack.close()
