"""What search reads of a paper: its words and what it can be narrowed by, kept beside the paper, not in it.

A vote rewrites the paper's row; were the document in it, each vote would index all of its words anew.
"""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from .paper import Paper


@SearchVectorField.register_lookup
class Holds(models.Lookup):
    """`words__holds="'cat:cs.CV'"`: a tsquery as PostgreSQL writes it, which isn't read as words."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler, connection):
        words, values = self.process_lhs(compiler, connection)
        return f"{words} @@ %s::tsquery", [*values, self.rhs]


def quoted(lexeme: str) -> str:
    """A lexeme as a tsquery has it."""
    text = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{text}'"


class SearchDocument(models.Model):
    paper = models.OneToOneField(Paper, models.CASCADE, primary_key=True, related_name="+")
    # Weights: A the title, B the abstract, C the authors. Facets ("cat:cs.CV") are lexemes of it without a place.
    words = SearchVectorField()
    title = SearchVectorField(help_text="The title's words alone.")
    published_at = models.DateTimeField(help_text="The paper's, for the newest first.")

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="search_words"),
            GinIndex(fields=["title"], name="search_title"),
            models.Index(fields=["-published_at", "-paper"], name="search_newest"),
        ]

    def __str__(self):
        return f"the words of {self.paper_id}"
