"""A search as its address has it: `q`, and what was chosen beside the results."""

from django.http import QueryDict

from papers import query
from papers.choice import Choice
from papers.query import Query


def normal(address: str) -> str:
    """One spelling of a query string: "" where it asks for nothing.

    How results are ordered, and which page of them is shown, is no part of a search; nor is what can't be chosen.
    """
    given, kept = QueryDict(address[:10_000]), QueryDict(mutable=True)
    if words := query.cleaned(given.get("q", "")):
        kept["q"] = words
        for name, values in Choice.read(given).address.items():
            kept.setlist(name, values)
    return kept.urlencode()


def text(address: str) -> str:
    """What was typed, cleaned."""
    return query.cleaned(QueryDict(address).get("q", ""))


def choices(address: str) -> list[str]:
    """What was chosen beside the results, as one reads it."""
    return Choice.read(QueryDict(address)).words


def read(address: str) -> Query:
    """The query that a search's address asks."""
    given = QueryDict(address)
    return query.parse(given.get("q", "")).narrowed(Choice.read(given))
