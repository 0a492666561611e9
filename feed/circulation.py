"""How many the digest goes to, day by day, and what became of its mail, period by period."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Sum

from feed.models import Consent, Delivery, Digest

# A quarter, as ingestion's: a column for each day still fits a phone.
DAYS = 90
# Periods on a page of the list.
SIZE = 30
NO_CHANGE = {"confirmed": 0, "left": 0, "stopped": 0}


@dataclass(frozen=True)
class Day:
    """A day in FEED_TIME_ZONE: `subscribers` at its end, the rest within it. A mail counts for the day after its period.

    `left` unsubscribed or complained, `stopped` are those whose mail came back too often; `sent` includes `bounced`.
    """

    day: date
    subscribers: int
    confirmed: int
    left: int
    stopped: int
    sent: int
    bounced: int


def days(last: date, number: int = DAYS) -> list[Day]:
    """So many days up to `last`, the oldest first, from two queries."""
    first = last - timedelta(number - 1)
    changes = {row.pop("day"): row for row in Consent.objects.per_day()}
    mails = _mails(first)
    subscribers = next((row["subscribers"] for day, row in reversed(changes.items()) if day < first), 0)
    found = []
    for day in (first + timedelta(at) for at in range(number)):
        row = changes.get(day, {**NO_CHANGE, "subscribers": subscribers})
        subscribers = row["subscribers"]
        sent, bounced = mails.get(day, (0, 0))
        found.append(Day(day, sent=sent, bounced=bounced, **row))
    return found


def mailings(kind: Digest.Kind, *, before: date | None = None) -> tuple[list[dict], date | None]:
    """What became of the mail of a kind's periods, the newest first, from two queries; and the day before which there are more.

    A row has its `period`, how many were `sent_count` and so on (`Digest.COUNTED`), how many are `waiting`, and the
    `digest_count` of narrowed and whole ones.
    """
    periods = Digest.objects.by_period(kind)
    rows = list((periods.filter(first_day__lt=before) if before else periods)[: SIZE + 1])
    waiting = Delivery.objects.waiting_by_period()
    for row in rows:
        row["period"] = Digest(kind=kind, first_day=row["first_day"]).period
        row["waiting"] = waiting.get(row["period"].slug, 0)
    return rows[:SIZE], rows[SIZE - 1]["first_day"] if len(rows) > SIZE else None


def _mails(first: date) -> dict[date, tuple[int, int]]:
    """Mails sent, with those that came back, and those that did, by the day after their period."""
    counts: dict[date, tuple[int, int]] = {}
    digests = Digest.objects.filter(first_day__gte=first - timedelta(7)).order_by().values_list("kind", "first_day")
    for kind, first_day, sent, bounced in digests.annotate(Sum("sent_count"), Sum("bounced_count")):
        day = first_day + timedelta(7 if kind == Digest.Kind.WEEK else 1)
        before = counts.get(day, (0, 0))
        counts[day] = (before[0] + sent + bounced, before[1] + bounced)
    return counts
