"""Ingestion by hand, over the network or from recorded answers (`--file`); safe to repeat."""

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from feed import mirror
from feed.periods import today
from papers import sources
from papers.arxiv import files, rss, taxonomy
from papers.arxiv.record import Refusal, SourceError
from papers.huggingface import records
from papers.huggingface.client import Client
from papers.ingest import Report, Row, ingest

# A source's name in the report and on the progress bar, and how its rows are read.
Source = tuple[str, Callable[[], Iterable[Row]]]


class Command(BaseCommand):
    help = "Take papers in from arXiv's announcements or from Hugging Face's daily feed."

    def add_arguments(self, parser: CommandParser) -> None:
        sources = parser.add_subparsers(dest="source", required=True, metavar="SOURCE")
        rss_parser = sources.add_parser("arxiv-rss", help="arXiv's announcement of the day (Atom, RSS 2.0 or RDF)")
        rss_parser.add_argument(
            "categories", nargs="*", metavar="CATEGORY", help="such as cs.CV; default: ARXIV_CATEGORIES"
        )
        rss_parser.add_argument("--day", type=_date, help="the day of the announcement; default: what the feed says")
        mirror_parser = sources.add_parser("huggingface", help="the rows of Hugging Face's daily feed")
        mirror_parser.add_argument("--date", type=_date, help="the day; default: today")
        mirror_parser.add_argument("--until", type=_date, help="the last of several days that begin with --date")
        for subparser in (rss_parser, mirror_parser):
            subparser.add_argument(
                "--file", nargs="+", type=Path, metavar="PATH", help="recorded answers (plain or .gz), not the network"
            )

    def handle(self, *, source: str, file: list[Path] | None, **options) -> None:
        then = mirror.enter if source == "huggingface" else None
        sources = list(_huggingface(file, **options) if source == "huggingface" else _arxiv_rss(file, **options))
        failed: list[Refusal] = []
        rows = _read(tqdm(sources, unit="file", disable=None), failed)
        report = ingest(rows, then=then) if then else ingest(rows)
        self._tell(report, failed)
        if failed and len(failed) == len(sources):
            raise CommandError("Nothing could be read. " + ("See above." if len(failed) > 1 else failed[0].reason))

    def _tell(self, report: Report, failed: list[Refusal]) -> None:
        for refusal in failed:
            self.stdout.write(self.style.ERROR(f"{refusal.name}: not read: {refusal.reason}"))
        for refusal in report.refused:
            self.stdout.write(self.style.ERROR(f"{refusal.name}: refused: {refusal.reason}"))
        for remark in report.remarks:
            self.stdout.write(self.style.WARNING(f"{remark.name}: {remark.reason}"))
        outcomes = {
            "new": len(report.new),
            "changed": len(report.changed),
            "unchanged": len(report.unchanged),
            "refused": len(report.refused),
        }
        if failed:
            outcomes["not read"] = len(failed)
        for name, count in outcomes.items():
            self.stdout.write(f"{name:<10}{count:>8}")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is no date; write it like 2026-08-21") from error


def _arxiv_rss(paths: list[Path] | None, *, categories: list[str], day: date | None, **_) -> Iterator[Source]:
    categories = categories or settings.ARXIV_CATEGORIES
    if unknown := [name for name in categories if not taxonomy.is_known(name)]:
        raise CommandError(f"arXiv has no category {', '.join(unknown)}. Write it as arXiv does, such as cs.CV.")
    if paths:
        yield from ((str(path), partial(_parse_file, rss.parse, path, day)) for path in paths)
    else:
        client = sources.arxiv()
        yield "+".join(categories), lambda: rss.parse(client.announcements(categories), day=day)


def _huggingface(paths: list[Path] | None, *, date: date | None, until: date | None, **_) -> Iterator[Source]:
    if paths:
        yield from (
            (str(path), partial(_parse_file, records.parse, path, date or _date_in(path.name))) for path in paths
        )
        return
    client = sources.huggingface()
    first = date or today()
    if until and until < first:
        raise CommandError(f"--until {until} lies before {first}, where the days begin.")
    for offset in range(((until or first) - first).days + 1):
        day = first + timedelta(days=offset)
        yield day.isoformat(), partial(_fetch_day, client, day)


def _fetch_day(client: Client, day: date) -> Iterable[Row]:
    return records.parse(client.daily_papers(day), day=day)


def _parse_file(parse: Callable, path: Path, day: date | None) -> Iterable[Row]:
    return parse(files.read(path), day=day)


def _date_in(name: str) -> date | None:
    """The day that a recorded file's name begins with: 2026-05-29.json.gz."""
    try:
        return date.fromisoformat(name[:10])
    except ValueError:
        return None


def _read(sources: Iterable[Source], failed: list[Refusal]) -> Iterator[Row]:
    """The rows of all sources; one that is no good as a whole is noted, and the next is read."""
    for name, rows in sources:
        try:
            for row in rows():
                yield Refusal(f"{name}: {row.name}", row.reason) if isinstance(row, Refusal) else row
        except SourceError as error:
            failed.append(Refusal(name, str(error)))
