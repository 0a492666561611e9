"""The log of moderation in Django's admin, to look at: on the site it is public, at /moderation."""

from django.contrib import admin

from papers.models import Action

from .records import RecordMixin


@admin.register(Action)
class ActionAdmin(RecordMixin, admin.ModelAdmin):
    list_display = ["at", "by", "kind", "content_type", "paper", "reason"]
    list_filter = ["kind", "content_type"]
    list_select_related = ["by", "content_type", "paper"]
    search_fields = ["by__username", "paper__arxiv_id", "reason"]
    date_hierarchy = "at"
    show_full_result_count = False
