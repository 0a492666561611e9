"""What a process of its own does in the tests of the pace; nothing here needs Django, so that it starts at once."""

import redis

from papers.pace import Pace
from papers.web.fetch import Fetcher
from papers.web.guard import place


def ask(valkey: str, url: str, count: int, pause: float, lease: float) -> None:
    """Ask `url` `count` times, each in turn."""
    pace = Pace(redis.from_url(valkey), "teapot", pause=pause, lease=lease)
    fetcher = Fetcher("teapot", user_agent="x", hosts=[place(url)], stand_ins=[place(url)], turn=pace, attempts=1)
    for _ in range(count):
        fetcher.get(url)
