"""A circuit that all machines share through Valkey: a host that fails again and again is left alone by everybody.

Each host of a source has its own: where arXiv's archive is ill, its lists may be well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import redis
from redis.exceptions import RedisError

from papers.web.unavailable import Busy, Unavailable

# Failures in a row: two runs that have asked four times each.
THRESHOLD = 8
# Seconds that a host is left alone.
REST = 300.0
# Seconds after which a trial is given up that nobody has told the end of: more than a request can take.
TRIAL = 180.0
# Seconds after which failures are forgotten when nothing else happens.
MEMORY = 3600

# Milliseconds to wait and the last failure: 0 where the host may be asked, which is then perhaps the one trial.
CHECK = """
local rest = redis.call('pttl', KEYS[1])
if rest > 0 then return {rest, redis.call('get', KEYS[1])} end
if tonumber(redis.call('get', KEYS[2]) or 0) < tonumber(ARGV[1]) then return {0, ''} end
if redis.call('set', KEYS[3], 1, 'nx', 'px', ARGV[2]) then return {0, ''} end
return {math.max(redis.call('pttl', KEYS[3]), 1), 'it is being tried again'}
"""

FAIL = """
local failures = redis.call('incr', KEYS[2])
redis.call('expire', KEYS[2], ARGV[4])
if failures >= tonumber(ARGV[1]) then
    redis.call('set', KEYS[1], ARGV[3], 'px', ARGV[2])
    redis.call('del', KEYS[3])
end
"""


class SharedCircuit:
    """The circuit (`papers.web.circuit.Circuit`) of the host `name`: after `threshold` failures in a row it is open.

    It stays so for `rest` seconds. Then one request goes out: when it succeeds, the circuit is closed, else it rests
    again. Every method raises SourceError when Valkey is away.
    """

    def __init__(self, server: redis.Redis, name: str, *, threshold: int = THRESHOLD, rest: float = REST) -> None:
        self.server = server
        self.name = name
        self.threshold = threshold
        self.rest = rest
        self._keys = [f"circuit:{name}:open", f"circuit:{name}:failures", f"circuit:{name}:trial"]

    def check(self) -> None:
        """Raise Busy, with the last failure, while the host is left alone."""
        with self._told():
            wait, reason = self.server.eval(CHECK, 3, *self._keys, self.threshold, int(TRIAL * 1000))
        if wait:
            until = datetime.now(UTC) + timedelta(milliseconds=wait)
            told = reason.decode(errors="replace") if isinstance(reason, bytes) else reason
            raise Busy(
                f"{self.name} is left alone for {wait / 1000:.0f} seconds more, it has failed too often: {told}", until
            )

    def succeed(self) -> None:
        with self._told():
            self.server.delete(*self._keys)

    def fail(self, reason: str) -> None:
        with self._told():
            self.server.eval(FAIL, 3, *self._keys, self.threshold, int(self.rest * 1000), reason, MEMORY)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except RedisError as error:
            raise Unavailable(
                f"nobody knows how {self.name} is while Valkey is away, so nothing is asked: {error}"
            ) from error
