"""A paper whose text has changed since something was made of it: what the database itself writes down."""

from django.db import models


class Stale(models.Model):
    """Rows are made by triggers, whoever changes a paper, and taken by `papers.documents`, `papers.vectors` and `papers.gists`."""

    class Part(models.TextChoices):
        WORDS = "words", "words and facets"
        MEANING = "meaning", "meaning"
        GIST = "gist", "keywords and summary"

    # No key of the database's: the row is taken within the minute, and one of a deleted paper means nothing.
    paper_id = models.BigIntegerField()
    part = models.CharField(max_length=8, choices=Part)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["part", "paper_id"], name="stale_unique")]

    def __str__(self):
        return f"{self.part} of {self.paper_id}"
