"""The stage of the announcements: an arXiv that stands in for the real one."""

from datetime import date

import pytest

from tests.archive import Archive
from tests.papers.invented_march import make, march, ring
from tests.replay import Replay


@pytest.fixture
def arxiv(settings):
    simulated = make()
    with simulated.standing_in(settings) as simulated.server:
        yield simulated


@pytest.fixture
def begun(arxiv, db):
    """Tuesday the 3rd and Wednesday the 4th are here."""
    ring(march(3), march(4))
    return arxiv


@pytest.fixture
def serve_archive(settings):
    """Start an OAI-PMH server at which arXiv is asked from now on: it has these papers, or answers in its own way."""
    servers: list[Replay] = []

    def start(*papers, answer=None):
        servers.append(Replay(answer or Archive(papers, until=date(2026, 1, 8), days=1, page_size=20)))
        servers[-1].__enter__()
        settings.ARXIV_OAI_URL = servers[-1].url
        return servers[-1]

    yield start
    for server in servers:
        server.__exit__()
