"""Doorbells of the catalogue; the timetable in config/celery.py rings them."""

import logging

from celery import shared_task
from django.conf import settings

from papers import sources
from papers.arxiv.record import SourceError
from papers.arxiv.rss import parse
from papers.ingest import ingest
from papers.pictures import fetch

logger = logging.getLogger(__name__)


@shared_task
def fetch_listing():
    """Take in what arXiv announces today in the site's categories; without a network, say so and try again later."""
    try:
        report = ingest(parse(sources.arxiv().announcements(settings.ARXIV_CATEGORIES)))
    except SourceError as error:
        logger.warning("arXiv's announcement was not fetched: %s", error)
        return
    logger.info(
        "arXiv's announcement: %d new, %d changed, %d unchanged, %d refused",
        len(report.new),
        len(report.changed),
        len(report.unchanged),
        len(report.refused),
    )


@shared_task
def fetch_pictures():
    """Bring in what is due of papers' pictures and videos and of avatars."""
    fetch.fetch_pictures()


@shared_task
def sweep_pictures():
    """Remove what may not be shown any more."""
    fetch.sweep_pictures()
