"""Code repositories and their stars, in Django's admin."""

from django.contrib import admin

from papers.models import Repository

from .records import RecordMixin


@admin.register(Repository)
class RepositoryAdmin(RecordMixin, admin.ModelAdmin):
    list_display = ["url", "full_name", "stars", "checked_at", "gone_at"]
    list_filter = [("gone_at", admin.EmptyFieldListFilter), ("checked_at", admin.EmptyFieldListFilter)]
    search_fields = ["url", "full_name"]
    show_full_result_count = False
