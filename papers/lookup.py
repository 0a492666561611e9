"""Single papers are looked up at arXiv: a mirror knows neither licence nor versions, and a list no abstract."""

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from papers import sources
from papers.arxiv import oai
from papers.arxiv.client import Client
from papers.arxiv.record import Refusal, SourceError
from papers.ingest import ingest
from papers.meter import Meter
from papers.models import Paper, Run, Source
from papers.runs import run
from papers.web.unavailable import Busy, Unavailable

# One request each, three seconds apart: two minutes' worth, so that neither the list nor the harvest waits for long.
BATCH_SIZE = 40
ENOUGH = timedelta(minutes=4)
# Answers that are no good, at as many bells, after which a paper is left alone: the next harvest may say more.
ATTEMPTS = 5
# So many in a row mean that arXiv is out of reach, or writes in another way than we read: not the papers are at fault.
FAILURES = 3


def waiting() -> QuerySet[Paper]:
    """The papers of which nobody has said the licence, and arXiv was not asked; the newest first."""
    return Paper.objects.filter(looked_up_at=None, license="", deleted_at=None).order_by("-pk")


def look_up() -> None:
    """Ask arXiv for the newest that wait; one whose answer is no good is put off and lets the others go.

    The position of the source counts the bad answers by arXiv id.
    """
    if not waiting().exists():
        return
    with run(Source.Name.LOOKUP) as current:
        if current:
            _look_up(current)


def _look_up(current: Run) -> None:
    client = sources.arxiv()
    meter = Meter(client)
    source, _ = Source.objects.get_or_create(name=Source.Name.LOOKUP)
    deadline = time.monotonic() + ENOUGH.total_seconds()
    failures, unreached = 0, None
    for paper in waiting().only("arxiv_id")[:BATCH_SIZE]:
        if time.monotonic() > deadline:
            return
        tries = source.position.pop(paper.arxiv_id, 0) + 1
        try:
            rows = _ask(client, paper.arxiv_id)
            failures = 0
        except Busy:
            raise
        except SourceError as error:
            failures += 1
            if failures == FAILURES:
                raise SourceError(f"{failures} in a row gave nothing good, the last one: {error}") from error
            if isinstance(error, Unavailable):
                unreached = error
                continue
            rows = [Refusal(paper.arxiv_id, str(error))]
            if tries < ATTEMPTS:
                source.position[paper.arxiv_id] = tries
        with transaction.atomic():
            report = ingest(rows)
            if paper.arxiv_id not in source.position:
                Paper.objects.filter(pk=paper.pk).update(looked_up_at=timezone.now())
            source.save(update_fields=["position"])
            current.note(report, **meter.read())
    if unreached and not current.fetched_count:
        raise unreached


def _ask(client: Client, arxiv_id: str) -> list[oai.Row]:
    """What arXiv says of a paper: nothing, where it has none of that id."""
    try:
        page = oai.read(client.record(arxiv_id))
        rows = list(page)
    except oai.ProtocolError as error:
        if error.code == "idDoesNotExist":
            return []
        raise
    if not page.is_whole or not rows:
        raise SourceError("the answer was cut off")
    return rows
