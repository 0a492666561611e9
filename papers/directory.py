"""The index of topics: arXiv's groups with their archives and categories, and the keywords that are used most."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings

from papers.arxiv import taxonomy
from papers.models import Topic

# Lines of them; whoever looks for another one types its beginning.
KEYWORDS = 48


@dataclass(frozen=True)
class Group:
    """One of arXiv's groups, its archives that are made of categories, and its categories, those with most papers first."""

    title: str
    archives: list[Topic]
    categories: list[Topic]


@dataclass(frozen=True)
class Directory:
    """`followed` are the site's own categories; `is_counted` tells whether the first count has been.

    Before it all of arXiv's categories are here, after it those with papers, and the others are `empty_count`.
    """

    groups: list[Group]
    followed: list[Topic]
    keywords: list[Topic]
    is_counted: bool
    empty_count: int

    @classmethod
    def now(cls) -> Self:
        """From three queries at most."""
        counted = {topic.name: topic for topic in Topic.objects.categories()}
        names = [name for name in taxonomy.CATEGORIES if taxonomy.canonical(name) == name]
        shown = [topic(name, counted) for name in names if name in counted or not counted]
        shown.sort(key=lambda it: (-it.paper_count, it.name))
        return cls(
            _groups(shown, counted),
            [topic(name, counted) for name in followed()],
            Topic.objects.keywords().foremost(KEYWORDS),
            bool(counted),
            len(names) - len(shown),
        )

    @property
    def is_recent(self) -> bool:
        """Whether the keywords are those of the last weeks."""
        return any(it.recent_count for it in self.keywords)


def topic(name: str, counted: dict[str, Topic]) -> Topic:
    return counted.get(name) or Topic(kind=Topic.Kind.CATEGORY, name=name)


def followed() -> list[str]:
    """The site's own categories, by the names of today."""
    return list(dict.fromkeys(map(taxonomy.canonical, settings.ARXIV_CATEGORIES)))


def beside(subject: Topic) -> list[Topic]:
    """An archive's categories that have papers, the largest first; beside a category the others of its archive."""
    if not subject.is_category:
        return []
    archive = subject.name.partition(".")[0]
    names = [it.name for it in taxonomy.CATEGORIES.values() if it.archive == archive and it.name != subject.name]
    return list(Topic.objects.categories().filter(name__in=names).most_used())


def _groups(categories: list[Topic], counted: dict[str, Topic]) -> list[Group]:
    by_title: dict[str, list[Topic]] = {}
    for category in categories:
        by_title.setdefault(taxonomy.CATEGORIES[category.name].group, []).append(category)
    wholes = [it for it in taxonomy.ARCHIVES.values() if it.name not in taxonomy.CATEGORIES]
    archives = {title: [topic(it.name, counted) for it in wholes if it.group == title] for title in by_title}
    groups = [
        Group(title, [it for it in archives[title] if it.pk or not counted], found) for title, found in by_title.items()
    ]
    return sorted(groups, key=lambda group: -sum(it.paper_count for it in group.categories))
