"""A source that papers, or what belongs to them, come from: where its next run goes on, and whether its silence has been reported."""

from django.db import models


class Source(models.Model):
    class Name(models.TextChoices):
        """What a run can be of; each has one run at a time."""

        LISTING = "arxiv-listing", "arXiv's daily announcement"
        HARVEST = "arxiv-oai", "arXiv's changes by OAI-PMH"
        BACKFILL = "arxiv-backfill", "arXiv's archive by OAI-PMH"
        LOOKUP = "arxiv-ids", "single papers at arXiv"
        HUGGINGFACE = "huggingface", "Hugging Face's daily feed"
        GITHUB = "github", "GitHub's stars"
        PICTURES = "pictures", "pictures and videos"
        SUMMARIZER = "summarizer", "sentences by a language model"

    name = models.CharField(max_length=20, choices=Name, primary_key=True)
    # Advanced in the transaction that stores what lies before it, so that a killed run is simply run again.
    position = models.JSONField(default=dict, blank=True, help_text="Where the next run goes on.")
    alerted_at = models.DateTimeField(null=True, blank=True, help_text="When the operators were told of its silence.")

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.get_name_display()

    def forget(self) -> None:
        """Begin anew at the next run; what is stored stays.

        A harvest asks again for all since the day before which everything is stored: without it, it would begin with
        the last days, and the changes of those between would never come.
        """
        day = self.position.get("day")
        self.position = {"day": day} if self.name == self.Name.HARVEST and day else {}
        self.save(update_fields=["position"])
