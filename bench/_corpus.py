"""What arXiv announced, as recorded: each paper once, as a source states it."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from _stage import RECORDED


def announced() -> Iterator:
    """Records of all papers of the recorded announcements, in the order of their days; "published" on that day."""
    from papers.arxiv import taxonomy
    from papers.arxiv.record import AuthorName, Record

    seen = set()
    for path in sorted((RECORDED / "arxiv_corpus").glob("*.jsonl.gz")):
        day = datetime.fromisoformat(path.name[:10]).replace(tzinfo=UTC)
        with gzip.open(path, "rt") as lines:
            for paper in map(json.loads, lines):
                if paper["id"] not in seen:
                    seen.add(paper["id"])
                    yield Record(
                        arxiv_id=paper["id"],
                        title=paper["title"],
                        abstract=paper["summary"],
                        authors=tuple(map(AuthorName, paper["authors"])),
                        # Among them stand classes of the ACM now and then.
                        categories=tuple(filter(taxonomy.is_known, paper["categories"])),
                        published_at=day,
                        comment=paper["comment"] or "",
                    )
