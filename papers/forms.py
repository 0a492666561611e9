"""What members change about what is theirs, and moderators about papers."""

import json
from typing import cast

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.http import QueryDict

from papers import query
from papers.models import Action, Paper, SavedSearch
from papers.moderation import Conflict, moderate, state


class SavedSearchForm(forms.ModelForm):
    class Meta:
        model = SavedSearch
        fields = ["name", "is_alerting"]
        error_messages = {"name": {"required": "Give it a name, or leave the one that it has."}}

    def clean_name(self) -> str:
        """On one line, since it may stand in a mail's subject."""
        return query.cleaned(self.cleaned_data["name"])


class EditForm(forms.Form):
    """A paper's fields as a moderator sets them. What it showed when it was opened goes with it, as `seen`."""

    title = forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    summary = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 4}))
    keywords = SimpleArrayField(
        forms.CharField(max_length=200), required=False, help_text="Separated by commas.", max_length=50
    )
    organization = forms.CharField(
        required=False, max_length=120, help_text="By its name in addresses, such as nvidia; empty: none."
    )
    project_page = forms.URLField(required=False, max_length=2000, assume_scheme="https")
    github_repo = forms.URLField(label="GitHub repository", required=False, max_length=2000, assume_scheme="https")
    reason = forms.CharField(
        required=False, max_length=500, label="Why", help_text="For the log, which everyone can read."
    )
    seen = forms.JSONField(widget=forms.HiddenInput)

    EDITED = ("title", "summary", "keywords", "organization", "project_page", "github_repo")

    def __init__(self, paper: Paper, data: QueryDict | None = None):
        super().__init__(data, label_suffix="")
        self.paper = paper
        now = state(paper, self.EDITED)
        self.marked = now.pop("marked")
        self.initial = {**now, "seen": now}

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_organization(self) -> str | None:
        return self.cleaned_data["organization"].strip() or None

    def clean(self) -> dict:
        seen = self.cleaned_data.get("seen")
        if not isinstance(seen, dict) or set(seen) != set(self.EDITED):
            raise forms.ValidationError("This form is not whole. Open it anew.")
        return self.cleaned_data

    def save(self, *, by) -> Action | None:
        """Change what differs from what was shown. Returns None where nothing was changed or `errors` say why not.

        Where another has changed the same meanwhile, the form shows what there is now: saved again, it is replaced.
        """
        given = self.cleaned_data
        changes = {name: given[name] for name in self.EDITED if given[name] != given["seen"][name]}
        if not changes:
            return None
        try:
            seen = {name: given["seen"][name] for name in changes}
            return moderate(self.paper, by=by, reason=given["reason"], seen=seen, **changes)
        except forms.ValidationError as error:
            self.add_error(None, error) if not hasattr(error, "error_dict") else self._place(error)
        except Conflict as conflict:
            who = conflict.latest.by.get_full_name() if conflict.latest else "A source"
            for name, value in conflict.current.items():
                shown = ", ".join(value) if isinstance(value, list) else value
                self.add_error(name, f"{who} has set this meanwhile: “{shown or 'nothing'}”. Save again to replace it.")
            shown_now = cast(QueryDict, self.data).copy()
            shown_now["seen"] = json.dumps({**given["seen"], **conflict.current})
            self.data = shown_now
        return None

    def _place(self, error: forms.ValidationError) -> None:
        for name, errors in error.error_dict.items():
            self.add_error(name.removesuffix("_id") if name.removesuffix("_id") in self.fields else None, errors)
