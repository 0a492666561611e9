"""Pictures and videos from elsewhere, in Django's admin."""

from django.contrib import admin

from papers.models import Picture

from .records import RecordMixin


@admin.register(Picture)
class PictureAdmin(RecordMixin, admin.ModelAdmin):
    """To look at, and to have fetched once more: what is kept is what a worker made of it."""

    list_display = ["url", "use", "state", "width", "height", "tries", "next_try_at", "fetched_at", "reason"]
    list_filter = ["state", "use"]
    search_fields = ["url", "reason"]
    ordering = ["-pk"]
    readonly_fields = ["digest"]
    show_full_result_count = False
    actions = ["ask_again"]

    def has_ask_permission(self, request):
        return request.user.has_perm("papers.change_picture")

    @admin.action(description="Fetch the selected once more", permissions=["ask"])
    def ask_again(self, request, queryset):
        for picture in queryset:
            picture.ask_again()
        self.message_user(request, f"{queryset.count()} are fetched at the next turn.")
