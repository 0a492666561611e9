"""A paper's history: submitted, announced, in the feed, replaced, withdrawn, deleted, a line each, oldest first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from papers.models import Listing, Paper, Version

# Of one date, this comes first: arXiv announces what was submitted, the feed takes what was announced.
ORDER = ("submitted", "replaced", "announced", "entered", "withdrawn", "deleted")


@dataclass(frozen=True)
class Line:
    """What happened on `day`; `version`, `listings` or `entry` say more where `event` (of ORDER) is about one.

    `listings` are of one day and one kind, by category.
    """

    event: str
    day: date
    version: Version | None = None
    listings: tuple[Listing, ...] = ()
    entry: object = None


def lines(paper: Paper, versions: list[Version], listings: Iterable[Listing], entries: Iterable) -> list[Line]:
    """The history of a paper, from rows that the caller has fetched: its versions, listings and visible entries.

    Where no source has named the versions, the first stands there by its date, and the current one by its own.
    """
    known = versions or _stated(paper)
    found = [_of_version(version) for version in known]
    found += [Line("announced", rows[0].day, listings=tuple(rows)) for rows in _together(listings)]
    found += [Line("entered", entry.day, entry=entry) for entry in entries]
    # Some sources say only that it was withdrawn; a version that says so has its own line.
    if paper.withdrawn_at and not any(version.is_withdrawal for version in known):
        found.append(Line("withdrawn", paper.withdrawn_at.date()))
    if paper.deleted_at:
        found.append(Line("deleted", paper.deleted_at.date()))
    return sorted(found, key=lambda line: (line.day, ORDER.index(line.event)))


def last_readable(versions: list[Version]) -> Version | None:
    """The newest version that has files at arXiv; None where it is not known."""
    return next((version for version in reversed(versions) if not version.is_withdrawal), None)


def _stated(paper: Paper) -> list[Version]:
    first = Version(paper=paper, number=1, submitted_at=paper.published_at)
    if paper.version is None or paper.version == 1 or paper.updated_at is None:
        return [first]
    return [first, Version(paper=paper, number=paper.version, submitted_at=paper.updated_at)]


def _of_version(version: Version) -> Line:
    event = "withdrawn" if version.is_withdrawal else "submitted" if version.number == 1 else "replaced"
    return Line(event, version.submitted_at.date(), version=version)


def _together(listings: Iterable[Listing]) -> list[list[Listing]]:
    """The listings of a day that are of one kind, in the order of the kinds."""
    groups: dict[tuple[date, int], list[Listing]] = {}
    for listing in sorted(listings, key=lambda it: it.category_id):
        groups.setdefault((listing.day, Listing.Kind.values.index(listing.kind)), []).append(listing)
    return [groups[key] for key in sorted(groups)]
