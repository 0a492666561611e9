"""What a visitor's page costs, against serialising the same day's rows with json.dumps: the least that could be sent."""

import io
import json

from _stage import best, stage, table


def main() -> None:
    with stage():
        from django.conf import settings
        from django.core.management import call_command
        from django.test import Client
        from django.urls import reverse

        from feed.models import Entry
        from feed.periods import Day, Month, Week
        from papers.models import Paper

        settings.DEMO, settings.ALLOWED_HOSTS = True, ["testserver"]
        settings.STORAGES = {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        }
        call_command("demo_data", stdout=io.StringIO())
        [day] = Entry.objects.newest_days(1)
        client = Client()

        def yardstick():
            return json.dumps(list(Paper.objects.filter(entries__day=day).values()), default=str)

        unit = best(yardstick, times=50)
        pages = {
            "a day": Day(day).get_absolute_url(),
            "a week": Week.containing(day).get_absolute_url(),
            "a month": Month.containing(day).get_absolute_url(),
            "trending": reverse("feed:trending"),
            "a paper": Paper.objects.first().get_absolute_url(),
        }
        rows = [("json.dumps of the day", f"{unit * 1000:.1f}", "1.0")]
        for name, url in pages.items():
            seconds = best(lambda url=url: client.get(url), times=20)
            rows.append((name, f"{seconds * 1000:.1f}", f"{seconds / unit:.1f}"))
        table("Pages, uncached, as an anonymous visitor", ("page", "ms", "× json.dumps"), rows)


if __name__ == "__main__":
    main()
