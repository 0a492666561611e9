"""arXiv's daily announcement, category by category, until every day of every category is here.

A bell every ten minutes. It asks arXiv nothing when nothing is missing; otherwise each category that lacks a day is
asked once, those first that were asked least, so that one that stays stale or broken costs the others nothing. Now and
then a week that is filed is held against arXiv's own list of it.
"""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from papers import freshness, sources
from papers.arxiv.calendar import NEW_YORK
from papers.arxiv.client import Client
from papers.arxiv.record import SourceError
from papers.attempts import PATIENCE, Attempts
from papers.bulletin import Bulletin
from papers.ingest import Report
from papers.meter import Meter
from papers.models import Batch, Run, Source
from papers.recovery import Recovery
from papers.runs import run
from papers.web.unavailable import Busy

logger = logging.getLogger(__name__)

# The bell rings every ten minutes: what isn't done by then goes on at the next.
ENOUGH = timedelta(minutes=8)
# However many categories are late, the days that only OAI-PMH tells have a share of each bell.
RECOVERING = timedelta(minutes=3)
# The list of the week shows five days: held against it every fourth, no day goes without.
CHECKED_EVERY = 4


def collect() -> None:
    """Ask for what is due and missing; where nothing is, hold a week against arXiv's list when its time has come."""
    now = timezone.now()
    source = Source.objects.filter(pk=Source.Name.LISTING).first()
    if not Round(source.position if source else {}, now).is_needed:
        return
    with run(Source.Name.LISTING) as current:
        if current:
            Source.objects.get_or_create(name=Source.Name.LISTING)
            Round(Source.objects.get(name=Source.Name.LISTING).position, now).go(current)


class Round:
    """What one bell is about, at the aware time `now`; `position` is what the bells before have kept."""

    def __init__(self, position: dict, now: datetime) -> None:
        self.now, self.calendar = now, freshness.calendar()
        self.attempts = Attempts(dict(position.get("attempts", {})))
        self.recovery = dict(position.get("recovery", {}))
        self.checked = dict(position.get("checked", {}))
        # The feeds show a day from its midnight on; its lists, four hours before, say less.
        self.days = [day for day in freshness.days(now) if day <= now.astimezone(NEW_YORK).date()]
        self.newest = self.days[-1]
        missing = Batch.objects.missing(settings.ARXIV_CATEGORIES, self.days)
        self.missing = {category: some for category, some in missing.items() if some}
        due = [name for name in self.missing if self.attempts.is_due(name, self.newest, now)]
        self.asked = sorted(due, key=lambda name: self.attempts.count(name, self.newest))
        self.failures: list[str] = []

    @property
    def is_needed(self) -> bool:
        return bool(self.asked or self.recovery or self._unchecked())

    def go(self, current: Run) -> None:
        """Raises SourceError with all that failed, at the end: what was filed stays."""
        client = sources.arxiv()
        meter = Meter(client)
        self.current = current
        self.note = lambda report: current.note(report, **meter.read())
        current.window = f"{self.newest}: {', '.join(self.asked or self._unchecked()[:1]) or 'earlier days'}"[:200]
        try:
            self._ask(client)
        except SourceError as error:
            self.failures.append(str(error))
        self.note(Report())
        self._save()
        if self.failures:
            raise SourceError("; ".join(self.failures))

    def _ask(self, client: Client) -> None:
        beyond: dict[str, list[date]] = {}
        for category in self.asked:
            if _is_over(self.now, ENOUGH - RECOVERING if self.recovery or beyond else ENOUGH):
                break
            bulletin = self._bulletin(client, category)
            self.attempts.add(category, self.newest, self.now)
            self._save()
            bulletin.seek()
            if bulletin.beyond:
                beyond[category] = bulletin.beyond
            if bulletin.missing:
                self.failures += bulletin.failures
            else:
                self.attempts.forget(category)
                self.checked.setdefault(category, self.newest.isoformat())
        if self.recovery or beyond:
            self._recover(client, beyond)
        for category in self._unchecked()[:1]:
            # A list that can't be read, or is an old one, is tried again when the next day is due.
            again = self.checked[category] = self.days[-CHECKED_EVERY].isoformat()
            self.checked[category] = max(again, self._bulletin(client, category).read_week().isoformat())

    def _bulletin(self, client: Client, category: str) -> Bulletin:
        return Bulletin(
            client,
            self.calendar,
            category,
            missing=self.missing.get(category, []),
            filed=Batch.objects.filter(category=category).order_by("-day").values_list("day", flat=True).first(),
            now=self.now,
            note=self.note,
            is_desperate=self.attempts.count(category, self.newest) >= PATIENCE,
        )

    def _recover(self, client: Client, beyond: dict[str, list[date]]) -> None:
        begun = timezone.now()
        try:
            recovery = Recovery(client, self.calendar, self.recovery, beyond, self.now)
            recovery.go(note=self.note, save=self._save_recovery, enough=lambda: _is_over(begun, RECOVERING))
        except Busy:
            raise
        except SourceError as error:
            self.failures.append(str(error))

    def _unchecked(self) -> list[str]:
        """The categories that lack nothing, and whose last days have not been held against arXiv's list."""
        checked = {name: date.fromisoformat(day) for name, day in self.checked.items()}
        due = [name for name, last in checked.items() if sum(day > last for day in self.days[-5:]) >= CHECKED_EVERY]
        return [name for name in due if name in settings.ARXIV_CATEGORIES and name not in self.missing]

    def _save_recovery(self, position: dict) -> None:
        self.recovery = position
        self._save()

    def _save(self) -> None:
        position = {"attempts": self.attempts.known, "checked": self.checked, "recovery": self.recovery}
        Source.objects.filter(pk=Source.Name.LISTING).update(position=position)


def _is_over(begun: datetime, span: timedelta) -> bool:
    return timezone.now() - begun > span
