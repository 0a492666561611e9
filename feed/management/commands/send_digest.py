"""`manage.py send_digest`: a digest by hand. Safe to repeat: nobody gets a period twice."""

from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from tqdm import tqdm

from feed import planning, sending
from feed.models import Delivery
from feed.periods import Day, Week

# By hand, one waits until it is done.
ENOUGH = timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Send the digest of a closed day to all daily subscribers, or of a week to all weekly ones, whatever the hour and "
        "however old it is. Without --period: what the timetable would send now. Nobody gets a period twice."
    )

    def add_arguments(self, parser):
        parser.add_argument("--period", help="a day like 2026-08-21 or a week like 2026-W34")

    def handle(self, *, period=None, **options):
        try:
            new = planning.plan() if period is None else planning.plan_period(_period(period))
            due = Delivery.objects.due().count()
        except ValueError as error:
            raise CommandError(str(error)) from error
        except ProgrammingError as error:
            reason = str(error).splitlines()[0]
            raise CommandError(
                f"This database is not the site's, or not up to date. Is DATA_DIR right? {reason}"
            ) from error
        self.stdout.write(f"{_mails(new)} to send that nobody was promised before, {_mails(due)} to send now.")
        with tqdm(total=due, unit="mail", file=self.stderr, disable=None) as progress:
            outcomes = sending.send(ENOUGH, lambda: progress.update())
        outcomes.pop(Delivery.State.PENDING, None)
        told = ", ".join(f"{count:,} {state}" for state, count in sorted(outcomes.items()))
        self.stdout.write(f"{told or 'None was sent'}.")
        waiting = Delivery.objects.filter(state=Delivery.State.PENDING).count()
        if waiting:
            self.stdout.write(f"{_mails(waiting)} waiting: the timetable tries again, and the log says why.")
        if waiting and due and not outcomes:
            raise CommandError("Nothing could be handed over.")


def _mails(count: int) -> str:
    return f"{count:,} mail{'s'[: count != 1]}"


def _period(written: str) -> Day | Week:
    kind = Week if "-W" in written else Day
    try:
        return kind.parse(written)
    except ValueError as error:
        raise CommandError(f"{written} is neither a day like 2026-08-21 nor a week like 2026-W34.") from error
