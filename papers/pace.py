"""A source's pace, kept by all our processes and machines together: one request at a time, and a pause after each.

Whoever asks holds a lock in Valkey while it does, renewed as long as its process lives; then the lock becomes a mark
that keeps the others away for the pause. Without Valkey nobody knows, so nothing is asked.
"""

import logging
import math
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import redis
from redis.exceptions import RedisError

from papers.arxiv.record import SourceError
from papers.web.unavailable import Busy, Unavailable

logger = logging.getLogger(__name__)

# Seconds after which the lock of a killed process is gone.
LEASE = 10.0
# Seconds that a request waits for its turn; others have theirs in between, each with its pause.
PATIENCE = 300.0
# Seconds between two looks at a lock whose owner may give it back at any time.
LOOK = 0.1
# Seconds by which the first in line may be late before another may go: a busy machine wakes nobody to the millisecond.
GRACE = 1.0

# Takes the lock for ARGV[2] milliseconds; the answer is the milliseconds to wait before the next try, 0 when it is ours.
# The first who waits is the next: else who has just asked could ask again and again, and a walk through the archive
# would leave a single lookup its turn by chance only.
TAKE = """
local held = redis.call('pttl', KEYS[2])
if held > 0 then return held end
local owner, first = redis.call('get', KEYS[1]), redis.call('get', KEYS[3])
if owner == ARGV[1] then return 0 end
if not owner and (not first or first == ARGV[1]) then
    redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
    redis.call('del', KEYS[3])
    return 0
end
local wait = tonumber(ARGV[3])
if owner then
    local left = math.max(redis.call('pttl', KEYS[1]), 1)
    wait = owner == 'pause' and left or math.min(left, wait)
end
if not first or first == ARGV[1] then redis.call('set', KEYS[3], ARGV[1], 'px', wait + ARGV[4]) end
return wait
"""

# Keeps the lock for ARGV[2] milliseconds more, as the value ARGV[3], unless it is somebody else's by now. One that is
# gone is made anew: a Valkey that was started again has forgotten it.
KEEP = """
local owner = redis.call('get', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[3], 'px', ARGV[2])
return 1
"""

# Lengthens the hold, never shortens it.
HOLD = """
if redis.call('pttl', KEYS[1]) < tonumber(ARGV[1]) then redis.call('set', KEYS[1], 1, 'px', ARGV[1]) end
"""


class Pace:
    """The turns (`papers.web.turn.Turn`) of the source `name`: `pause` seconds from the end of one to the next.

    Takes a client of Valkey, the same server for all. Every method raises SourceError when it is away.
    """

    def __init__(
        self, server: redis.Redis, name: str, *, pause: float, lease: float = LEASE, patience: float = PATIENCE
    ) -> None:
        self.server = server
        self.name = name
        self.pause = pause
        # While a killed owner's lease runs out, the pause has gone by as well.
        self.lease = max(lease, 2 * pause)
        self.patience = patience
        self._lock, self._hold, self._first = f"pace:{name}", f"pace:{name}:hold", f"pace:{name}:first"

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for our turn and have it; raises Busy where the source is held for longer than `patience` seconds."""
        owner = secrets.token_hex(16)
        self._wait(owner)
        is_over = threading.Event()
        renewal = threading.Thread(target=self._renew, args=[owner, is_over], daemon=True)
        renewal.start()
        try:
            yield
        finally:
            is_over.set()
            renewal.join()
            self._give_back(owner)

    def hold(self, seconds: float) -> None:
        """Let nobody ask for so long, counted from now; a longer hold stays."""
        with self._told():
            self.server.eval(HOLD, 1, self._hold, _milliseconds(seconds))

    def _wait(self, owner: str) -> None:
        deadline = time.monotonic() + self.patience
        while wait := self._try(owner):
            if time.monotonic() + wait > deadline:
                until = datetime.now(UTC) + timedelta(seconds=wait)
                raise Busy(f"{self.name} is not asked: no turn within {self.patience:g} seconds, try later", until)
            time.sleep(wait)

    def _try(self, owner: str) -> float:
        """Take the lock, or tell the seconds to wait before the next try."""
        with self._told():
            times = map(_milliseconds, (self.lease, LOOK, GRACE))
            return int(self.server.eval(TAKE, 3, self._lock, self._hold, self._first, owner, *times)) / 1000

    def _renew(self, owner: str, is_over: threading.Event) -> None:
        while not is_over.wait(self.lease / 4):
            # What fails now is tried again before the lock runs out.
            with suppress(SourceError):
                self._keep(owner, self.lease, owner)

    def _give_back(self, owner: str) -> None:
        try:
            if not self._keep(owner, self.pause, "pause"):
                logger.warning("%s was asked out of turn: the process stood still for too long", self.name)
        except SourceError as error:
            # The answer is good all the same. Whoever asks next finds the lock, or no Valkey.
            logger.warning("%s: %s", self.name, error)
            time.sleep(self.pause)

    def _keep(self, owner: str, seconds: float, value: str) -> bool:
        """Keep the lock for so long as `value`; tells whether it was still ours."""
        with self._told():
            return bool(self.server.eval(KEEP, 1, self._lock, owner, _milliseconds(seconds), value))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except RedisError as error:
            raise Unavailable(
                f"the pace of {self.name} can't be kept while Valkey is away, so nothing is asked: {error}"
            ) from error


def _milliseconds(seconds: float) -> int:
    # Up, so that no pause is shorter than it should be; Valkey knows no time of 0.
    return max(1, math.ceil(seconds * 1000))
