"""Gives papers the keywords and the summary that no source and no moderator has given them: their abstracts' own."""

import time
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from papers import bulk, embeddings, gist, statement
from papers.models import Paper, Stale

# Papers in one transaction: about a second's work, for which whoever changes one of their texts may have to wait.
BATCH_SIZE = 100
# Well below a task's time limit; the timetable rings again.
ENOUGH = timedelta(minutes=5)
COLUMNS = ("keywords", "keywords_model", "summary", "summary_model", "modified_at")


def catch_up() -> int:
    """Read the papers whose texts are new or have changed, the newest first; return how many they were.

    Safe to run beside itself. Raises embeddings.Unavailable. Always with the packaged model: others take a second a paper.
    """
    deadline, count = time.monotonic() + ENOUGH.total_seconds(), 0
    while time.monotonic() < deadline and (batch := _catch_up_with_some()):
        count += batch
    return count


@transaction.atomic
def _catch_up_with_some() -> int:
    keys = Stale.objects.take(Stale.Part.GIST, BATCH_SIZE)
    texts = _there(keys).values_list("pk", "title", "abstract")
    model = embeddings.load(embeddings.DEFAULT)
    read = {pk: gist.of(title, abstract, model) for pk, title, abstract in texts}
    # No text has changed since: whoever changes one waits for the row that we have taken. But it may have locked the
    # paper already, and waiting for that would be for ever.
    papers = list(_there(keys).select_for_update(skip_locked=True, no_key=True).order_by("pk"))
    _write(paper for paper in papers if _set(paper, read[paper.pk]))
    busy = read.keys() - {paper.pk for paper in papers}
    Stale.objects.bulk_create([Stale(part=Stale.Part.GIST, paper_id=pk) for pk in busy], ignore_conflicts=True)
    return len(keys) - len(busy)


def _there(keys: list[int]):
    names = ("title", "abstract", "stated", "edited_fields", *COLUMNS)
    return Paper.objects.filter(pk__in=keys).only(*names)


def _set(paper: Paper, said: gist.Gist) -> bool:
    """Give the paper what is ours to give; tell whether that changes anything."""
    before = paper.keywords, paper.summary, paper.summary_model
    if "keywords" not in paper.edited_fields and (not paper.keywords or paper.keywords_model):
        paper.keywords, paper.keywords_model = said.keywords, Paper.EXTRACT if said.keywords else ""
    if _has_no_summary_but_ours(paper):
        paper.summary, paper.summary_model = said.sentence, Paper.EXTRACT if said.sentence else ""
    return before != (paper.keywords, paper.summary, paper.summary_model)


def _has_no_summary_but_ours(paper: Paper) -> bool:
    """Also a language model's, asked by us, is ours, and speaks of an abstract that stands there no more."""
    if "summary" in paper.edited_fields or statement.HUGGINGFACE["summary"] in statement.read(paper.stated):
        return False
    return not paper.summary or bool(paper.summary_model)


def _write(papers: Iterable[Paper]) -> None:
    now = timezone.now()
    bulk.update(
        Paper, COLUMNS, [(it.pk, it.keywords, it.keywords_model, it.summary, it.summary_model, now) for it in papers]
    )
