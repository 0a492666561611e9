"""Django's admin calls the verb of moderation, so that there is no way around the log."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError

from papers.models import Action, Organization
from papers.moderation import moderate


class ModeratedAdmin(admin.ModelAdmin):
    """Only what moderators may change is offered, and it is logged. Nothing is deleted: hiding can be undone."""

    # Fields of the form that the verb takes, by the same names.
    moderated: tuple[str, ...] = ()

    def get_readonly_fields(self, request, obj=None):
        given = super().get_readonly_fields(request, obj)
        if obj is None:
            return given
        names = {it.name for it in (*self.opts.concrete_fields, *self.opts.many_to_many) if it.editable}
        return sorted({*map(str, given), *names} - {*self.moderated})

    def save_model(self, request, obj, form, change):
        if not change:
            super().save_model(request, obj, form, change)
            return
        changes = {name: _as_json(form.cleaned_data[name]) for name in form.changed_data if name in self.moderated}
        try:
            if changes:
                moderate(obj, by=request.user, **changes)
        except ValidationError as error:
            self.message_user(request, f"Not saved. {' '.join(error.messages)}", messages.ERROR)

    def has_delete_permission(self, request, obj=None):
        return False


def _as_json(value):
    """As the verb takes it: an organization by its name, a day as ISO 8601 writes it."""
    if isinstance(value, Organization):
        return value.name
    return value.isoformat() if hasattr(value, "isoformat") else value


@admin.action(description="Hide the selected")
def hide(modeladmin, request, queryset):
    _set_hidden(modeladmin, request, queryset.filter(hidden_at=None), Action.Kind.HIDE, True)


@admin.action(description="Show the selected again")
def show(modeladmin, request, queryset):
    _set_hidden(modeladmin, request, queryset.exclude(hidden_at=None), Action.Kind.SHOW, False)


def _set_hidden(modeladmin, request, queryset, kind, is_hidden) -> None:
    count = 0
    try:
        for row in queryset:
            count += moderate(row, by=request.user, kind=kind, hidden=is_hidden) is not None
    except PermissionDenied:
        modeladmin.message_user(request, "You may look at these, not change them.", messages.ERROR)
        return
    modeladmin.message_user(request, f"{count} {'hidden' if is_hidden else 'shown again'}.")
