"""What is chosen beside a search's results, as its address says it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.http import QueryDict

from papers.arxiv import taxonomy


@dataclass(frozen=True)
class Choice:
    """Any of the categories ("cs.CV"), any of the years, and the two switches."""

    categories: Sequence[str] = ()
    years: Sequence[int] = ()
    has_code: bool = False
    in_feed: bool = False

    @classmethod
    def read(cls, asked: QueryDict) -> Self:
        """The choice that an address makes; what can't be chosen is passed over."""
        return cls(
            sorted({name for name in asked.getlist("category") if name in taxonomy.CATEGORIES}),
            sorted({int(year) for year in asked.getlist("year") if re.fullmatch("[12][0-9]{3}", year)}),
            "code" in asked,
            "feed" in asked,
        )

    def __len__(self):
        return len(self.categories) + len(self.years) + self.has_code + self.in_feed

    @property
    def address(self) -> dict[str, list[str]]:
        """What `read` reads, in one spelling."""
        parts = {
            "category": list(self.categories),
            "year": [str(year) for year in self.years],
            "code": ["1"] * self.has_code,
            "feed": ["1"] * self.in_feed,
        }
        return {name: values for name, values in parts.items() if values}

    @property
    def facets(self) -> list[list[str]]:
        """Groups of search documents' facets, of which one each must hold."""
        groups = [
            [f"cat:{name}" for name in self.categories],
            [f"year:{year}" for year in self.years],
            ["has:code"] * self.has_code,
            ["in:feed"] * self.in_feed,
        ]
        return [group for group in groups if group]

    @property
    def words(self) -> list[str]:
        """As one reads it in a list."""
        names = [*self.categories, *map(str, self.years)]
        return [*names, *["with code"] * self.has_code, *["in the daily feed"] * self.in_feed]
