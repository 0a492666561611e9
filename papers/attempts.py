"""How often each category has been asked in vain for its newest day, and when it may be asked again."""

from datetime import date, datetime, timedelta

# For an hour a late feed is asked at every bell, once also where two timetables ring; afterwards less often, as it may
# stay late all day.
PATIENCE = 6
OFTEN, SELDOM = timedelta(minutes=10), timedelta(minutes=30)
# Bells never ring to the second.
SLACK = timedelta(minutes=1)


class Attempts:
    """`known` is what the last run has kept, as JSON: by category the day, how often, and when again."""

    def __init__(self, known: dict) -> None:
        self.known = known

    def count(self, category: str, day: date) -> int:
        return self.known.get(category, {}).get("count", 0) if self._is_about(category, day) else 0

    def is_due(self, category: str, day: date, now: datetime) -> bool:
        if not self._is_about(category, day):
            return True
        return now >= datetime.fromisoformat(self.known[category]["again_at"])

    def add(self, category: str, day: date, now: datetime) -> None:
        """Count one more, before it is made: one that takes the worker with it counts too."""
        count = self.count(category, day) + 1
        again_at = now + (SELDOM if count > PATIENCE else OFTEN) - SLACK
        self.known[category] = {"day": day.isoformat(), "count": count, "again_at": again_at.isoformat()}

    def forget(self, category: str) -> None:
        self.known.pop(category, None)

    def _is_about(self, category: str, day: date) -> bool:
        return self.known.get(category, {}).get("day") == day.isoformat()
