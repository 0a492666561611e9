"""The catalogue in Django's admin."""

from django.contrib import admin

from papers.models import Author, Authorship, Category, Listing, Organization, Paper, Person, Upvote, Version

from .moderating import ModeratedAdmin, hide, show
from .records import RecordMixin
from .visibility import HiddenFilter


class VersionInline(RecordMixin, admin.TabularInline):
    """As arXiv says them: a moderator can't know better."""

    model = Version
    fields = ["number", "submitted_at", "size_kilobytes", "is_withdrawal"]
    ordering = ["number"]


@admin.register(Paper)
class PaperAdmin(ModeratedAdmin):
    list_display = [
        "arxiv_id",
        "title",
        "primary_category",
        "organization",
        "published_at",
        "total_upvote_count",
        "hidden_at",
    ]
    list_filter = [
        HiddenFilter,
        "source",
        ("withdrawn_at", admin.EmptyFieldListFilter),
        ("deleted_at", admin.EmptyFieldListFilter),
        "primary_category",
    ]
    list_select_related = ["primary_category", "organization"]
    search_fields = ["arxiv_id", "title", "author_names"]
    date_hierarchy = "published_at"
    ordering = ["-published_at", "-id"]
    show_full_result_count = False
    autocomplete_fields = ["organization"]
    readonly_fields = [
        "hex_id", "keywords_model", "edited_fields", "upvote_count", "mirrored_upvote_count", "mirrored_comment_count", "mirrored_on", "total_upvote_count",
        "trending_score", "featured_at", "created_at", "modified_at",
    ]  # fmt: skip
    moderated = ("title", "summary", "keywords", "organization", "project_page", "github_repo", "media_urls")
    inlines = [VersionInline]
    actions = [hide, show]

    def has_add_permission(self, request):
        # A paper comes from arXiv: a search for its id takes it in.
        return False


@admin.register(Authorship)
class AuthorshipAdmin(admin.ModelAdmin):
    list_display = ["name", "position", "paper", "author", "person", "is_hidden"]
    list_filter = ["is_hidden", ("person", admin.EmptyFieldListFilter)]
    list_select_related = ["paper", "author", "person"]
    search_fields = ["name", "paper__arxiv_id"]
    autocomplete_fields = ["paper", "author", "person"]
    readonly_fields = ["hex_id"]
    ordering = ["-paper", "position"]
    show_full_result_count = False


@admin.register(Author)
class AuthorAdmin(admin.ModelAdmin):
    list_display = ["name", "slug"]
    search_fields = ["name", "slug"]
    show_full_result_count = False


@admin.register(Person)
class PersonAdmin(admin.ModelAdmin):
    list_display = ["name", "handle", "source"]
    list_filter = ["source"]
    search_fields = ["name", "handle"]
    readonly_fields = ["hex_id", "seen_on"]
    ordering = ["handle"]


@admin.register(Organization)
class OrganizationAdmin(admin.ModelAdmin):
    list_display = ["full_name", "name"]
    search_fields = ["full_name", "name"]
    readonly_fields = ["hex_id", "seen_on"]


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "title", "group"]
    list_filter = ["group"]
    search_fields = ["name", "title"]


@admin.register(Listing)
class ListingAdmin(admin.ModelAdmin):
    list_display = ["day", "category", "kind", "paper"]
    list_filter = ["kind", "category"]
    list_select_related = ["category", "paper"]
    date_hierarchy = "day"
    search_fields = ["paper__arxiv_id", "paper__title"]
    autocomplete_fields = ["paper", "category"]
    show_full_result_count = False


@admin.register(Upvote)
class UpvoteAdmin(admin.ModelAdmin):
    """To look at and to withdraw: votes are cast on the site, and the counter goes with them."""

    list_display = ["user", "paper", "created_at"]
    list_select_related = ["user", "paper"]
    search_fields = ["user__username", "paper__arxiv_id"]
    date_hierarchy = "created_at"
    show_full_result_count = False

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def delete_model(self, request, obj):
        Upvote.objects.filter(pk=obj.pk).withdraw()

    def delete_queryset(self, request, queryset):
        Upvote.objects.filter(pk__in=list(queryset.values_list("pk", flat=True))).withdraw()
