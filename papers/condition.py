"""How each source does at this moment: whether it is well, when it ran and is to run, what is left to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from celery import current_app
from celery.schedules import maybe_schedule
from django.conf import settings

from papers import freshness, lookup, stars, summaries
from papers.arxiv.calendar import NEW_YORK
from papers.cursor import Cursor
from papers.harvest import ARCHIVE_BEGINS, OVERLAP
from papers.models import Picture, Run, Source

# Which bell of the timetable in config/celery.py rings for which source.
BELLS = {
    "papers.tasks.fetch_listing": Source.Name.LISTING,
    "papers.tasks.harvest": Source.Name.HARVEST,
    "papers.tasks.backfill": Source.Name.BACKFILL,
    "papers.tasks.look_up": Source.Name.LOOKUP,
    "papers.tasks.refresh_stars": Source.Name.GITHUB,
    "papers.tasks.fetch_pictures": Source.Name.PICTURES,
    "papers.tasks.write_summaries": Source.Name.SUMMARIZER,
    "feed.tasks.mirror_huggingface": Source.Name.HUGGINGFACE,
}


@dataclass(frozen=True)
class Condition:
    """A source's state is one of "well", "running", "failed", "silent", "off", "new" (it never ran) or "done".

    `last` is its newest run, `succeeded_at` when one last came to a good end, `next_at` when it is next looked after,
    None where it won't be. `left` says what is left to do, "" where it is nothing.
    """

    name: Source.Name
    state: str
    last: Run | None
    succeeded_at: datetime | None
    next_at: datetime | None
    left: str
    alerted_at: datetime | None

    @property
    def title(self) -> str:
        return title(self.name)

    @property
    def is_bad(self) -> bool:
        return self.state in ("failed", "silent")


def title(name: Source.Name) -> str:
    """A source's label as a heading; arXiv writes itself small."""
    return name.label if name.label.startswith("arXiv") else name.label[:1].upper() + name.label[1:]


def conditions(now: datetime, missing: Mapping[str, list[date]]) -> list[Condition]:
    """The condition of every source, from some ten queries; `missing` has the days whose lists lack, by category."""
    last, succeeded = _newest(Run.objects.all()), _newest(Run.objects.finished())
    sources = Source.objects.in_bulk()
    left = _left(now, missing, sources)
    found = []
    for name in Source.Name:
        run, good, source = last.get(name), succeeded.get(name), sources.get(name) or Source(name=name)
        state = _state(source, run)
        next_at = None if state in ("off", "done") else _bell(name, _idle_until(source, now, left[name]), now)
        succeeded_at = good.finished_at if good else None
        todo = left[name] if state != "off" else ""
        found.append(Condition(name, state, run, succeeded_at, next_at, todo, source.alerted_at))
    return found


def _newest(runs) -> dict[str, Run]:
    """The newest run of each source, each from the index, however many runs there are."""
    first, *others = [runs.of(name).order_by("-started_at")[:1] for name in Source.Name]
    return {run.source: run for run in first.union(*others, all=True)}


def _state(source: Source, last: Run | None) -> str:
    if source.name == Source.Name.HUGGINGFACE and not settings.MIRROR_HUGGINGFACE:
        return "off"
    if source.name == Source.Name.BACKFILL and not settings.ARXIV_BACKFILL:
        return "off"
    if source.name == Source.Name.SUMMARIZER and not settings.SUMMARIZER_URL:
        return "off"
    if last and last.state == Run.State.RUNNING:
        return "running"
    if source.alerted_at:
        return "silent"
    if last is None:
        return "new"
    if last.state in (Run.State.FAILED, Run.State.INTERRUPTED):
        return "failed"
    return "done" if source.name == Source.Name.BACKFILL and source.position.get("done_at") else "well"


def _left(now: datetime, missing: Mapping[str, list[date]], sources: Mapping[str, Source]) -> dict[str, str]:
    positions = {name: sources[name].position if name in sources else {} for name in Source.Name}
    today = now.astimezone(UTC).date()
    return {
        Source.Name.LISTING: _count(sum(map(len, missing.values())), "list is missing", "lists are missing"),
        # The last days are walked each night anew: they are no backlog.
        Source.Name.HARVEST: _to_walk(positions[Source.Name.HARVEST], today - timedelta(OVERLAP)),
        Source.Name.BACKFILL: _to_walk(positions[Source.Name.BACKFILL], today, start=ARCHIVE_BEGINS),
        Source.Name.LOOKUP: _count(lookup.left(), "paper to look up", "papers to look up"),
        Source.Name.HUGGINGFACE: _count(len(positions[Source.Name.HUGGINGFACE].get("bad", [])), "bad day", "bad days"),
        Source.Name.GITHUB: _count(stars.due().count(), "repository is due", "repositories are due"),
        Source.Name.PICTURES: _count(
            Picture.objects.filter(state=Picture.State.WAITING).count(), "picture waits", "pictures wait"
        ),
        Source.Name.SUMMARIZER: _count(
            summaries.waiting().count() if settings.SUMMARIZER_URL else 0, "paper waits", "papers wait"
        ),
    }


def _to_walk(position: Mapping, until: date, *, start: date | None = None) -> str:
    """What a walk by days has before it; of one from a known start, by how much of its days it is done."""
    day = Cursor.read(position, start=start or until).day
    if day >= until:
        return ""
    words = f"{(until - day).days:,} days from {day:%Y-%m-%d} on"
    return f"{words}; {(day - start) / (until - start):.0%} done" if start else words


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}" if number else ""


def _idle_until(source: Source, now: datetime, left: str) -> datetime:
    """Before this nothing will come of a bell, as there can be nothing new."""
    calendar = freshness.calendar()
    if source.name == Source.Name.LISTING and not left:
        return calendar.rendered_at(calendar.next(now))
    if source.name == Source.Name.HARVEST and (done_at := source.position.get("done_at")):
        evening = calendar.harvestable_at(datetime.fromisoformat(done_at).astimezone(NEW_YORK).date() + timedelta(1))
        return max(now, evening if evening > datetime.fromisoformat(done_at) else evening + timedelta(1))
    return now


def _bell(name: Source.Name, after: datetime, now: datetime) -> datetime | None:
    """When the timetable next rings for a source, at this time or after."""
    before = after - timedelta(seconds=1)
    schedules = [
        entry["schedule"] for entry in current_app.conf.beat_schedule.values() if BELLS.get(entry["task"]) == name
    ]
    return min((now + maybe_schedule(schedule).remaining_estimate(before) for schedule in schedules), default=None)
