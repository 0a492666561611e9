"""How rare words are among all papers: what makes one word of a query tell more than another.

PostgreSQL keeps the frequencies of some six thousand words as statistics of the column, which serve as well as exact
counts; where it has none yet, on a new or a small site, words are counted.
"""

import time
from dataclasses import dataclass
from functools import lru_cache
from math import log

from papers import bulk
from papers.models.search_document import quoted

# Seconds for which the statistics are remembered: they change with a hundredth of the papers.
REMEMBERED = 300
# Of a word that no paper has; also keeps the rarest from outweighing everything else.
LEAST = 1e-7


@dataclass(frozen=True)
class Rarity:
    """`total` papers; the shares of them that have a word, those of all rarer words being at most `floor`."""

    total: int
    shares: dict[str, float]
    floor: float

    def share(self, lexeme: str) -> float:
        """The share of papers that have this lexeme, from LEAST to 1."""
        return max(self.shares.get(lexeme, self.floor), LEAST)

    def weight(self, lexeme: str) -> float:
        """The inverse document frequency: its natural logarithm, never quite 0."""
        return max(-log(self.share(lexeme)), 0.01)


def forget() -> None:
    """Read the statistics again at the next search, although they may be new."""
    _statistics.cache_clear()


def of(lexemes: list[str]) -> Rarity:
    """The rarity of at least these lexemes."""
    known = _statistics(int(time.monotonic() / REMEMBERED))
    return known if known.shares else _counted(lexemes)


@lru_cache(maxsize=1)
def _statistics(period: int) -> Rarity:
    rows = bulk.select(
        "select reltuples, most_common_elems::text::text[], most_common_elem_freqs from pg_class, pg_stats"
        " where oid = 'papers_searchdocument'::regclass"
        " and schemaname = any(current_schemas(false)) and tablename = 'papers_searchdocument' and attname = 'words'",
        [],
    )
    for total, words, shares in rows:
        if words:
            # Behind the words' shares stand the least and the greatest of them.
            return Rarity(int(total), dict(zip(words, shares[: len(words)], strict=True)), shares[len(words)])
    return Rarity(0, {}, 0.0)


def _counted(lexemes: list[str]) -> Rarity:
    counts = dict(
        bulk.select(
            "select lexeme, (select count(*) from papers_searchdocument where words @@ quoted::tsquery)"
            " from unnest(%s::text[], %s::text[]) as said (lexeme, quoted)"
            " union all select null, count(*) from papers_searchdocument",
            [lexemes, list(map(quoted, lexemes))],
        )
    )
    total = counts.pop(None)
    return Rarity(total, {lexeme: count / total if total else 0.0 for lexeme, count in counts.items()}, 0.0)
