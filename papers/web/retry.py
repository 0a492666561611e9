"""How long to wait before asking again."""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Seconds. No server of ours has asked for more; after a mistaken "31536000" the daily listing still comes in time.
LONGEST_WAIT = 3600.0


def retry_after(value: str) -> float | None:
    """Return the seconds that a Retry-After header asks for, None when it says nothing that can be understood.

    Both forms of RFC 9110, 10.2.3: "120" and "Fri, 31 Dec 1999 23:59:59 GMT". Never below zero, never above
    `LONGEST_WAIT`.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(value)
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def backoff(attempt: int, base: float) -> float:
    """Return the seconds to wait after the failed `attempt` (from 1): doubled each time, and jittered by half.

    Without the jitter, workers that failed together would come back together.
    """
    return base * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)
