"""Ingestion in Django's admin: its runs, its sources, and all of it at a glance."""

from datetime import timedelta

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from papers.models import Run, Source
from papers.overview import Overview

from .records import RecordMixin

SOURCES = dict(Source.Name.choices)


def duration(span: timedelta) -> str:
    """In the unit that fits: 0.4 s, 12 s, 4 min 10 s, 2 h 5 min."""
    seconds = span.total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


@admin.register(Run)
class RunAdmin(RecordMixin, admin.ModelAdmin):
    list_display = ["source", "state_word", "started", "took", "came", "size", "window"]
    list_filter = ["state", "source"]
    date_hierarchy = "started_at"
    search_fields = ["window", "error"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["source", "window", "state_word", "error", "started_at", "finished_at", "took"]}),
        ("What was asked", {"fields": ["request_count", "size"]}),
        (
            "What came",
            {"fields": ["fetched_count", "new_count", "changed_count", "refused_count", "refusal_list"]},
        ),
    ]

    class Media:
        css = {"all": ["css/ingestion.css"]}

    def get_urls(self):
        overview = self.admin_site.admin_view(self.overview)
        return [path("overview/", overview, name="papers_run_overview"), *super().get_urls()]

    def overview(self, request):
        """How ingestion does, now and over the last months, for whoever may see its runs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Ingestion at a glance",
            "opts": self.opts,
            "overview": Overview.at(timezone.now()),
        }
        return TemplateResponse(request, "admin/papers/run/overview.html", context)

    @admin.display(description="state", ordering="state")
    def state_word(self, run):
        return format_html('<span class="run-state is-{}">{}</span>', run.state, run.get_state_display())

    @admin.display(description="started", ordering="started_at")
    def started(self, run):
        return f"{run.started_at:%b} {run.started_at.day}, {run.started_at:%H:%M}"

    @admin.display(description="what came")
    def came(self, run):
        counts = {"new": run.new_count, "changed": run.changed_count, "refused": run.refused_count}
        words = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count) or "nothing new"
        return f"{run.fetched_count:,}: {words}" if run.fetched_count else "nothing"

    @admin.display(description="took")
    def took(self, run):
        return duration((run.finished_at or timezone.now()) - run.started_at)

    @admin.display(description="size", ordering="byte_count")
    def size(self, run):
        return filesizeformat(run.byte_count)

    @admin.display(description="refusals")
    def refusal_list(self, run):
        if not run.refusals:
            return "none"
        rows = format_html_join("", "<li><b>{}</b> {}</li>", run.refusals)
        rest = run.refused_count - len(run.refusals)
        return format_html(
            '<ul class="refusals">{}</ul>{}', rows, f"and {rest} more, which are not kept" if rest > 0 else ""
        )


@admin.register(Source)
class SourceAdmin(RecordMixin, admin.ModelAdmin):
    """Where each source goes on. Nobody writes a position by hand; who must can have one forgotten."""

    list_display = ["name_in_full", "position", "alerted_at"]
    actions = ["forget_position"]

    @admin.display(description="source", ordering="name")
    def name_in_full(self, source):
        return SOURCES.get(source.name, source.name)

    def has_forget_permission(self, request):
        return request.user.has_perm("papers.change_source")

    @admin.action(description="Forget the position: begin anew at the next run", permissions=["forget"])
    def forget_position(self, request, queryset):
        """What is stored stays; asking for it again changes nothing. A run that is on would write its position over this."""
        busy = set(Run.objects.running().values_list("source", flat=True))
        for source in queryset:
            if source.name in busy:
                words = f"{source} is running and was left alone: try again when the run has ended."
                self.message_user(request, words, messages.WARNING)
                continue
            self.log_change(request, source, f"Position forgotten: {source.position}")
            source.forget()
            self.message_user(request, f"{source} begins anew at its next run.")
