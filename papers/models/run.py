"""One run of ingestion: what was asked, what came, what became of it."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from .source import Source

# The page of a run shows this many refusals; the counter has them all.
SHOWN_REFUSALS = 50
# The overview shows 90 days; a year answers what was different last winter, and a site that does all has hundreds a day.
KEPT = timedelta(days=366)
COUNTED = ["request_count", "byte_count", "fetched_count", "new_count", "changed_count", "refused_count", "refusals"]


class RunQuerySet(models.QuerySet):
    def of(self, source: str):
        return self.filter(source=source)

    def running(self):
        return self.filter(state=Run.State.RUNNING)

    def finished(self):
        return self.filter(state=Run.State.FINISHED)

    def forget(self) -> int:
        """Delete those that nobody looks at any more; return how many."""
        return self.filter(started_at__lt=timezone.now() - KEPT).delete()[0]

    def interrupt(self) -> int:
        """Close those whose process is gone, as their source's lock is free again; return how many."""
        return self.running().update(
            state=Run.State.INTERRUPTED, finished_at=timezone.now(), error="Its process ended before it did."
        )


class Run(models.Model):
    class State(models.TextChoices):
        RUNNING = "running", "running"
        FINISHED = "finished", "finished"
        FAILED = "failed", "failed"
        INTERRUPTED = "interrupted", "interrupted"

    source = models.CharField(max_length=20, choices=Source.Name)
    window = models.CharField(max_length=200, blank=True, help_text="What was asked for: days, categories, ids.")
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    request_count = models.PositiveIntegerField("requests", default=0)
    byte_count = models.PositiveBigIntegerField("bytes", default=0)
    fetched_count = models.PositiveIntegerField("fetched", default=0)
    new_count = models.PositiveIntegerField("new", default=0)
    changed_count = models.PositiveIntegerField("changed", default=0)
    refused_count = models.PositiveIntegerField("refused", default=0)
    refusals = models.JSONField(default=list, blank=True, help_text="The first of them: name and reason.")
    error = models.TextField(blank=True, help_text="Why it failed, and what to do.")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [
            models.Index(fields=["source", "-started_at"], name="run_of_source"),
            models.Index(fields=["-started_at"], name="run_newest"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source"], condition=models.Q(state="running"), name="run_one_at_a_time"),
            models.CheckConstraint(
                condition=models.Q(state__in=["running", "finished", "failed", "interrupted"]), name="run_state_known"
            ),
        ]

    def __str__(self):
        return f"{self.get_source_display()} at {self.started_at:%Y-%m-%d %H:%M}"

    def note(self, report=None, *, requests: int = 0, bytes: int = 0, window: str = "") -> None:
        """Add what became of some rows (a `papers.ingest.Report`), and what was asked of the source for them.

        `window` says anew what the run is about, where that grows as it goes. Called in the transaction that stores the rows, it counts them exactly if they are stored.
        """
        # A transaction that was rolled back took back what it had counted: the row knows, this object does not.
        self.refresh_from_db(fields=COUNTED)
        if report:
            self.new_count += len(report.new)
            self.changed_count += len(report.changed)
            self.refused_count += len(report.refused)
            self.fetched_count += len(report.new) + len(report.changed) + len(report.unchanged) + len(report.refused)
            room = SHOWN_REFUSALS - len(self.refusals)
            self.refusals += [[refusal.name, refusal.reason] for refusal in report.refused[:room]]
        self.request_count += requests
        self.byte_count += bytes
        self.window = window[:200] or self.window
        self.save(update_fields=[*COUNTED, "window"])

    def finish(self) -> None:
        self._end(self.State.FINISHED)

    def fail(self, error: str) -> None:
        """End it with the reason; what it stored before stays."""
        self._end(self.State.FAILED, error)

    def _end(self, state: str, error: str = "") -> None:
        self.state, self.error, self.finished_at = state, error, timezone.now()
        self.save(update_fields=["state", "error", "finished_at"])
        self.refresh_from_db(fields=COUNTED)
