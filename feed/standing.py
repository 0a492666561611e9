"""Where the site stands against arXiv at this moment, as the newest pages of the feed say it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from django.conf import settings
from django.utils import timezone

from papers import freshness
from papers.freshness import Freshness, State


@dataclass(frozen=True)
class Standing:
    """The state of the `site` and of each category that it follows; `next_at` is when arXiv announces again.

    `pause` is "weekend" or "holiday" where the last evening brought nothing, as it should, and "" otherwise. What a
    page shows of this holds no age, only times: it stays the same, and so does the page's ETag, until something happens.
    """

    site: Freshness
    categories: list[Freshness]
    next_at: datetime
    pause: str

    @classmethod
    def now(cls) -> Self:
        """Three queries, however many categories there are."""
        now, calendar = timezone.now(), freshness.calendar()
        found = freshness.of(settings.ARXIV_CATEGORIES, now)
        next_at = calendar.announced_at(calendar.next(now))
        return cls(freshness.overall(found), found, next_at, calendar.reason(now))

    @property
    def is_partial(self) -> bool:
        """Whether some categories only are in the site's state."""
        return len(self.site.categories) < len(self.categories)

    @property
    def stalled(self) -> list[str]:
        return [name for it in self.categories if it.state == State.STALLED for name in it.categories]

    def missing(self, category: str, day: date) -> Freshness | None:
        """The state of a category that the site follows and whose announcement of this day is not here; otherwise None."""
        for it in self.categories:
            if category in it.categories and it.state in (State.STALLED, State.WAITING):
                return it if it.day and it.day <= day else None
        return None
