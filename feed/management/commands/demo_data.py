"""The demo papers and people; safe to repeat."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from feed import demo
from papers import embeddings, trends, vectors


class Command(BaseCommand):
    help = "Load landmark papers and members to look around with. Only where DEMO is on."

    def handle(self, **options) -> None:
        if not settings.DEMO:
            raise CommandError("This site is no demo: its members' passwords would be known. Set DEMO=1 if it is one.")
        count = demo.load()
        # Otherwise done within a minute, and at night: who looks around looks at once.
        try:
            vectors.catch_up()
        except embeddings.Unavailable as error:
            self.stderr.write(f"Searches go by words alone: {error}")
        trends.count()
        self.stdout.write(f"{count} papers. Sign in as:")
        for email, password, role in demo.LOGINS:
            self.stdout.write(f"  {email:<18} {password:<18} {role}")
