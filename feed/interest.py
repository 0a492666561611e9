"""What a digest is narrowed to: categories, authors and organizations, in one spelling whoever names them."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Self

from papers.arxiv import taxonomy


@dataclass(frozen=True)
class Interest:
    """Names of categories (`cs.CV`, or a whole archive, `cs`), slugs of authors, names of organizations; none means all.

    Made by `of`, two that mean the same are equal, and so are their keys: such readers share one digest.
    """

    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, *, categories: Iterable[str] = (), authors: Iterable[str] = (), organizations: Iterable[str] = ()
    ) -> Self:
        """The interest in any of these. A double or former name of a category means the category of today."""
        return cls(
            tuple(sorted({taxonomy.canonical(name) for name in categories})),
            tuple(sorted(set(authors))),
            # NVIDIA and nvidia are one.
            tuple(sorted({name.lower() for name in organizations})),
        )

    def __bool__(self) -> bool:
        return bool(self.categories or self.authors or self.organizations)

    @property
    def key(self) -> str:
        """Of one length however much is named: 64 hex digits, or "" where nothing is."""
        if not self:
            return ""
        return hashlib.sha256(json.dumps(self.stored, sort_keys=True).encode()).hexdigest()

    @property
    def stored(self) -> dict[str, list[str]]:
        """As the database keeps it; `of` reads it again."""
        return {kind: list(names) for kind, names in asdict(self).items() if names}

    @property
    def filed_under(self) -> set[str]:
        """Every name under which arXiv files papers of these categories."""
        names = set()
        for name in self.categories:
            within = [it.name for it in taxonomy.CATEGORIES.values() if it.archive == name]
            names |= {it for each in (name, *within) for it in (each, *taxonomy.also_called(each))}
        return names
