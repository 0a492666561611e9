"""arXiv's daily announcement feeds: Atom and RSS 2.0 as rss.arxiv.org serves them, and the RDF of before 2024.

The formats: https://info.arxiv.org/help/rss_specifications.html and …/atom_specifications.html.
"""

from collections.abc import Iterator
from datetime import date

from papers.arxiv import entry, xml
from papers.arxiv.entry import Feed
from papers.arxiv.record import Record, Refusal


def parse(data: bytes, *, day: date | None = None) -> Iterator[Record | Refusal]:
    """Yield a `Record` with its announcement, or a `Refusal`, for each entry of a feed, in its order.

    The announcement's day is `day`, or else the one written in the feed: an entry's `published` or `pubDate`, the
    RDF's `dc:date`, in the offset it is written in. Quiet days (weekends, holidays) yield nothing; a feed that was
    cut off yields a last `Refusal` that says where. Raises SourceError, before anything is yielded, when `data` is
    no such feed: an HTML page, another format, empty.
    """
    entries = xml.Entries(xml.well_encoded(data), ("feed", "rss", "RDF"))
    return _rows(entries, entry.feed(entries.head, day))


def _rows(entries: xml.Entries, feed: Feed) -> Iterator[Record | Refusal]:
    for number, element in enumerate(entries, 1):
        yield element if isinstance(element, Refusal) else entry.read(element, feed, number)
