"""One run of a source: never two at a time, whatever the number of workers, and written down whatever becomes of it."""

import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection

from papers.arxiv.record import SourceError
from papers.models import Run, Source

logger = logging.getLogger(__name__)

# The first half of the advisory locks' names; a number of our own choosing.
LOCKS = 0x72756E73
# The database notices within two minutes that a whole machine is gone, with its locks: left to itself, TCP takes two
# hours. A connection through a socket file needs none of this and ignores it.
KEEPALIVE = {"tcp_keepalives_idle": "60", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "6"}


@contextmanager
def run(source: Source.Name, window: str = "") -> Iterator[Run | None]:
    """Within it the source is ours, and what happens is a `Run`; None where another process has the source's turn.

    A SourceError fails the run and goes no further: the timetable tries again. Whatever else is raised fails the run
    and goes on. The turn is a lock of the database session, so that it ends with a killed worker, whose run is then
    closed as interrupted; and a process that has lost its session can't store anything either.
    """
    with turn(source) as is_ours:
        if not is_ours:
            yield None
            return
        Run.objects.of(source).interrupt()
        before = Run.objects.of(source).first()
        has_failed_before = before is not None and before.state == Run.State.FAILED
        current = Run.objects.create(source=source, window=window[:200])
        try:
            yield current
        except SourceError as error:
            # Said once, not every few minutes: a laptop without a network, or a source that is down for days.
            logger.log(logging.DEBUG if has_failed_before else logging.WARNING, "%s failed: %s", source, error)
            current.fail(str(error))
        except BaseException as error:
            # Where the database itself is what failed, the next run closes this one.
            with suppress(DatabaseError):
                current.fail(f"{type(error).__name__}: {error}")
            raise
        else:
            current.finish()
            logger.info(
                "%s: %d new, %d changed, %d refused of %d",
                source,
                current.new_count,
                current.changed_count,
                current.refused_count,
                current.fetched_count,
            )


@contextmanager
def turn(source: Source.Name) -> Iterator[bool]:
    """Within it no other process has this source; tells whether it is ours, without waiting."""
    key = [LOCKS, zlib.crc32(source.encode()) - 2**31]
    with connection.cursor() as cursor:
        for name, value in KEEPALIVE.items():
            cursor.execute("select set_config(%s, %s, false)", [name, value])
        cursor.execute("select pg_try_advisory_lock(%s, %s)", key)
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        # Where the connection broke, the lock went with it.
        if is_ours and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s, %s)", key)
