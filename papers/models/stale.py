"""A paper whose text has changed since something was made of it: what the database itself writes down."""

from collections.abc import Iterable

from django.db import models

from papers import bulk

TAKE = """
delete from papers_stale where id in (
    select id from papers_stale where part = %s {among} order by paper_id desc limit %s for update skip locked
) returning paper_id
"""


class StaleQuerySet(models.QuerySet):
    def take(self, part: "Stale.Part", count: int | None = None, *, among: Iterable[int] | None = None) -> list[int]:
        """Take so many rows of a part away, the newest papers' first; return the papers' primary keys.

        To be called in a transaction: the rows are back if it fails. Passed over is what another has taken, and what
        is being changed: its row is held by the triggers until the change is there, and then waits still. `among`
        names the only papers asked about.
        """
        chosen, values = ("", []) if among is None else ("and paper_id = any(%s)", [list(among)])
        rows = bulk.select(TAKE.format(among=chosen), [part, *values, count])
        return [paper for (paper,) in rows]


class Stale(models.Model):
    """Rows are made by triggers, whoever changes a paper, and taken by `papers.documents`, `papers.vectors` and `papers.gists`."""

    class Part(models.TextChoices):
        WORDS = "words", "words and facets"
        MEANING = "meaning", "meaning"
        GIST = "gist", "keywords and summary"

    # No key of the database's: the row is taken within the minute, and one of a deleted paper means nothing.
    paper_id = models.BigIntegerField()
    part = models.CharField(max_length=8, choices=Part)

    objects = StaleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "paper_id"], name="stale_unique")]

    def __str__(self):
        return f"{self.part} of {self.paper_id}"
