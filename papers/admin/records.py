"""Rows that the site writes about itself: to be looked at in Django's admin, and by nobody changed."""


class RecordMixin:
    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
