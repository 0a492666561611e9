"""How many records a second are read out of arXiv's answers on one core, beside the packages that people use for it."""

import gzip
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from types import SimpleNamespace
from xml.sax.saxutils import escape

from _stage import RECORDED, table

from papers.arxiv import atom, oai

# So many runs of each, by turns; the quickest counts.
TIMES = 20
# Records of the pages that are made here, and of the answer that is read for its memory.
PAGE, LONG = 1_000, 120_000
OAI = "http://www.openarchives.org/OAI/2.0/"


def main() -> None:
    if not (RECORDED / "arxiv_corpus").is_dir():
        print("bench/parsing.py: skipped, the recorded answers (../shared/data) are not beside this checkout")
        return
    papers = list(islice(corpus(), PAGE))
    recorded = RECORDED / "arxiv_oai" / "scrapi_ListRecords_oai_dc_2014-12-24.xml.gz"
    rows = []
    for name, data in {
        "oai_dc, recorded": gzip.decompress(recorded.read_bytes()),
        "arXivRaw, made": b"".join(answer(map(raw, papers))),
        "arXiv, made": b"".join(answer(map(structured, papers))),
    }.items():
        rows += compared(
            f"OAI-PMH {name}",
            lambda data=data: sum(1 for _ in oai.read(data)),
            "sickle",
            lambda data=data: sickle(data),
        )
    recorded = json.loads(max((RECORDED / "arxiv_api").iterdir(), key=lambda path: path.stat().st_size).read_text())
    data = recorded["body"].encode("latin-1")
    rows += compared("Atom API, recorded", lambda: len(atom.parse(data).rows), "feedparser", lambda: feedparser(data))
    table("Reading answers on one core", ("answer", "records", "records a second", "× the package"), rows)
    peak = subprocess.run([sys.executable, __file__, "memory"], check=True, capture_output=True, text=True).stdout
    print(f"Reading an answer of {LONG:,} records: {peak.strip()} MB at most, Python and all")


def compared(name: str, ours: Callable[[], int], package: str, theirs: Callable[[], int]) -> list[tuple]:
    """Rows of ours and of a package's, in the same units; a package that is not there is said to be skipped."""
    count = ours()
    if importlib.util.find_spec(package) is None:
        (seconds,) = quickest(ours)
        missing = f"skipped: pip install {package}"
        return [(name, count, f"{count / seconds:,.0f}", ""), (f"  {package}", "", missing, "")]
    if theirs() != count:
        raise SystemExit(f"{package} reads {theirs()} records of {name}, not {count}")
    seconds, package_seconds = quickest(ours, theirs)
    return [
        (name, count, f"{count / seconds:,.0f}", f"{package_seconds / seconds:.2f}"),
        (f"  {package}", count, f"{count / package_seconds:,.0f}", "1.00"),
    ]


def quickest(*works: Callable[[], object]) -> list[float]:
    """Seconds of the quickest run of each, by the processor's clock: whatever else the machine does is not counted."""
    times = [[seconds(work) for work in works] for _ in range(TIMES)]
    return list(map(min, zip(*times, strict=True)))


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def sickle(data: bytes) -> int:
    from sickle.models import Record
    from sickle.response import OAIResponse

    page = OAIResponse(SimpleNamespace(content=data), {"verb": "ListRecords"}).xml
    return sum(1 for _ in map(Record, page.iterfind(f".//{{{OAI}}}record")))


def feedparser(data: bytes) -> int:
    import feedparser

    return len(feedparser.parse(data).entries)


def corpus() -> Iterator[dict]:
    """What arXiv announced lately, the newest day first, as JSON's objects."""
    for path in sorted((RECORDED / "arxiv_corpus").glob("*.jsonl.gz"), reverse=True):
        with gzip.open(path, "rt") as file:
            yield from map(json.loads, file)


def answer(records: Iterator[str]) -> Iterator[bytes]:
    """An answer to ListRecords with these records, in pieces."""
    yield f'<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="{OAI}"><ListRecords>'.encode()
    yield from (record.encode() for record in records)
    yield b"</ListRecords></OAI-PMH>"


def raw(paper: dict) -> str:
    """A record in the form arXivRaw."""
    return record(
        paper,
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">\n <id>{paper["id"]}</id>'
        f"<submitter>{escape(paper['authors'][0])}</submitter>"
        '<version version="v1"><date>Mon, 22 Oct 2018 22:41:50 GMT</date><size>401kb</size><source_type>D</source_type>'
        '</version><version version="v2"><date>Sun, 13 Jan 2019 11:17:09 GMT</date><size>669kb</size></version>'
        f"<title>{escape(paper['title'])}</title><authors>{escape(', '.join(paper['authors']))}</authors>"
        f"{rest(paper)}</arXivRaw>",
    )


def structured(paper: dict) -> str:
    """A record in the form arXiv."""
    names = (escape(name).rpartition(" ") for name in paper["authors"])
    people = "".join(
        f"<author><keyname>{family}</keyname><forenames>{given}</forenames></author>" for given, _, family in names
    )
    return record(
        paper,
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/">\n <id>{paper["id"]}</id><created>2018-10-22</created>'
        f"<updated>2019-01-13</updated><authors>{people}</authors><title>{escape(paper['title'])}</title>"
        f"{rest(paper)}</arXiv>",
    )


def record(paper: dict, metadata: str) -> str:
    return (
        f"<record>\n<header>\n <identifier>oai:arXiv.org:{paper['id']}</identifier>\n <datestamp>2019-01-15</datestamp>"
        f"\n <setSpec>cs</setSpec>\n</header>\n<metadata>\n {metadata}\n</metadata>\n</record>\n"
    )


def rest(paper: dict) -> str:
    return (
        f"<categories>{' '.join(paper['categories'])}</categories><comments>{escape(paper['comment'] or '')}</comments>"
        "<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>"
        f"<abstract>  {escape(paper['summary'])}\n</abstract>"
    )


def memory() -> None:
    """Print the most memory, in MB, that a process of its own takes to read a long answer as it arrives."""
    papers = list(islice(corpus(), 500))
    count = sum(1 for _ in oai.read(answer(map(raw, islice(cycle(papers), LONG)))))
    if count != LONG:
        raise SystemExit(f"{count} of {LONG} records were read")
    # Linux counts in kilobytes, macOS in bytes.
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    print(round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit))


if __name__ == "__main__":
    memory() if sys.argv[1:] == ["memory"] else main()
