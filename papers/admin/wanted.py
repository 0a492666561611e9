"""What members want taken in, in Django's admin."""

from django.contrib import admin

from papers.models import Wanted

from .records import RecordMixin


@admin.register(Wanted)
class WantedAdmin(RecordMixin, admin.ModelAdmin):
    list_display = ["arxiv_id", "state", "asked_by", "asked_at", "due_at", "failures", "answered_at", "reason"]
    list_filter = ["state"]
    list_select_related = ["asked_by"]
    search_fields = ["arxiv_id", "asked_by__username"]
    date_hierarchy = "asked_at"
    show_full_result_count = False
