"""What members vote for in "All new" comes into the daily feed, submitted by the site itself."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from feed.models import Entry
from feed.periods import today
from papers.models import Listing, Paper

logger = logging.getLogger(__name__)

# As old as a paper may be that a member submits; who votes for an older announcement is reading the archive.
RECENT = timedelta(days=14)
# A replacement is an old paper; its day in the feed, if it had one, is over.
KINDS = (Listing.Kind.NEW, Listing.Kind.CROSS)
# A day of "All new" has some hundreds of papers: so many at once are an attack or a mistake, and wait a minute.
BATCH_SIZE = 100


def promote() -> list[Paper]:
    """Give today's feed the papers that have gathered PROMOTE_UPVOTES members' votes; return them.

    A paper is promoted once, whatever the number of workers: its row is locked while its entry is made. One that has
    ever been in the feed, even if a moderator took it out, stays as it is.
    """
    if settings.PROMOTE_UPVOTES < 1:
        return []
    with transaction.atomic():
        locked = _candidates().select_for_update(skip_locked=True, no_key=True)
        papers = list(locked.order_by("-upvote_count", "pk")[:BATCH_SIZE])
        # Asked after the lock: the query above may have seen the feed as it was before another worker's commit.
        known = set(Entry.objects.filter(paper__in=papers).values_list("paper", flat=True))
        papers = [paper for paper in papers if paper.pk not in known]
        day = today()
        Entry.objects.bulk_create([Entry(paper=paper, day=day, origin=Entry.Origin.PROMOTED) for paper in papers])
        Entry.objects.mark_featured(paper.pk for paper in papers)
    for paper in papers:
        logger.info("%s came from all new into the feed of %s with %d upvotes", paper.arxiv_id, day, paper.upvote_count)
    return papers


def _candidates() -> QuerySet[Paper]:
    since = timezone.now().date() - RECENT
    listings = Listing.objects.filter(paper=OuterRef("pk"), day__gte=since, kind__in=KINDS)
    return Paper.objects.visible().filter(
        Exists(listings),
        ~Exists(Entry.objects.filter(paper=OuterRef("pk"))),
        featured_at=None,
        withdrawn_at=None,
        deleted_at=None,
        upvote_count__gt=0,
        upvote_count__gte=settings.PROMOTE_UPVOTES,
    )
