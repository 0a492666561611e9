"""GitHub stars of the repositories that papers link to: the newest papers' daily, the old ones' now and then."""

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, DateTimeField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from papers import sources
from papers.arxiv.record import Refusal, SourceError
from papers.github import repository as github
from papers.github.name import name_of
from papers.ingest import Report
from papers.meter import Meter
from papers.models import Paper, Repository, Run, Source
from papers.runs import run
from papers.web.unavailable import Busy, Unavailable

# Without a token GitHub answers 60 times an hour, with one 5,000 times: an hourly bell stays below either.
# https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
BATCH_SIZE, BATCH_SIZE_WITH_TOKEN = 50, 500
ENOUGH = timedelta(minutes=10)
# How old a repository's newest paper may be, and how long its stars then stand. Stars come in a paper's first weeks.
RHYTHM = ((timedelta(days=30), timedelta(days=1)), (timedelta(days=365), timedelta(days=7)))
SELDOM = timedelta(days=30)
# What a row of ours holds; by its rules for names, GitHub's own addresses have at most 159 characters.
URL_LIMIT = 500
# So many in a row mean that GitHub is out of reach or our token no good: not the repositories are at fault.
FAILURES = 3


def refresh_stars() -> None:
    """Ask GitHub about the repositories that are due, those of the newest papers first, within its limits.

    The position of the source says `until` when GitHub wants to be left alone.
    """
    source, _ = Source.objects.get_or_create(name=Source.Name.GITHUB)
    _gather()
    if source.position.get("until", "") > timezone.now().isoformat() or not due().exists():
        return
    with run(Source.Name.GITHUB) as current:
        if current:
            _refresh(current, source)


def due() -> QuerySet[Repository]:
    """The repositories whose stars are to be counted again, those of the newest papers first."""
    now = timezone.now()
    papers = Paper.objects.filter(github_repo=OuterRef("url")).annotate(shown=Coalesce("featured_at", "published_at"))
    repositories = Repository.objects.exclude(full_name="").annotate(
        shown=Subquery(papers.order_by("-shown").values("shown")[:1])
    )
    steps = [When(gone_at=None, shown__gt=now - age, then=Value(now - rest)) for age, rest in RHYTHM]
    stale = Case(*steps, default=Value(now - SELDOM), output_field=DateTimeField())
    waiting = repositories.exclude(shown=None).filter(Q(checked_at=None) | Q(checked_at__lt=stale))
    return waiting.order_by(F("shown").desc(), "pk")


def _gather() -> None:
    """Make the rows of the repositories that papers link to; what is not at GitHub gets no name and is not asked for."""
    papers = Paper.objects.exclude(github_repo="").exclude(github_repo__in=Repository.objects.values("url"))
    urls = papers.order_by().values_list("github_repo", flat=True).distinct()
    found = [Repository(url=url, full_name=name_of(url)) for url in urls.iterator() if len(url) <= URL_LIMIT]
    Repository.objects.bulk_create(found, ignore_conflicts=True)


def _refresh(current: Run, source: Source) -> None:
    client, deadline = sources.github(), time.monotonic() + ENOUGH.total_seconds()
    meter, good, failures, failure = Meter(client), 0, 0, None
    for repository in due()[: BATCH_SIZE_WITH_TOKEN if settings.GITHUB_TOKEN else BATCH_SIZE]:
        if time.monotonic() > deadline:
            return
        try:
            found = client.repository(repository.full_name, etag=repository.etag)
        except Busy as error:
            source.position = {"until": error.until.isoformat()}
            source.save(update_fields=["position"])
            current.note(**meter.read())
            if current.fetched_count:
                return
            raise
        except SourceError as error:
            failures, failure = failures + 1, error
            # It has its next turn when others have had theirs, or the newest would be asked for ever.
            Repository.objects.filter(pk=repository.pk).update(checked_at=timezone.now())
            current.note(Report(refused=[Refusal(repository.url, str(error))]), **meter.read())
            if failures == FAILURES:
                raise SourceError(f"{failures} in a row gave nothing good, the last one: {error}") from error
        else:
            good, failures, failure = good + 1, 0, None
            _store(repository, found, current, meter)
    if isinstance(failure, Unavailable) and not good:
        raise failure


@transaction.atomic
def _store(
    repository: Repository,
    found: github.Repository | github.Unchanged | github.Gone,
    current: Run,
    meter: Meter,
) -> None:
    now = timezone.now()
    repository.checked_at = now
    match found:
        case github.Repository(full_name, stars, etag):
            repository.full_name, repository.stars, repository.etag = full_name, stars, etag
            repository.gone_at = None
        case github.Gone():
            # The name that the papers have is tried again: what was renamed and is gone may have been made anew.
            repository.full_name, repository.stars, repository.etag = name_of(repository.url), None, ""
            repository.gone_at = repository.gone_at or now
    repository.save()
    papers = Paper.objects.filter(github_repo=repository.url).exclude(edited_fields__contains=["github_stars"])
    changed = list(papers.exclude(github_stars=repository.stars).values_list("pk", flat=True))
    Paper.objects.filter(pk__in=changed).update(github_stars=repository.stars, modified_at=now)
    report = Report(changed=[repository.url]) if changed else Report(unchanged=[repository.url])
    current.note(report, **meter.read())
