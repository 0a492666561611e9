"""The stage of the announcements: an arXiv that stands in for the real one."""

import pytest

from tests.papers.invented_march import make, march, ring


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
