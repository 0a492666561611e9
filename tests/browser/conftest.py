"""The browser: Debian's Chromium reads the real site over HTTP, and every test fails on what the console complains of."""

import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

# Playwright's synchronous interface runs an event loop in the tests' own thread, which Django takes for an asynchronous
# caller. It is none: between two calls to the browser the loop stands still.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# Milliseconds; a machine with two busy cores takes its time.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def live_server():
    """The site on a port of its own; static files and pictures come as visitors get them, not as Django's tests do."""
    server = LiveServer("127.0.0.1", start=False)
    # What it is given would answer for the pictures itself; the site is what lies within.
    server.thread.static_handler = lambda pictures: pictures.application
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def base_url(live_server) -> str:
    """Where addresses that begin with a slash lead."""
    return live_server.url


@pytest.fixture(autouse=True)
def _address(live_server, settings):
    settings.SITE_URL = live_server.url


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("there is no Chromium here: apt-get install chromium, or name one in CHROMIUM")
    switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    return {**browser_type_launch_args, "executable_path": chromium, "args": switches}


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of the npm package axe-core."""
    path = Path(os.environ.get("AXE_CORE", ".cache/axe/node_modules/axe-core/axe.min.js"))
    if not path.is_file():
        pytest.skip(f"axe-core is not at {path}: `make browser` fetches it, or name it in AXE_CORE")
    return path.read_text()


@pytest.fixture(params=[360, 1280], ids=["360px", "1280px"])
def width(request) -> int:
    """A small phone and a desk, in CSS pixels."""
    return request.param


@pytest.fixture
def has_scripts() -> bool:
    """A test that is to run without scripts too is marked `with_and_without_scripts`."""
    return True


@pytest.fixture
def browser_context_args(browser_context_args, transactional_db, width, has_scripts):
    return {
        **browser_context_args,
        "viewport": {"width": width, "height": 800},
        "java_script_enabled": has_scripts,
        # A finger is no mouse, but a page must not need to know.
        "has_touch": width < 720,
    }


class Complaints:
    """What the browser complains of: console errors and warnings (the content security policy's too), uncaught errors,
    requests that failed."""

    def __init__(self, context):
        self._heard: list[str] = []
        self._expected: list[str] = []
        context.on("console", lambda said: said.type in ("error", "warning") and self._heard.append(said.text))
        context.on("weberror", lambda error: self._heard.append(str(error.error)))
        context.on("requestfailed", self._hear_failure)

    def expect(self, *words: str) -> None:
        """Forgive complaints that contain one of these."""
        self._expected.extend(words)

    @property
    def unexpected(self) -> list[str]:
        return [words for words in self._heard if not any(expected in words for expected in self._expected)]

    def _hear_failure(self, request) -> None:
        # The page itself lets go of a request when the reader goes elsewhere.
        if request.failure != "net::ERR_ABORTED":
            self._heard.append(f"{request.failure}: {request.method} {request.url}")


@pytest.fixture(autouse=True)
def complaints(context):
    context.set_default_timeout(PATIENCE)
    complaints = Complaints(context)
    yield complaints
    assert complaints.unexpected == []


@pytest.fixture
def sign_in(context, live_server):
    """Sign a member in without the form."""

    def sign_in(user) -> None:
        client = Client()
        client.force_login(user)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])

    return sign_in


@pytest.fixture
def link_in_mail(mailoutbox, live_server):
    """The newest mail's link whose path begins like this."""

    def link_in_mail(path: str) -> str:
        return re.search(rf"{re.escape(live_server.url + path)}\S+", mail.outbox[-1].body)[0]

    return link_in_mail


def path_of(url: str) -> str:
    """Path and query: what is the same on every port."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
