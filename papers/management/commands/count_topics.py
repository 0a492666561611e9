"""Count topics and trends by hand; the timetable does it every night."""

from django.core.management.base import BaseCommand

from papers import trends


class Command(BaseCommand):
    help = "Count the papers and upvotes of all categories and keywords anew. Safe to repeat."

    def handle(self, **options) -> None:
        self.stdout.write(f"{trends.count():,} topics are counted.")
