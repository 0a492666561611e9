"""What a digest costs: promised, rendered and handed over to a mail server on this machine, to few readers and to many.

Four senders hand over to Postfix's `smtp-sink`, which throws away what it gets. Yardsticks are
the same digest to a hundredth of the readers, and the same messages made by Django's own mail, each for itself.
"""

import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

import psutil
from _stage import best, stage, table

READERS = int(os.environ.get("READERS", "100000"))
SENDERS, SEED, SINGLE = 4, 20261125, 200
# Debian keeps it where only root looks.
SINK = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SENDER = """
import datetime, django
django.setup()
from django.db import connection
from feed import sending
connection.ensure_connection()
print("ready", flush=True)
input()
sending.send(datetime.timedelta(1))
"""


def main() -> None:
    if not SINK:
        print(
            "The digest is not measured: that needs Postfix's smtp-sink (apt-get install postfix, which need not run)"
        )
        return
    with stage(), sink() as port:
        from django.conf import settings

        digest = compose()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        few = run(READERS // 100, port)
        many = run(READERS, port)
        rows = [
            (
                f"{readers:,}",
                *[f"{value:,.2f}" for value in (planned, sent)],
                f"{readers / (planned + sent):,.0f}",
                first,
                last,
            )
            for readers, planned, sent, first, last in (few, many)
        ]
        heads = ("readers", "promised, s", "sent, s", "mails/s", "MB a sender, early", "at the end")
        table(f"A digest of {len(digest.papers)} papers, {SENDERS} senders", heads, rows)
        each = [(planned + sent) / readers for readers, planned, sent, *_ in (few, many)]
        own = best(lambda: by_django(digest), times=3) / SINGLE
        print(f"Cost of a mail at {READERS:,} over that at {READERS // 100:,}: {each[1] / each[0]:.2f}")
        print(f"Made and handed over one by one with Django's own mail: {own / each[1]:.1f} × as long, by one sender")


def compose():
    """A full day's feed, and its digest."""
    from datetime import UTC, datetime

    from feed.models import Digest, Entry
    from feed.periods import Day
    from papers.models import Category, Paper

    chance = random.Random(SEED)
    words = (
        "learning",
        "graph",
        "diffusion",
        "of",
        "models",
        "sparse",
        "attention",
        "with",
        "proofs",
        "robots",
        "α-stable",
    )
    day = Day.current().previous()
    category, _ = Category.objects.get_or_create(name="cs.LG")
    for number in range(1, 41):
        paper = Paper.objects.create(
            arxiv_id=f"2611.{number:05}",
            title=" ".join(chance.choices(words, k=10)).capitalize(),
            abstract=". ".join(" ".join(chance.choices(words, k=20)).capitalize() for _ in range(7)) + ".",
            published_at=datetime.now(UTC) - timedelta(1),
            primary_category=category,
            author_names=["Ada Lovelace", "Bob Builder", "Carol Reader", "Dan Writer"],
            mirrored_upvote_count=chance.randrange(200),
        )
        Entry.objects.create(paper=paper, day=day.start, submitted_at=datetime.now(UTC))
    return Digest.objects.compose(day)


def run(readers: int, port: int) -> tuple[int, float, float, str, str]:
    """Readers, seconds to promise and to send to all of them, and the senders' memory after a tenth and at the end."""
    from django.db import connection

    from feed import planning
    from feed.models import Delivery, Subscription

    with connection.cursor() as cursor:
        cursor.execute("truncate feed_delivery, feed_consent, feed_subscription")
    made = (Subscription(email=f"reader-{number}@example.org", state="confirmed") for number in range(readers))
    Subscription.objects.bulk_create(made, batch_size=5_000)
    start = time.perf_counter()
    assert planning.plan() == readers
    promised = time.perf_counter() - start
    sent, early, late = send(readers, port)
    assert Delivery.objects.filter(state="sent").count() == readers
    return readers, promised, sent, early, late


def send(readers: int, port: int) -> tuple[float, str, str]:
    """Seconds until the senders are done, and the memory that the larger has after a tenth and at the end, in MB."""
    from feed.models import Delivery

    with ExitStack() as stack:
        senders = [stack.enter_context(sender(port)) for _ in range(SENDERS)]
        for each in senders:
            assert each.stdout.readline() == "ready\n"
        start = time.perf_counter()
        for each in senders:
            each.stdin.write("go\n")
            each.stdin.flush()
        early = late = 0.0
        while any(each.poll() is None for each in senders):
            late = max(map(memory, senders)) or late
            if not early and Delivery.objects.filter(state="sent").count() >= readers / 10:
                early = late
            time.sleep(0.1)
        assert all(each.returncode == 0 for each in senders)
        return time.perf_counter() - start, f"{early:.0f}", f"{late:.0f}"


@contextmanager
def sender(port: int) -> Iterator[subprocess.Popen[str]]:
    from django.db import connection

    base, _, _ = os.environ["DATABASE_URL"].partition("?")[0].rpartition("/")
    _, question, options = os.environ["DATABASE_URL"].partition("?")
    database = f"{base}/{connection.settings_dict['NAME']}{question}{options}"
    environment = {**os.environ, "DATABASE_URL": database, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
    process = subprocess.Popen(
        [sys.executable, "-c", SENDER], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def memory(process: subprocess.Popen) -> float:
    """What it has for itself, in MB; 0 once it is gone."""
    try:
        return psutil.Process(process.pid).memory_info().rss / 1e6
    except psutil.NoSuchProcess:
        return 0.0


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink on a port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    # As root it wants to be somebody else.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([SINK, *user, f"127.0.0.1:{port}", "100"], cwd="/")
    try:
        for _ in range(100):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.kill()
        process.wait()


def by_django(digest) -> None:
    """So many mails, each rendered, encoded and handed over for itself."""
    from django.core.mail import EmailMultiAlternatives, get_connection

    from feed.digest import Links, render

    with get_connection() as connection:
        for number in range(SINGLE):
            mail = render(digest).for_reader(
                Links(f"https://example.org/m/{number}", f"https://example.org/u/{number}")
            )
            message = EmailMultiAlternatives(
                mail.subject, mail.text, to=[f"r{number}@example.org"], connection=connection
            )
            message.attach_alternative(mail.html, "text/html")
            message.send()


if __name__ == "__main__":
    main()
