"""What members change about what is theirs."""

from django import forms

from papers import query
from papers.models import SavedSearch


class SavedSearchForm(forms.ModelForm):
    class Meta:
        model = SavedSearch
        fields = ["name", "is_alerting"]
        error_messages = {"name": {"required": "Give it a name, or leave the one that it has."}}

    def clean_name(self) -> str:
        """On one line, since it may stand in a mail's subject."""
        return query.cleaned(self.cleaned_data["name"])
