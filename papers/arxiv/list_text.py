"""arXiv's own text lists, those behind its mailings: `new`, the newest day with its replacements, and `pastweek`."""

import re
from collections import Counter
from datetime import date

from papers.arxiv import abs_text, legible
from papers.arxiv.calendar import Calendar
from papers.arxiv.day_list import DayList, ListPage, Section
from papers.arxiv.record import Announcement, Record, Refusal, SourceError
from papers.arxiv.text import clean, shortened


def parse(data: bytes, category: str) -> ListPage:
    """Return what a `new` or a `pastweek` list of a category, or of an archive, says of each of its days.

    Raises SourceError when `data` is no such list, names another category or other numbers than it has entries, has
    too many that cannot be read, or was cut off. Between two entries of a `pastweek` list, which says no number, a cut cannot be seen.
    """
    text = abs_text.decoded(data)
    header = text.partition("\\\\\n")[0]
    is_new = bool(_NEW.search(header))
    days: dict[date, list[tuple[str, Record | Refusal]]] = {}
    day = _announced(header, category) if is_new else None
    if day:
        days[day] = []
    for block in abs_text.blocks(text):
        if match := _DAY.match(block.head):
            day = _date(match[1])
            days.setdefault(day, [])
        elif day is None:
            raise SourceError("the text is no list of arXiv's: an entry stands before any day")
        else:
            kind = "cross" if block.section == "new" and _CROSS.match(block.head) else block.section
            place, announcement = f"entry {len(days[day]) + 1} of {day}", Announcement(day, category, kind)
            days[day].append((kind, abs_text.read(block, place, announcement)))
    if not days:
        raise SourceError(f"the text is no list of arXiv's: it begins with ‘{shortened(clean(text[:200]), 60)}’")
    lists = tuple(_day_list(day, category, rows) for day, rows in days.items())
    if is_new:
        _check_whole(text, header, lists[0])
    return ListPage(category, lists, sum(each.total for each in lists))


_NEW = re.compile(r"^ ?received from ", re.MULTILINE)
_DAY = re.compile(r"/\* (.{9,20}) \*/")
_CROSS = re.compile(r".*\(\*cross-listing\*\)")
_NUMBERS = re.compile(r"^Subject:.* (\d{1,6}) new(?: \+ (\d{1,6}) cross)?", re.MULTILINE)


def _announced(header: str, category: str) -> date:
    """Return the day of a `new` list, from the time at which it was made."""
    subject = re.search(r"^Subject: (\S+) daily", header, re.MULTILINE)
    if subject and subject[1] != category:
        raise SourceError(f"the text lists {shortened(clean(subject[1]), 40)}, not {category}")
    made = re.search(r"^Date:(.*)$", header, re.MULTILINE)
    if not made or not (moment := abs_text.moment(made[1])):
        raise SourceError("the text says no date on which it was made")
    return Calendar().newest(moment)


def _check_whole(text: str, header: str, day: DayList) -> None:
    if not re.search(r"^%%%---", text, re.MULTILINE):
        raise SourceError("the text was cut off: its end mark is missing; fetch it again")
    numbers = _NUMBERS.search(header)
    for kind, number in zip(("new", "cross"), numbers.groups("0"), strict=True) if numbers else ():
        found = sum(section.shown for section in day.sections if section.kind == kind)
        if found != int(number):
            raise SourceError(f"the text announces {number} papers as {kind} and has {found}: fetch it again")


def _day_list(day: date, category: str, rows: list[tuple[str, Record | Refusal]]) -> DayList:
    if unread := legible.unread([row for _, row in rows]):
        raise SourceError(f"the text of {day} may have changed: {unread}")
    counts = Counter(kind for kind, _ in rows)
    sections = tuple(Section(kind, count, count) for kind, count in counts.items())
    return DayList(day, category, tuple(row for _, row in rows), sections, len(rows))


def _date(text: str) -> date:
    moment = abs_text.moment(f"{text} 00:00:00 GMT")
    if not moment:
        raise SourceError(f"the text names a day that is none: ‘{shortened(clean(text), 40)}’")
    return moment.date()
