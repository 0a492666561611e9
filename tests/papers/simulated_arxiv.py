"""An arXiv for tests: announces papers by the calendar, and shows them as its feeds, lists and OAI-PMH do.

It lives in the time that `datetime.now` tells, so a frozen clock moves it; `answer` is a handler for `tests.replay`.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zlib import crc32

from papers.arxiv.calendar import NEW_YORK, Calendar
from tests.papers import arxiv_pages
from tests.papers.arxiv_pages import Change, Item, Paper
from tests.replay import Answer, Replay, Request

CALENDAR = Calendar()


@dataclass(frozen=True)
class Fault:
    """Between two moments, a page whose path holds `path` is shown as of `shown`, or a page for people in its place.

    `is_dated_now` gives what is shown the date of the day on which it is asked. `only` names parts of the query.
    """

    path: str
    since: datetime
    until: datetime
    shown: datetime | None = None
    is_dated_now: bool = False
    only: Mapping[str, str] = field(default_factory=dict)

    def befalls(self, request: Request, now: datetime) -> bool:
        is_meant = self.path in request.path and self.only.items() <= request.query.items()
        return is_meant and self.since <= now < self.until


@dataclass
class SimulatedArxiv:
    """`days` are the announcement days with the papers that are new on each, `categories` those that have pages.

    Where it `is_lively`, a part of the papers is replaced later, and a part cross-listed later into one more category.
    """

    days: dict[date, list[Paper]]
    categories: tuple[str, ...]
    is_lively: bool = False
    faults: list[Fault] = field(default_factory=list)
    instead: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.announced: dict[str, dict[date, list[Item]]] = {name: defaultdict(list) for name in self.categories}
        self.changes: dict[Paper, list[Change]] = defaultdict(list)
        later: dict[date, list[tuple[Paper, str, int]]] = defaultdict(list)
        for day in sorted(self.days):
            for paper in self.days[day]:
                events = list(self._events(paper, day)) if self.is_lively else []
                for on, *event in events:
                    later[on].append((paper, *event))
                joined = {category for _, category, _ in events}
                self.announce(day, paper, "new", 1, tuple(name for name in paper.categories if name not in joined))
            for paper, joined_later, version in later.pop(day, []):
                if joined_later:
                    self.join(day, paper, joined_later)
                else:
                    self.announce(day, paper, "replace", version, paper.categories)

    def _events(self, paper: Paper, day: date) -> Iterator[tuple[date, str, int]]:
        """What happens to a paper later: the day, and the category that it joins or else its version."""
        chance = crc32(paper.arxiv_id.encode())
        coming = [other for other in sorted(self.days) if other > day]
        others = [name for name in paper.categories[1:] if name in self.categories]
        if chance % 23 == 0 and others and len(coming) > 4:
            yield coming[chance % 4], others[-1], 1
        elif chance % 6 == 0 and len(coming) > 20:
            yield coming[chance % 7], "", 2
            if chance % 12 == 0:
                yield coming[8 + chance % 11], "", 3

    def join(self, day: date, paper: Paper, category: str) -> None:
        """A paper is cross-listed in one more category."""
        self.announced[category][day].append(Item(paper, "cross", 1))
        known = self.changes[paper][-1]
        self.changes[paper].append(Change(day, known.version, (*known.categories, category)))

    def hush(self, day: date) -> None:
        """Nothing was announced that day after all."""
        del self.days[day]
        for days in self.announced.values():
            del days[day]
        for paper in [paper for paper, changes in self.changes.items() if changes[0].day == day]:
            del self.changes[paper]

    def announce(self, day: date, paper: Paper, kind: str, version: int, categories: tuple[str, ...]) -> None:
        """A paper is new or replaced in all of its categories."""
        self.changes[paper].append(Change(day, version, categories))
        for name in self.categories:
            if name in categories:
                cross = {"new": "cross", "replace": "replace-cross"}[kind]
                self.announced[name][day].append(Item(paper, kind if name == categories[0] else cross, version))

    def arrivals(self, category: str, day: date) -> dict[str, str]:
        """The truth: what came into a category on a day, ids and kinds."""
        items = self.announced[category][day]
        return {item.paper.arxiv_id: item.kind for item in items if item.kind in ("new", "cross")}

    def replacements(self, category: str, day: date) -> set[str]:
        return {it.paper.arxiv_id for it in self.announced[category][day] if it.kind.startswith("replace")}

    @contextmanager
    def standing_in(self, settings) -> Iterator[Replay]:
        """Within it the settings lead to this arXiv instead of the real one, without its pauses."""
        with Replay(self.answer) as server:
            settings.ARXIV_URL = settings.ARXIV_RSS_URL = settings.ARXIV_API_URL = settings.ARXIV_OAI_URL = server.url
            settings.ARXIV_CATEGORIES = list(self.categories)
            settings.ARXIV_PAUSE = settings.RETRY_PAUSE = 0
            yield server

    # --- What it shows ------------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer:
        now = seen = datetime.now(UTC)
        is_dated_now = False
        for fault in self.faults:
            if fault.befalls(request, now):
                if fault.shown is None:
                    return Answer(b"<!doctype html><html><title>Down for maintenance</title></html>")
                seen, is_dated_now = fault.shown, fault.is_dated_now
        if request.path in self.instead:
            return _xml(self.instead[request.path])
        match request.path.strip("/").split("/"):
            case ["atom", category]:
                return _xml(self.feed(category, seen, now if is_dated_now else seen))
            case ["list", category, "new"]:
                return Answer(self.newest(category, seen), headers={"Content-Type": "text/html; charset=utf-8"})
            case ["list", category, "pastweek" | "recent"]:
                return Answer(self.week(category, seen), headers={"Content-Type": "text/html; charset=utf-8"})
            case ["oai"] if request.query.get("verb") == "ListRecords":
                query = request.query
                return _xml(self.records(date.fromisoformat(query["from"]), date.fromisoformat(query["until"]), seen))
        return Answer(b"not found", 404)

    def feed(self, category: str, seen: datetime, dated: datetime) -> bytes:
        """The feed as it was rendered at the last midnight before `seen`, empty on a day without announcement."""
        items = self.announced[category].get(seen.astimezone(NEW_YORK).date(), [])
        return arxiv_pages.feed(category, items, rendered=seen, dated=dated.astimezone(NEW_YORK).date())

    def newest(self, category: str, seen: datetime) -> bytes:
        day = self._shown(seen)[-1]
        return arxiv_pages.newest(category, day, self.announced[category].get(day, []))

    def week(self, category: str, seen: datetime) -> bytes:
        """The last five announcements, the newest first, without replacements."""
        shown = {day: self.announced[category].get(day, []) for day in reversed(self._shown(seen)[-5:])}
        return arxiv_pages.week(
            category, {day: [it for it in items if it.kind in ("new", "cross")] for day, items in shown.items()}
        )

    def records(self, first: date, last: date, seen: datetime) -> bytes:
        """What was last changed in an evening from `first` to `last`."""
        changed = {}
        for paper, changes in self.changes.items():
            done = [change for change in changes if CALENDAR.harvestable_at(change.day) <= seen]
            if done and first <= done[-1].day - timedelta(1) <= last:
                changed[paper] = done
        return arxiv_pages.records(changed, answered=seen)

    def _shown(self, seen: datetime) -> list[date]:
        return [day for day in sorted(self.days) if CALENDAR.announced_at(day) <= seen]


def recorded_papers(folder: Path, first: str, *, step: int = 1) -> Iterator[list[Paper]]:
    """What each list of the recorded corpus has that no list before had, from the file of `first` on; 1 in `step`."""
    seen: set[str] = set()
    for path in sorted(folder.glob("*.jsonl.gz")):
        rows = (
            [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()] if path.name >= first else []
        )
        fresh = {row["id"]: row for row in rows if row["id"] not in seen}
        highest = max(seen, default="")
        seen |= fresh.keys()
        # The stragglers of a list that was read too early are no announcement; ids below are late cross-lists.
        papers = [_paper(fresh[name]) for name in sorted(fresh) if name > highest]
        if len(papers) >= 45:
            yield papers[::step]


def _paper(row: dict) -> Paper:
    return Paper(
        row["id"], row["title"], tuple(row["authors"]), row["summary"], tuple(dict.fromkeys(row["categories"]))
    )


def _xml(body: bytes) -> Answer:
    return Answer(body, headers={"Content-Type": "application/xml; charset=utf-8"})
