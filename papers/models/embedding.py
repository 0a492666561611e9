"""A paper's meaning as a vector, by one model; and the models, of which one is in force."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Least
from django.utils import timezone
from pgvector.django import HalfVectorField

from .paper import Paper

# The longest of the packaged models' vectors; shorter ones are filled up with zeros, which no cosine notices.
DIMENSIONS = 384


class EmbeddingModel(models.Model):
    """`name` is as `papers.embeddings` knows it, "wordllama" or a name of fastembed's."""

    name = models.CharField(max_length=200, unique=True)
    is_in_force = models.BooleanField(default=False)
    position = models.BigIntegerField(default=0, help_text="The last paper that the filling has passed.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_in_force"], condition=Q(is_in_force=True), name="embedding_model_in_force"
            )
        ]

    def __str__(self):
        return self.name

    def set_back(self, *, to: int) -> None:
        """Let whoever fills it begin again with this paper, where that has been passed."""
        # Not by a filter: one who reads the position before a batch is there doesn't wait for it.
        EmbeddingModel.objects.filter(pk=self.pk).update(position=Least("position", to - 1))

    @property
    def index(self) -> str:
        """The name of the index over this model's vectors."""
        return f"embedding_of_model_{self.pk}"


class Embedding(models.Model):
    # The key's index serves those of both.
    model = models.ForeignKey(EmbeddingModel, models.CASCADE, related_name="embeddings", db_index=False)
    paper = models.ForeignKey(Paper, models.CASCADE, related_name="embeddings", db_index=False)
    vector = HalfVectorField(dimensions=DIMENSIONS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["paper", "model"], name="embedding_unique")]

    def __str__(self):
        return f"the meaning of {self.paper_id}"
