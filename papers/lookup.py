"""Single papers are looked up at arXiv: those that members want, and those that came from elsewhere, as a mirror knows
neither licence nor versions, and a list no abstract."""

import time
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from papers import sources
from papers.arxiv import oai
from papers.arxiv.client import Client
from papers.arxiv.record import Refusal, SourceError
from papers.ingest import Report, ingest
from papers.meter import Meter
from papers.models import Paper, Run, Source, Wanted
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


def left() -> int:
    """How many papers are to be looked up: those that members want, and those that are here."""
    return Wanted.objects.waiting().count() + waiting().count()


def look_up() -> None:
    """Ask arXiv for what members want, and for the newest papers that wait; one whose answer is no good is put off and
    lets the others go.

    The position of the source says which papers are put `off`, by arXiv id: until when, and after how many bad answers.
    What members want says so itself.
    """
    source = Source.objects.filter(pk=Source.Name.LOOKUP).first()
    off = source.position.get("off", {}) if source else {}
    if not (Wanted.objects.due().exists() or _due(off).exists()):
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
    Wanted.objects.settle()
    papers = iter(_due(off).only("arxiv_id")[:BATCH_SIZE])
    for _ in range(BATCH_SIZE):
        # Somebody waits for what is wanted, and may have come to want it a moment ago.
        asked = Wanted.objects.due().first() or next(papers, None)
        if asked is None:
            break
        if time.monotonic() > deadline:
            return
        error: SourceError | None = None
        try:
            rows = _ask(client, asked.arxiv_id)
            good, failures, failure = good + 1, 0, None
        except Busy:
            raise
        except SourceError as caught:
            failures, failure, error = failures + 1, caught, caught
            rows = [Refusal(asked.arxiv_id, str(caught))]
        with transaction.atomic():
            report = ingest(rows)
            if isinstance(asked, Wanted):
                _answer(asked, report, error)
            else:
                _note(asked, off, error)
                source.position = {"off": off}
                source.save(update_fields=["position"])
            current.note(report, **meter.read())
        if failures == FAILURES:
            raise SourceError(f"{failures} in a row gave nothing good, the last one: {failure}") from failure
    if isinstance(failure, Unavailable) and not good:
        raise failure


def _answer(wanted: Wanted, report: Report, error: SourceError | None) -> None:
    """Tell who wants a paper what has become of it."""
    if error:
        failures = wanted.failures + _counts(error)
        if failures < ATTEMPTS:
            wanted.put_off(REST, failures=failures, reason=str(error))
        else:
            wanted.answer(Wanted.State.UNREADABLE, reason=str(error))
    elif Paper.objects.filter(arxiv_id=wanted.arxiv_id).exists():
        wanted.answer(Wanted.State.HERE)
    elif report.refused:
        wanted.answer(Wanted.State.UNREADABLE, reason=report.refused[0].reason)
    else:
        wanted.answer(Wanted.State.ABSENT)


def _note(paper: Paper, off: dict, error: SourceError | None) -> None:
    """Put a paper off after an answer that was no good; after a good one, and after too many, it was looked up."""
    count = off.pop(paper.arxiv_id, {}).get("count", 0)
    if error and (count := count + _counts(error)) < ATTEMPTS:
        off[paper.arxiv_id] = {"count": count, "again_at": (timezone.now() + REST).isoformat()}
    else:
        Paper.objects.filter(pk=paper.pk).update(looked_up_at=timezone.now())


def _counts(error: SourceError) -> bool:
    """What is out of reach may be within it any day; what can't be read can't be read."""
    return not isinstance(error, Unavailable)


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
