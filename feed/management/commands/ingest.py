"""Ingestion by hand, over the network or from recorded answers (`--file`); safe to repeat."""

from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from feed import intake
from feed.intake import Step
from feed.periods import today
from papers.arxiv import taxonomy
from papers.arxiv.record import Refusal, SourceError
from papers.ingest import Report
from papers.meter import Meter
from papers.models import Run
from papers.runs import run

SOURCES = {
    "arxiv-rss": "what arXiv has announced (Atom, RSS 2.0 or RDF)",
    "arxiv-list": "arXiv's lists of the newest day and of the week (pages, or its own text lists)",
    "arxiv-oai": "what has changed at arXiv, by OAI-PMH",
    "arxiv-ids": "single papers at arXiv (its API's answers, OAI-PMH's or metadata files)",
    "huggingface": "the rows of Hugging Face's daily feed",
}


class Command(BaseCommand):
    help = (
        "Take papers in from arXiv or from Hugging Face's daily feed. What is asked over the network is written down as "
        "a run, and waits for its turn; recorded answers (--file) are not. Exits with 1 when nothing could be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        sources = parser.add_subparsers(dest="source", required=True, metavar="SOURCE")
        parsers = {name: sources.add_parser(name, help=help) for name, help in SOURCES.items()}
        for name in ("arxiv-rss", "arxiv-list"):
            parsers[name].add_argument(
                "categories", nargs="*", metavar="CATEGORY", help="such as cs.CV; default: ARXIV_CATEGORIES"
            )
        parsers["arxiv-rss"].add_argument("--day", type=_date, help="the day of recorded feeds; default: what they say")
        parsers["arxiv-oai"].add_argument("--from", dest="first", type=_date, help="the first day of changes")
        parsers["arxiv-oai"].add_argument("--until", type=_date, help="the last day; default: the first")
        parsers["arxiv-oai"].add_argument("--set", default="", help="such as cs, cs:cs:CV or physics:hep-th")
        parsers["arxiv-ids"].add_argument("ids", nargs="*", metavar="ID", help="such as 2412.03560 or hep-th/9901001")
        parsers["huggingface"].add_argument("--date", dest="first", type=_date, help="the day; default: today")
        parsers["huggingface"].add_argument("--until", type=_date, help="the last of several days")
        for subparser in parsers.values():
            subparser.add_argument(
                "--file", nargs="+", type=Path, metavar="PATH", help="recorded answers (plain or .gz), not the network"
            )

    def handle(self, *, source: str, file: list[Path] | None, **options) -> None:
        wanted = options.get("categories", [])
        if unknown := [name for name in wanted if not taxonomy.is_known(name)]:
            raise CommandError(f"arXiv has no category {', '.join(unknown)}. Write it as arXiv does, such as cs.CV.")
        if file:
            if source == "arxiv-list" and len(wanted) != 1:
                raise CommandError("Name the one category whose lists the files are.")
            day = options.get("day") or (options.get("first") if source == "huggingface" else None)
            done = Done()
            done.take(tqdm(intake.recorded(source, file, categories=wanted, day=day), unit="file", disable=None))
        else:
            done = self._ask(source, **options)
        self._tell(done)
        if done.is_in_vain:
            raise CommandError("Nothing could be read. " + ("See above." if done.count > 1 else done.failed[0].reason))

    def _ask(self, source: str, **options) -> "Done":
        client = intake.client_of(source)
        steps, window, unit = _steps(source, client, **options)
        done, meter = Done(), Meter(client)
        with run(intake.TURNS[source], f"by hand: {window}") as current:
            if current is None:
                running = Run.objects.of(intake.TURNS[source]).running().first()
                since = f", since {running.started_at:%H:%M} UTC" if running else ""
                raise CommandError(f"Another run has {intake.TURNS[source].label}{since}: try again when it has ended.")
            for report in done.reports(tqdm(steps, unit=unit, disable=None)):
                current.note(report, **meter.read())
            if done.is_in_vain:
                raise SourceError(done.failed[0].reason)
        if options.get("set") and current.fetched_count == 0 and not done.failed:
            self.stdout.write(f"Nothing has changed in these days, or arXiv has no set called {options['set']}.")
        return done

    def _tell(self, done: "Done") -> None:
        report = done.report
        for refusal in done.failed:
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
        if done.failed:
            outcomes["not read"] = len(done.failed)
        for name, count in outcomes.items():
            self.stdout.write(f"{name:<10}{count:>8}")


class Done:
    """What became of the steps so far: the rows by outcome, and the steps that failed."""

    def __init__(self) -> None:
        self.report = Report()
        self.failed: list[Refusal] = []
        self.count = 0

    @property
    def is_in_vain(self) -> bool:
        return bool(self.failed) and len(self.failed) == self.count

    def take(self, steps: Iterable[Step]) -> None:
        for _ in self.reports(steps):
            pass

    def reports(self, steps: Iterable[Step]) -> Iterator[Report]:
        """Do the steps; of each, what became of its rows. One that fails is noted, and the next is done."""
        for name, step in steps:
            self.count += 1
            try:
                report = step()
            except SourceError as error:
                self.failed.append(Refusal(name, str(error)))
                yield Report(refused=self.failed[-1:])
                continue
            report.refused = [replace(refusal, name=f"{name}: {refusal.name}") for refusal in report.refused]
            self.report.add(report)
            yield report


def _steps(source: str, client: Any, **options) -> tuple[Iterator[Step], str, str]:
    """What is to be asked, what to call it, and the unit of a step."""
    first, last = options.get("first"), options.get("until")
    if source in ("arxiv-rss", "arxiv-list"):
        if options.get("day"):
            raise CommandError("--day is for recorded feeds: what arXiv announces now is filed by its ids.")
        categories = options["categories"] or settings.ARXIV_CATEGORIES
        find = intake.announcements if source == "arxiv-rss" else intake.lists
        return find(client, categories), ", ".join(categories), "category" if source == "arxiv-rss" else "list"
    if source == "arxiv-ids":
        if not options["ids"]:
            raise CommandError("Name the papers: manage.py ingest arxiv-ids 2412.03560 hep-th/9901001")
        return intake.single_papers(client, options["ids"]), ", ".join(options["ids"]), "request"
    if source == "arxiv-oai" and not first:
        raise CommandError("Name the days: manage.py ingest arxiv-oai --from 2026-08-21 --until 2026-08-23")
    first = first or today()
    if last and last < first:
        raise CommandError(f"--until {last} lies before {first}, where the days begin.")
    window = f"{first} to {last or first}"
    if source == "huggingface":
        return intake.mirrored_days(client, first, last or first), window, "day"
    return (
        intake.changes(client, first, last or first, set_=options["set"]),
        f"{window} {options['set']}".strip(),
        "page",
    )


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is no date; write it like 2026-08-21") from error
