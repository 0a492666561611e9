"""A search as its address has it: `q`, and what was chosen beside the results."""

from django.http import QueryDict

from papers import query
from papers.query import Query

# What narrows a search; how its results are ordered, and which page of them is shown, is not part of it.
CHOICES = ("category", "year", "code", "feed")


def normal(address: str) -> str:
    """One spelling of a query string: "" where it asks for nothing."""
    given, kept = QueryDict(address[:10_000]), QueryDict(mutable=True)
    if text := query.cleaned(given.get("q", "")):
        kept["q"] = text
        for name in CHOICES:
            if values := sorted({query.cleaned(value) for value in given.getlist(name)} - {""}):
                kept.setlist(name, values)
    return kept.urlencode()


def text(address: str) -> str:
    """What was typed."""
    return QueryDict(address).get("q", "")


def choices(address: str) -> list[str]:
    """What was chosen beside the results, as one reads it."""
    given = QueryDict(address)
    words = [*given.getlist("category"), *given.getlist("year")]
    return [*words, *["with code"] * ("code" in given), *["in the daily feed"] * ("feed" in given)]


def read(address: str) -> Query:
    """The query that a search's address asks."""
    given = QueryDict(address)
    return query.narrowed(
        query.parse(given.get("q", "")),
        categories=given.getlist("category"),
        years=given.getlist("year"),
        has_code="code" in given,
        in_feed="feed" in given,
    )
