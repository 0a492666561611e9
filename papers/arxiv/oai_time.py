"""Times as arXiv's OAI-PMH writes them: days, ISO 8601 moments, and those of mail."""

from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache


def day(text: str) -> date | None:
    """Return the day of "2014-12-24" or of a moment that begins so, or None."""
    return _day(text.strip()[:10])


def midnight(text: str) -> datetime | None:
    """Return the beginning, in UTC, of a day as `day` reads it, or None."""
    return _midnight(text.strip()[:10])


def moment(text: str) -> datetime | None:
    """Return an ISO 8601 moment in UTC, which it is in where it doesn't say otherwise, or None."""
    try:
        read = datetime.fromisoformat(text.strip())
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def mail_time(text: str) -> datetime | None:
    """Return, in UTC, a time such as "Fri, 8 Feb 2013 21:00:01 GMT" (RFC 2822), or None."""
    words = text.split()
    try:
        if len(words) == 6 and words[5] == "GMT":  # ten times as fast as the library's, which takes all there is
            return datetime.fromisoformat(f"{words[3]}-{_MONTHS[words[2]]}-{words[1]:0>2}T{words[4]}+00:00")
        read = parsedate_to_datetime(text)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, TypeError, KeyError, IndexError, OverflowError):
        return None


_MONTHS = dict(
    Jan="01",
    Feb="02",
    Mar="03",
    Apr="04",
    May="05",
    Jun="06",
    Jul="07",
    Aug="08",
    Sep="09",
    Oct="10",
    Nov="11",
    Dec="12",
)


# Papers come in the order of their days.
@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _midnight(text: str) -> datetime | None:
    found = _day(text)
    return datetime(found.year, found.month, found.day, tzinfo=UTC) if found else None
