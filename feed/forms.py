"""What people may say about their digest."""

from django import forms

from accounts.mail import validate_recipient
from feed.models import Subscription


class SubscribeForm(forms.Form):
    email = forms.EmailField(
        label="Email address",
        max_length=254,
        validators=[validate_recipient],
        error_messages={
            "required": "Please write your email address.",
            "invalid": "This doesn't look like an email address.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "you@lab.org"}),
    )
    rhythm = forms.ChoiceField(
        label="How often", choices=Subscription.Rhythm.choices, initial=Subscription.Rhythm.DAILY, required=False
    )

    def clean_rhythm(self) -> str:
        return self.cleaned_data["rhythm"] or Subscription.Rhythm.DAILY


class PreferencesForm(forms.ModelForm):
    class Meta:
        model = Subscription
        fields = ["rhythm", "time_zone"]
        widgets = {"rhythm": forms.RadioSelect}
