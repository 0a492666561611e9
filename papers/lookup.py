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
# How long a paper without a good answer is put off: an archive that fails at it is ill, and not to be asked at every bell.
REST = timedelta(hours=1)
# Answers that are no good after which a paper is left alone: the next harvest may say more.
ATTEMPTS = 5
# So many in a row mean that arXiv is out of reach, or writes in another way than we read: not the papers are at fault.
FAILURES = 3


def waiting() -> QuerySet[Paper]:
    """The papers of which nobody has said the licence, and arXiv was not asked; the newest first."""
    return Paper.objects.filter(looked_up_at=None, license="", deleted_at=None).order_by("-pk")


def look_up() -> None:
    """Ask arXiv for the newest that wait; one whose answer is no good is put off and lets the others go.

    The position of the source says what is put `off`, by arXiv id: until when, and after how many bad answers.
    """
    source = Source.objects.filter(pk=Source.Name.LOOKUP).first()
    if not _due(source.position.get("off", {}) if source else {}).exists():
        return
    with run(Source.Name.LOOKUP) as current:
        if current:
            _look_up(current)


def _look_up(current: Run) -> None:
    client = sources.arxiv()
    meter = Meter(client)
    source, _ = Source.objects.get_or_create(name=Source.Name.LOOKUP)
    off = source.position.get("off", {})
    deadline = time.monotonic() + ENOUGH.total_seconds()
    good, failures, failure = 0, 0, None
    for paper in _due(off).only("arxiv_id")[:BATCH_SIZE]:
        if time.monotonic() > deadline:
            return
        count = off.pop(paper.arxiv_id, {}).get("count", 0)
        try:
            rows = _ask(client, paper.arxiv_id)
            good, failures, failure = good + 1, 0, None
        except Busy:
            raise
        except SourceError as error:
            failures, failure = failures + 1, error
            rows = [Refusal(paper.arxiv_id, str(error))]
            # What is out of reach may be within it any day; what can't be read can't be read.
            count += not isinstance(error, Unavailable)
            if count < ATTEMPTS:
                off[paper.arxiv_id] = {"count": count, "again_at": (timezone.now() + REST).isoformat()}
        with transaction.atomic():
            report = ingest(rows)
            if paper.arxiv_id not in off:
                Paper.objects.filter(pk=paper.pk).update(looked_up_at=timezone.now())
            source.position = {"off": off}
            source.save(update_fields=["position"])
            current.note(report, **meter.read())
        if failures == FAILURES:
            raise SourceError(f"{failures} in a row gave nothing good, the last one: {failure}") from failure
    if isinstance(failure, Unavailable) and not good:
        raise failure


def _due(off: dict) -> QuerySet[Paper]:
    """The papers that wait and are not put off."""
    now = timezone.now().isoformat()
    return waiting().exclude(arxiv_id__in=[arxiv_id for arxiv_id, it in off.items() if it["again_at"] > now])


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
