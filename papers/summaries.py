"""Asks a language model for a sentence on papers that no source has summarised, within the operator's daily limit."""

import time
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from datetime import time as clock

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from papers import sources
from papers.arxiv.record import Refusal, SourceError
from papers.ingest import Report
from papers.models import Paper, Run, Source, Stale
from papers.runs import run
from papers.summarizer import MODEL_LIMIT, BadAnswer, Summary
from papers.web.unavailable import Busy, Unavailable

BATCH_SIZE = 40
# With one slow answer on top, a run ends before its task's time limit; the timetable rings again.
ENOUGH = timedelta(minutes=4)
# Beyond the daily feed only papers of the last weeks are summarised: an archive would take the limit of years.
YOUNG = timedelta(days=30)
# Bad answers on one paper, after which it keeps the abstract's own sentence.
ATTEMPTS = 3
# So many in a row mean that the service is at fault, not the papers.
FAILURES = 3
# Papers whose bad answers are remembered.
REMEMBERED = 500


class LimitReached(SourceError):
    """The day's requests are spent."""


def write_summaries() -> None:
    """Ask for sentences on the papers that wait, those of the daily feed first.

    The position of the source counts the bad answers by arXiv id, as `bad`, and says `until` when the service wants to
    be left alone.
    """
    if not settings.SUMMARIZER_URL:
        return
    source, _ = Source.objects.get_or_create(name=Source.Name.SUMMARIZER)
    if source.position.get("until", "") > timezone.now().isoformat() or left_today() < 1 or not next_papers(1):
        return
    with run(Source.Name.SUMMARIZER) as current:
        if current:
            _write(current)


def waiting() -> QuerySet[Paper]:
    """Young or featured papers with no summary but the abstract's own sentence, but those whose answers were bad too often."""
    papers = Paper.objects.visible().filter(_has_none(), withdrawn_at=None, deleted_at=None).exclude(abstract="")
    # A paper whose text is still to be read would have the abstract's own sentence written over this one.
    unread = Stale.objects.filter(part=Stale.Part.GIST, paper_id=OuterRef("pk"))
    papers = papers.filter(~Exists(unread)).exclude(edited_fields__contains=["summary"])
    given_up = [arxiv_id for arxiv_id, tries in _bad().items() if tries >= ATTEMPTS]
    is_wanted = Q(featured_at__isnull=False) | Q(published_at__gt=timezone.now() - YOUNG)
    return papers.filter(is_wanted).exclude(arxiv_id__in=given_up)


def next_papers(count: int) -> list[Paper]:
    """So many of those that wait: the newest of the daily feed, then the newest, and last those that were put off."""
    put_off = list(_bad())
    first, again = waiting().exclude(arxiv_id__in=put_off), waiting().filter(arxiv_id__in=put_off)
    found: list[Paper] = []
    for papers in (
        first.exclude(featured_at=None).order_by("-featured_at", "-pk"),
        first.filter(featured_at=None).order_by(*Paper.objects.all().NEWEST),
        again.order_by("-pk"),
    ):
        if len(found) < count:
            found += papers[: count - len(found)]
    return found


def left_today() -> int:
    """The requests that may still be made before midnight UTC, by whatever worker."""
    midnight = datetime.combine(timezone.now().astimezone(UTC), clock(), UTC)
    today = Run.objects.of(Source.Name.SUMMARIZER).filter(Q(finished_at=None) | Q(finished_at__gte=midnight))
    return settings.SUMMARIZER_DAILY_LIMIT - (today.aggregate(spent=Sum("request_count"))["spent"] or 0)


class Allowance:
    """The turn (`papers.web.turn.Turn`) of a run: each request is counted before it is made, so that none is forgotten."""

    def __init__(self, current: Run) -> None:
        self.current = current

    def take(self) -> AbstractContextManager[None]:
        if left_today() < 1:
            raise LimitReached("SUMMARIZER_DAILY_LIMIT is reached, until midnight UTC")
        self.current.note(requests=1)
        return nullcontext()

    def hold(self, seconds: float) -> None:
        """One run at a time asks, and waits by itself."""


def _write(current: Run) -> None:
    client, deadline = sources.summarizer(Allowance(current)), time.monotonic() + ENOUGH.total_seconds()
    failures, received, unreached = 0, 0, None
    for paper in next_papers(BATCH_SIZE):
        if time.monotonic() > deadline:
            return
        report = Report()
        try:
            summary = client.summarize(paper.title, paper.abstract)
        except LimitReached:
            return
        except Busy as error:
            _note(until=error.until.isoformat())
            if current.fetched_count:
                return
            raise
        except (BadAnswer, Unavailable) as error:
            failures += 1
            if failures == FAILURES:
                raise SourceError(f"{failures} in a row gave nothing good, the last one: {error}") from error
            if isinstance(error, Unavailable):
                unreached = error
                continue
            report.refused.append(Refusal(paper.arxiv_id, str(error)))
        else:
            failures = 0
            (report.changed if _store(paper, summary) else report.unchanged).append(paper.arxiv_id)
        with transaction.atomic():
            if report.refused:
                _note(bad=paper.arxiv_id)
            current.note(report, bytes=client.byte_count - received)
        received = client.byte_count
    if unreached and not current.fetched_count:
        raise unreached


def _store(paper: Paper, summary: Summary) -> bool:
    """Write the sentence down, unless meanwhile the paper has another text, or a summary of somebody else's."""
    model = summary.model if summary.model != Paper.EXTRACT else settings.SUMMARIZER_URL
    there = Paper.objects.filter(_has_none(), pk=paper.pk, title=paper.title, abstract=paper.abstract)
    return bool(
        there.exclude(edited_fields__contains=["summary"]).update(
            summary=summary.sentence, summary_model=model[:MODEL_LIMIT], modified_at=timezone.now()
        )
    )


def _note(*, bad: str = "", until: str = "") -> None:
    """Keep a bad answer on a paper, or until when nothing is to be asked, in the position of the source."""
    source = Source.objects.get(pk=Source.Name.SUMMARIZER)
    tries = source.position.get("bad", {})
    if bad:
        tries[bad] = tries.get(bad, 0) + 1
    source.position = {"bad": dict(sorted(tries.items())[-REMEMBERED:])} | ({"until": until} if until else {})
    source.save(update_fields=["position"])


def _bad() -> dict[str, int]:
    position = Source.objects.filter(pk=Source.Name.SUMMARIZER).values_list("position", flat=True).first() or {}
    return position.get("bad", {})


def _has_none() -> Q:
    return Q(summary="") | Q(summary_model=Paper.EXTRACT)
