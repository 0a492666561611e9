"""The feed in Django's admin."""

from django.contrib import admin

from feed.editing import feature
from feed.models import Consent, Delivery, Entry, Subscription
from papers.admin import HiddenFilter, ModeratedAdmin, hide, show
from papers.admin.records import RecordMixin
from papers.moderation import moderate


@admin.register(Entry)
class EntryAdmin(ModeratedAdmin):
    list_display = ["day", "paper", "origin", "submitted_by", "submitted_by_person", "submitted_at", "hidden_at"]
    list_filter = [HiddenFilter, "origin"]
    list_select_related = ["paper", "submitted_by", "submitted_by_person"]
    date_hierarchy = "day"
    search_fields = ["paper__arxiv_id", "paper__title", "submitted_by__username", "submitted_by_person__handle"]
    autocomplete_fields = ["paper", "submitted_by", "submitted_by_person"]
    readonly_fields = ["hex_id"]
    ordering = ["-day", "submitted_at", "id"]
    show_full_result_count = False
    actions = [hide, show]
    moderated = ("day", "note")

    def get_fields(self, request, obj=None):
        return super().get_fields(request, obj) if obj else ["paper", "day", "note"]

    def save_model(self, request, obj, form, change):
        if change:
            super().save_model(request, obj, form, change)
            return
        made = feature(obj.paper, obj.day, by=request.user)
        if obj.note:
            moderate(made, by=request.user, note=obj.note)
        obj.pk = made.pk


class ConsentInline(admin.TabularInline):
    model = Consent
    fields = readonly_fields = ("at", "act", "how", "wish", "ip_address")
    extra = 0
    can_delete = False

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Subscription)
class SubscriptionAdmin(admin.ModelAdmin):
    """Consent is the subscriber's alone: nobody adds an address or confirms one here."""

    list_display = ["email", "rhythm", "state", "is_narrowed", "created_at", "confirmed_at", "unsubscribed_at"]
    list_filter = ["state", "rhythm", ("interest_key", admin.EmptyFieldListFilter)]
    search_fields = ["email"]
    date_hierarchy = "created_at"
    fields = ["email", "state", "rhythm", "time_zone", "interest", "soft_bounces", "soft_bounced_at"]
    readonly_fields = ["email", "state", "interest", "soft_bounces", "soft_bounced_at"]
    inlines = [ConsentInline]

    @admin.display(boolean=True)
    def is_narrowed(self, subscription):
        return bool(subscription.interest)

    def save_model(self, request, obj, form, change):
        obj.prefer(
            rhythm=obj.rhythm, time_zone=obj.time_zone, interest=obj.narrowed_to, how=f"@{request.user}, in the admin"
        )

    def has_add_permission(self, request):
        return False

    # Django's own log would keep the address when it is deleted; what happens is in the record of consent.
    def log_change(self, request, obj, message):
        pass

    def log_deletions(self, request, queryset):
        pass


@admin.register(Delivery)
class DeliveryAdmin(RecordMixin, admin.ModelAdmin):
    list_display = ["digest", "subscription", "state", "reason", "doubt", "finished_at"]
    list_filter = ["state", "is_lost"]
    search_fields = ["subscription__email"]
    fields = [
        "digest",
        "subscription",
        "hex_id",
        "state",
        "reason",
        "is_lost",
        "failures",
        "due_at",
        "expires_at",
        "sending_at",
        "finished_at",
    ]
    ordering = ["-pk"]
    show_full_result_count = False

    @admin.display(description="may have arrived")
    def doubt(self, delivery):
        return "perhaps" if delivery.is_lost else ""

    def get_queryset(self, request):
        # The papers of a digest are many words, and none of them is shown.
        return super().get_queryset(request).select_related("digest", "subscription").defer("digest__papers")
