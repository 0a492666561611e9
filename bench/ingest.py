"""How many records a second go from arXiv's answer into the database, and how long Hugging Face's recorded days take.

The records are arXiv's own, of the recorded corpus, written as OAI-PMH's `arXivRaw` into one long answer, which is read
as it would arrive.
"""

import gzip
import json
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape

from _stage import RECORDED, best, stage, table

COUNT = 20_000
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-07-02T03:00:00Z</responseDate><request>http://oaipmh.arxiv.org/oai</request><ListRecords>\n"
)
RECORD = (
    "<record><header><identifier>oai:arXiv.org:{id}</identifier><datestamp>{stamp}</datestamp><setSpec>cs:cs</setSpec>"
    '</header><metadata><arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{id}</id><submitter>{submitter}</submitter>'
    "{versions}<title>{title}</title><authors>{authors}</authors><categories>{categories}</categories>"
    "<comments>{comment}</comments><license>http://creativecommons.org/licenses/by/4.0/</license>"
    "<abstract>  {abstract}\n</abstract></arXivRaw></metadata></record>\n"
)
VERSION = '<version version="v{}"><date>{:%a, %d %b %Y %H:%M:%S GMT}</date><size>{}kb</size><source_type>D</source_type></version>'


def main() -> None:
    if not (RECORDED / "arxiv_corpus").is_dir():
        print("bench/ingest.py: skipped, the recorded data (../shared/data) are not beside this checkout")
        return
    with stage(), TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.xml"
        days = write(answer)
        arxiv(answer, days)
        huggingface(sorted((RECORDED / "hf_daily").glob("*.json.gz")))


def arxiv(answer: Path, days: dict[str, date]) -> None:
    from papers.arxiv import oai
    from papers.arxiv.record import Announcement
    from papers.ingest import ingest

    def records():
        with answer.open("rb") as file:
            for row in oai.read(iter(lambda: file.read(2**16), b"")):
                row.announcements = (Announcement(days[row.arxiv_id], row.categories[0], "new"),)
                yield row

    parsing = best(lambda: sum(1 for _ in records()), times=3)
    first = best(lambda: ingest(records()), times=1)
    second = best(lambda: ingest(records()), times=3)
    rows = [("parse", parsing), ("parse and store", first), ("again, with nothing changed", second)]
    table(
        f"{len(days):,} records of OAI-PMH, each announced once",
        ("step", "seconds", "records a second"),
        [(name, f"{seconds:.2f}", f"{len(days) / seconds:,.0f}") for name, seconds in rows],
    )
    print(f"Peak memory: {_peak():.0f} MB")


def huggingface(paths: list[Path]) -> None:
    from feed.mirror import enter
    from papers.arxiv import files
    from papers.huggingface import records
    from papers.ingest import ingest

    def rows():
        for path in paths:
            yield from records.parse(files.read(path), day=date.fromisoformat(path.name[:10]))

    reading = best(lambda: [json.loads(gzip.decompress(path.read_bytes())) for path in paths], times=3)
    parsing = best(lambda: list(rows()), times=1)
    first = best(lambda: ingest(rows(), then=enter), times=1)
    second = best(lambda: ingest(rows(), then=enter), times=1)
    steps = [("read as JSON", reading), ("parse", parsing), ("load", first), ("load again", second)]
    table(
        f"Loading {len(paths)} days of Hugging Face",
        ("step", "seconds", "× reading"),
        [(name, f"{seconds:.2f}", f"{seconds / reading:.1f}") for name, seconds in steps],
    )


def write(answer: Path) -> dict[str, date]:
    """Write the answer; return the days on which its papers were announced, by id."""
    days = {}
    with answer.open("w") as file:
        file.write(HEAD)
        for day, paper in _corpus():
            if paper["id"] not in days and len(days) < COUNT:
                days[paper["id"]] = day
                file.write(_record(paper, day))
        file.write("</ListRecords></OAI-PMH>\n")
    return days


def _corpus() -> Iterator[tuple[date, dict]]:
    for path in sorted((RECORDED / "arxiv_corpus").glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            for line in lines:
                yield date.fromisoformat(path.name[:10]), json.loads(line)


def _record(paper: dict, day: date) -> str:
    """Every third paper has a second version."""
    number = int(paper["id"][-5:])
    first = datetime(day.year, day.month, day.day, number % 24, number % 60, tzinfo=UTC) - timedelta(days=2)
    versions = [first, first + timedelta(days=1)][: 2 - bool(number % 3)]
    return RECORD.format(
        id=paper["id"],
        stamp=day,
        submitter=escape(paper["authors"][0]),
        versions="".join(VERSION.format(place, at, number % 5000) for place, at in enumerate(versions, 1)),
        title=escape(paper["title"]),
        authors=escape(", ".join(paper["authors"])),
        categories=" ".join(paper["categories"]),
        comment=escape(paper["comment"] or ""),
        abstract=escape(paper["summary"]),
    )


def _peak() -> float:
    """Megabytes of memory at most so far; macOS counts in bytes, Linux in kilobytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


if __name__ == "__main__":
    main()
