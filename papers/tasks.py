"""Doorbells of the catalogue; the timetable in config/celery.py rings them."""

import logging

from celery import shared_task
from django.conf import settings

from papers import alerts, announcements, documents, embeddings, gists, lookup, stars, summaries, trends, vectors
from papers import harvest as harvesting
from papers import watch as watching
from papers.models import Alert, Run, Wanted
from papers.pictures import fetch

logger = logging.getLogger(__name__)


@shared_task
def fetch_listing():
    """Take in what arXiv has announced in the site's categories and is not here yet."""
    announcements.collect()


@shared_task
def fetch_pictures():
    """Bring in what is due of papers' pictures and videos and of avatars."""
    fetch.fetch_pictures()


@shared_task
def sweep_pictures():
    """Remove what may not be shown any more."""
    fetch.sweep_pictures()


@shared_task
def harvest():
    """Take in what has changed at arXiv since the last harvest, once a night."""
    harvesting.harvest()


@shared_task
def backfill():
    """Take in a slice of arXiv's archive, where the operator has switched that on."""
    if settings.ARXIV_BACKFILL:
        harvesting.backfill()


@shared_task
def look_up():
    """Ask arXiv for the papers that members want, and about those that came from elsewhere."""
    lookup.look_up()


@shared_task
def refresh_stars():
    """Count the stars of the repositories that are due."""
    stars.refresh_stars()


@shared_task
def read_words():
    """Let search read anew what somebody has changed by hand; what is ingested it has read at once."""
    documents.catch_up()


@shared_task
def embed():
    """Turn new and changed papers into vectors."""
    try:
        vectors.catch_up()
    except embeddings.Unavailable as error:
        logger.warning("Nothing is embedded, searches go by words alone: %s", error)


@shared_task
def count_topics():
    """Count categories and keywords anew, month by month."""
    trends.count()


@shared_task
def send_alerts():
    """Tell members what is new in their saved searches, once a day."""
    alerts.send()


@shared_task
def forget_alerts():
    """Forget the alerts of more than three months ago."""
    Alert.objects.forget()


@shared_task
def forget_wanted():
    """Forget what members asked for more than three months ago."""
    Wanted.objects.forget()


@shared_task
def read_gists():
    """Give new and changed papers their keywords and their summary, where no source has."""
    try:
        gists.catch_up()
    except embeddings.Unavailable as error:
        logger.warning("No paper is given keywords: %s", error)


@shared_task
def write_summaries():
    """Ask a language model for sentences, where the operator has named one."""
    summaries.write_summaries()


@shared_task
def watch():
    """Tell the operators of what has fallen silent, and of what is back."""
    watching.look()


@shared_task
def forget_runs():
    """Forget the runs of more than a year ago."""
    Run.objects.forget()
