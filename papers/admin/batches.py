"""What was filed under which day, in Django's admin."""

from django.contrib import admin

from papers.models import Batch

from .records import RecordMixin
from .runs import duration


@admin.register(Batch)
class BatchAdmin(RecordMixin, admin.ModelAdmin):
    list_display = ["day", "category", "origin", "paper_count", "filed_at", "behind"]
    list_filter = ["origin", "category"]
    list_select_related = ["category"]
    date_hierarchy = "day"
    search_fields = ["category__name"]
    show_full_result_count = False

    @admin.display(description="behind arXiv", ordering="filed_at")
    def behind(self, batch):
        return duration(batch.delay)
