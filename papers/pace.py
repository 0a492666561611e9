"""arXiv's pace, kept by all our processes and machines together: a mark in Valkey that goes by itself."""

import time
from datetime import timedelta

import redis
from django.conf import settings
from redis.exceptions import RedisError

from papers.arxiv.record import SourceError

# arXiv's terms of use: one request every three seconds, over all its services together.
# https://info.arxiv.org/help/api/tou.html
PAUSE = timedelta(seconds=3)
PATIENCE = timedelta(minutes=5)


def wait_for_arxiv() -> None:
    """Return when the next request to arXiv may go out.

    Raises SourceError when Valkey is away, for then nobody knows, or when the others don't leave a gap.
    """
    deadline = time.monotonic() + PATIENCE.total_seconds()
    try:
        with redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as server:
            while not server.set("arxiv:pause", 1, nx=True, px=PAUSE):
                if time.monotonic() > deadline:
                    raise SourceError(
                        f"no gap between requests to arXiv within {PATIENCE.seconds // 60} minutes; try later"
                    )
                time.sleep(max(server.pttl("arxiv:pause"), 50) / 1000)
    except RedisError as error:
        raise SourceError(f"arXiv's pace can't be kept while Valkey is away, so nothing is asked: {error}") from error
