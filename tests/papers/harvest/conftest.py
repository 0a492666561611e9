"""arXiv's archive for the jobs that harvest it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from papers.models import Run, Source
from tests.archive import Archive, made
from tests.replay import Replay

# Ten at night in New York is three in the morning of UTC.
NIGHT = datetime(2026, 1, 8, 3, 45, tzinfo=UTC)
TODAY = date(2026, 1, 8)


@pytest.fixture
def archive() -> Archive:
    """A hundred papers of the last ten days, ten on each; two of them deleted."""
    papers = [made(f"2601.{number:05}") for number in range(1, 101)]
    return Archive(papers, until=TODAY, days=10, page_size=20)


@pytest.fixture
def serve(settings, db) -> Iterator[Callable[..., Replay]]:
    """Serve an archive, with faults; the clock stands at the harvest's hour, the cursor a week before."""
    settings.ARXIV_CATEGORIES = ["cs.CV"]
    Source.objects.create(name=Source.Name.HARVEST, position={"day": "2026-01-01"})
    servers: list[Replay] = []

    def start(archive, *faults) -> Replay:
        servers.append(Replay(archive, faults=faults))
        servers[-1].__enter__()
        settings.ARXIV_OAI_URL = servers[-1].url
        return servers[-1]

    with time_machine.travel(NIGHT, tick=False):
        yield start
    for server in servers:
        server.__exit__()


def position(name=Source.Name.HARVEST) -> dict:
    return Source.objects.get(name=name).position


def newest_run() -> Run:
    return Run.objects.first()
