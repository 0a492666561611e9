"""A pytest plugin: the embedded servers run while the tests do, unless DATABASE_URL and REDIS_URL name others.

It is loaded by `-p config.testing` (see pyproject.toml), because the settings are read before any conftest.py.
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
    yield


def pytest_unconfigure() -> None:
    _stack.close()
