"""Members in Django's admin, which is entered by the site's own sign-in page, with its limits."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import models

from accounts.models import User

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ["username", "full_name", "email", "is_staff", "is_active", "date_joined", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups", "date_joined"]
    search_fields = ["username", "full_name", "email"]
    search_help_text = "Handle, name or email address"
    date_hierarchy = "date_joined"
    ordering = ["-date_joined"]
    readonly_fields = ["hex_id", "date_joined", "last_login"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    fieldsets = [
        (None, {"fields": ["username", "email", "password", "hex_id"]}),
        ("Profile", {"fields": ["full_name", "about", "homepage", "time_zone"]}),
        ("What they may", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("When", {"fields": ["date_joined", "last_login"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "email", "usable_password", "password1", "password2"]})
    ]
    actions = ["delete_accounts"]

    @admin.action(description="Delete the accounts of the selected", permissions=["change"])
    def delete_accounts(self, request, queryset):
        """As members delete their own: the row stays, nothing in it says who it was, and the votes are withdrawn."""
        members = queryset.filter(is_superuser=False).exclude(pk=request.user.pk)
        for member in members:
            member.delete_account()
        self.message_user(request, f"{len(members)} accounts deleted. Administrators and your own are left alone.")

    def has_delete_permission(self, request, obj=None):
        return False
