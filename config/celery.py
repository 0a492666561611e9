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
TIMETABLE = {
    "confirmations": {"task": "feed.tasks.send_confirmations", "schedule": 60.0},
    # Each subscription has its own hour; between them this costs one query.
    "digests": {"task": "feed.tasks.plan_digests", "schedule": 60.0},
    "sending": {"task": "feed.tasks.send_digests", "schedule": 60.0},
    # It knows itself what is due (arXiv's feeds show a day from midnight in New York on) and asks nothing when nothing is.
    "listing": {"task": "papers.tasks.fetch_listing", "schedule": crontab(minute="*/10")},
    # Whoever casts the vote that suffices sees the paper in the feed a minute later; without candidates it costs one query.
    "promotion": {"task": "feed.tasks.promote", "schedule": 60.0},
    "pictures": {"task": "papers.tasks.fetch_pictures", "schedule": crontab(minute="*/5")},
    "pictures-sweep": {"task": "papers.tasks.sweep_pictures", "schedule": crontab(minute=35, hour=3)},
    # It knows itself when a night's harvest is due, 22:30 in New York, and goes on with one that was interrupted.
    "harvest": {"task": "papers.tasks.harvest", "schedule": crontab(minute="*/10")},
    # A slice takes four minutes: one ends before the next begins, and a minute is left for whoever waits for arXiv.
    "backfill": {"task": "papers.tasks.backfill", "schedule": crontab(minute="2-59/5")},
    # A mirrored paper has its licence, and so its pictures, within minutes; with nothing to look up it costs three queries.
    # Whoever wants a paper rings as well.
    "lookup": {"task": "papers.tasks.look_up", "schedule": crontab(minute="4-59/5")},
    # A paper that a moderator has changed is found by its new words within the minute; without one it costs one query.
    "words": {"task": "papers.tasks.read_words", "schedule": 60.0},
    # As soon is it found by its meaning.
    "embedding": {"task": "papers.tasks.embed", "schedule": 60.0},
    # And it has its keywords and its sentence.
    "gists": {"task": "papers.tasks.read_gists", "schedule": 60.0},
    # A day's feed has its sentences within the hour; without SUMMARIZER_URL it costs nothing.
    "summaries": {"task": "papers.tasks.write_summaries", "schedule": crontab(minute="6-59/10")},
    # It knows itself from when on a day's alerts are due; one that was put off waits for the next of these.
    "alerts": {"task": "papers.tasks.send_alerts", "schedule": crontab(minute="*/10")},
    "forget-alerts": {"task": "papers.tasks.forget_alerts", "schedule": crontab(minute=55, hour=3)},
    "forget-deliveries": {"task": "feed.tasks.forget_deliveries", "schedule": crontab(minute=40, hour=3)},
    "forget-wanted": {"task": "papers.tasks.forget_wanted", "schedule": crontab(minute=50, hour=3)},
    # Rows appear and votes move all day; readers would hardly notice sooner, and Hugging Face is a guest's host.
    "mirror": {"task": "feed.tasks.mirror_huggingface", "schedule": crontab(minute="*/30")},
    # GitHub counts its limit by the hour.
    "stars": {"task": "papers.tasks.refresh_stars", "schedule": crontab(minute=20)},
    # A day's papers change little in two years' lines; after the night's harvest, from which the categories come.
    "topics": {"task": "papers.tasks.count_topics", "schedule": crontab(minute=15, hour=4)},
    # Not at the full hour, when other things have just begun.
    "watch": {"task": "papers.tasks.watch", "schedule": crontab(minute=50)},
    "forget-unconfirmed": {"task": "feed.tasks.forget_unconfirmed", "schedule": crontab(minute=40, hour=3)},
    "forget-runs": {"task": "papers.tasks.forget_runs", "schedule": crontab(minute=45, hour=3)},
}
# What may take minutes has a queue and a worker of its own: confirmations, promotions and the day's listing don't wait
# for an archive or for somebody's videos.
SLOW = (
    "papers.tasks.harvest",
    "papers.tasks.backfill",
    "papers.tasks.look_up",
    "papers.tasks.embed",
    "papers.tasks.read_gists",
    "papers.tasks.write_summaries",
    "papers.tasks.refresh_stars",
    "papers.tasks.send_alerts",
    "papers.tasks.count_topics",
    "papers.tasks.fetch_pictures",
    "papers.tasks.sweep_pictures",
    "feed.tasks.plan_digests",
    "feed.tasks.send_digests",
)
app.conf.task_routes = {name: {"queue": "slow"} for name in SLOW}
# A bell that no worker heard is dropped: the timetable has rung again since, or rings within the hour.
app.conf.beat_schedule = {
    name: {**line, "options": {"expires": 60 if line["schedule"] == 60.0 else 3600}} for name, line in TIMETABLE.items()
}
