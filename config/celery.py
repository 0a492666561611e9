"""The Celery app and the whole timetable: what happens by itself, and when."""

import logging
import os
from functools import partial

from celery import Celery, Task
from celery.schedules import crontab
from django.db import transaction
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
logger = logging.getLogger(__name__)


class Doorbell(Task):
    """A task that is rung after the commit. A bell nobody hears is no error: the timetable rings again."""

    def ring(self, *args) -> None:
        transaction.on_commit(partial(self._publish, args))

    def _publish(self, args) -> None:
        try:
            self.apply_async(args)
        except OperationalError as error:
            logger.warning("The queue is away, %s%r waits for the timetable: %s", self.name, args, error)


app = Celery("daily_papers", task_cls=Doorbell)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "confirmations": {"task": "feed.tasks.send_confirmations", "schedule": 60.0},
    # arXiv renders its feeds at midnight Eastern; a quarter of an hour later they are there, in winter and in summer.
    "listing": {"task": "papers.tasks.fetch_listing", "schedule": crontab(minute=15, hour="4,5,6,8,12")},
    # Whoever casts the vote that suffices sees the paper in the feed a minute later; without candidates it costs one query.
    "promotion": {"task": "feed.tasks.promote", "schedule": 60.0},
    "pictures": {"task": "papers.tasks.fetch_pictures", "schedule": crontab(minute="*/5")},
    "pictures-sweep": {"task": "papers.tasks.sweep_pictures", "schedule": crontab(minute=35, hour=3)},
    "mirror": {"task": "feed.tasks.mirror_huggingface", "schedule": crontab(minute="*/30")},
}
