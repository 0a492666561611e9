"""What crawlers should find: the papers and the days."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from feed.models import Entry
from feed.periods import Day
from papers.models import Paper, Topic


class PaperSitemap(Sitemap):
    limit = 5000

    def items(self):
        return Paper.objects.visible().order_by("id").only("arxiv_id", "modified_at")

    def lastmod(self, paper):
        return paper.modified_at

    def get_latest_lastmod(self):
        # Django would load every paper for the index to name one date, which crawlers can do without.
        return None


class DaySitemap(Sitemap):
    limit = 5000

    def items(self):
        return [Day(day) for day in Entry.objects.visible().order_by("day").values_list("day", flat=True).distinct()]


class TopicSitemap(Sitemap):
    # Papers: a keyword of fewer says nothing that the papers themselves don't.
    LEAST = 5
    limit = 5000

    def items(self):
        return Topic.objects.of_at_least(self.LEAST).order_by("id")


class PageSitemap(Sitemap):
    def items(self):
        return ["feed:papers", "feed:trending", "papers:topics", "papers:trends", "feed:about", "feed:privacy"]

    def location(self, item):
        return reverse(item)


SITEMAPS = {"papers": PaperSitemap, "days": DaySitemap, "topics": TopicSitemap, "pages": PageSitemap}
