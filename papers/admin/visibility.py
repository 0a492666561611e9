"""What is hidden, in Django's admin."""

from django.contrib import admin


class HiddenFilter(admin.SimpleListFilter):
    title, parameter_name = "visibility", "visibility"

    def lookups(self, request, model_admin):
        return [("visible", "visible"), ("hidden", "hidden")]

    def queryset(self, request, queryset):
        if self.value() is None:
            return queryset
        return queryset.filter(hidden_at__isnull=self.value() == "visible")
