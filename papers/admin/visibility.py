"""What is hidden, and hiding it, in Django's admin."""

from django.contrib import admin


class HiddenFilter(admin.SimpleListFilter):
    title, parameter_name = "visibility", "visibility"

    def lookups(self, request, model_admin):
        return [("visible", "visible"), ("hidden", "hidden")]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        return queryset.filter(hidden_at__isnull=self.value() == "visible")


@admin.action(description="Hide the selected")
def hide(modeladmin, request, queryset):
    modeladmin.message_user(request, f"{queryset.hide()} hidden.")


@admin.action(description="Show the selected again")
def show(modeladmin, request, queryset):
    modeladmin.message_user(request, f"{queryset.show()} shown again.")
