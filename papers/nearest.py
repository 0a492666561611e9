"""Asks the index of vectors for the nearest, settings and statement in one round trip: a page has few to spend."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

# As pgvector itself has it.
LONGEST_LOOK = 20_000


def select(statement: str, values: Sequence[Any], *, effort: int, look: int = LONGEST_LOOK) -> list[tuple]:
    """The rows of a statement ordered by distance; `effort` is how many candidates the index keeps, of those it returns.

    More find more of the truly nearest and take longer. Where a condition takes candidates away, the index goes on until
    it has looked at `look` papers.
    """
    settings = (
        f"set local hnsw.ef_search = {effort}; set local hnsw.iterative_scan = relaxed_order;"
        f" set local hnsw.max_scan_tuples = {look}; set local jit = off"
    )
    with connection.cursor() as cursor:
        # Several statements sent at once are one transaction, which is as long as the settings hold.
        cursor.execute(f"{settings}; {statement}", values)
        while cursor.nextset():
            pass
        return cursor.fetchall()
