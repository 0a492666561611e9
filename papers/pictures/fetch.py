"""Pictures and videos come here: each is fetched once, made harmless, kept, and given to whom it belongs."""

import logging
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from papers import runs, sources
from papers.arxiv.record import Refusal, SourceError
from papers.ingest import Report
from papers.models import Picture, Run, Source
from papers.web.fetch import Fetcher
from papers.web.unavailable import Busy, Unavailable

from . import store, wanted
from .still import WIDTHS, Unusable
from .workshop import Interrupted, make

logger = logging.getLogger(__name__)

# With one slow download and one slow decoding on top, a run ends before its task's time limit; the timetable rings again.
ENOUGH = timedelta(minutes=9)
# Bytes. People attach screen recordings of a minute or two; a portrait above its limit is a mistake.
LIMITS = {Picture.Use.MEDIA: 64 * 2**20, Picture.Use.AVATAR: 8 * 2**20}
IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
VIDEOS = ("video/mp4", "video/quicktime", "video/webm")
# What a store says that was told nothing. What the file is, is decided by how it begins.
UNNAMED = ("application/octet-stream", "binary/octet-stream")
TYPES = {Picture.Use.MEDIA: (*IMAGES, *VIDEOS, *UNNAMED), Picture.Use.AVATAR: (*IMAGES, *UNNAMED)}
# So many failures one after the other mean that it is us, or the one host that all are at: the others keep their tries.
FAILURES = 5


def fetch_pictures() -> None:
    """Fetch what is due, the newest day's first, as one run, unless a run is on; then show it."""
    wanted.gather()
    if Picture.objects.due().exists():
        with runs.run(Source.Name.PICTURES) as run:
            if run:
                _fetch(run)
    wanted.assign()


def sweep_pictures() -> None:
    """Forget the pictures that are wanted no more, and remove the files that nothing refers to."""
    rows = wanted.forget()
    kept = Picture.objects.filter(state=Picture.State.STORED).values_list("small", "large", "video")
    files = store.sweep({name for names in kept.iterator() for name in names})
    if rows or files:
        logger.info("Pictures: %d are wanted no more, %d files removed", rows, files)


def _fetch(run: Run) -> None:
    client, deadline = sources.pictures(), time.monotonic() + ENOUGH.total_seconds()
    failures = 0
    while time.monotonic() < deadline and (picture := Picture.objects.reserve()):
        requests, received = client.request_count, client.byte_count
        report = Report()
        try:
            _store(picture, client)
            report.new.append(picture.url)
            failures = 0
        except Busy as error:
            # A try all the same, or one host that always says so would stand first in the queue for ever.
            picture.put_off(str(error), until=error.until)
            failures += 1
            if failures == FAILURES:
                raise
        except (Unavailable, Interrupted) as error:
            picture.put_off(str(error))
            failures += 1
            if failures == FAILURES:
                raise SourceError(f"{failures} in a row were not to be had, the last one: {error}") from error
        except (SourceError, Unusable) as error:
            picture.refuse(str(error))
            report.refused.append(Refusal(picture.url, picture.reason))
            failures = 0
        finally:
            run.note(report, requests=client.request_count - requests, bytes=client.byte_count - received)


def _store(picture: Picture, client: Fetcher) -> None:
    use = Picture.Use(picture.use)
    with store.workbench() as folder:
        client.download(picture.url, to=folder / "original", limit=LIMITS[use], types=TYPES[use])
        made = make(use, folder)
        picture.small, picture.large = _kept(made.small, made.large)
        picture.video = store.keep(made.video) if made.video else ""
    picture.width, picture.height = made.width, made.height
    picture.small_width = min(made.width, WIDTHS[use][0])
    picture.state, picture.reason, picture.fetched_at = Picture.State.STORED, "", timezone.now()
    picture.save()


def _kept(small: Path, large: Path) -> tuple[str, str]:
    name = store.keep(large)
    return name if small == large else store.keep(small), name
