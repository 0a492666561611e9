"""What people may say about their digest."""

from dataclasses import dataclass, field
from typing import cast

from django import forms
from django.conf import settings
from django.forms.boundfield import BoundField
from django.utils.functional import cached_property

from accounts.models.user import time_zones
from feed import mailbox
from feed.interest import Interest
from feed.models import Subscription
from feed.naming import KINDS, Kind, Name, Problem, names_of

# Of each kind: longer lists make a digest of nearly everything.
MOST = 50


class SubscribeForm(forms.Form):
    email = forms.CharField(
        label="Email address",
        error_messages={"required": "Please write your email address."},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "you@lab.org"}),
    )
    rhythm = forms.ChoiceField(
        label="How often", choices=Subscription.Rhythm.choices, initial=Subscription.Rhythm.DAILY, required=False
    )

    def clean_email(self) -> str:
        return mailbox.normal(self.cleaned_data["email"])

    def clean_rhythm(self) -> str:
        return self.cleaned_data["rhythm"] or Subscription.Rhythm.DAILY


@dataclass(frozen=True)
class Named:
    """What came of a kind: the keys that are ticked, and what was typed to add to them."""

    ticked: list[str] = field(default_factory=list)
    typed: str = ""


class NamesWidget(forms.Widget):
    """Boxes for what is chosen, and a text field for more; templates/feed/manage.html draws it."""

    use_fieldset = True

    def value_from_datadict(self, data, files, name):
        # Of a form that was made up: no more than can be right, and nothing that a database doesn't take.
        ticked = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        ticked = [key for key in ticked[: 2 * MOST] if key.isprintable()]
        return Named(ticked, data.get(f"{name}-typed", ""))

    def value_omitted_from_data(self, data, files, name):
        return False


class BoundNames(BoundField):
    """A field of names with what the page shows of it."""

    field: "NamesField"

    @cached_property
    def options(self) -> list[tuple[Name, bool]]:
        """What is or was chosen, and whether it is."""
        ticked = {*self.value().ticked, *(name.key for name in self.field.understood)}
        suggested = {name.key for problem in self.field.problems for name in problem.options}
        names = {name.key: name for name in (*self.field.stored, *self.field.understood)}
        names |= self.field.kind.known(ticked - set(names) - suggested) if self.form.is_bound else {}
        return [(name, name.key in ticked) for name in names.values()]

    @property
    def typed(self) -> str:
        """What is left to be mended of what was typed: what was understood of it stands among the boxes."""
        if self.field.problems:
            return ", ".join(problem.text for problem in self.field.problems)
        return self.value().typed

    @property
    def problems(self) -> list[tuple[Problem, list[tuple[Name, bool]]]]:
        """What could not be understood, each with what it may mean and whether that is ticked."""
        ticked = set(self.value().ticked)
        return [(it, [(name, name.key in ticked) for name in it.options]) for it in self.field.problems]


class NamesField(forms.Field):
    """Names of a kind. `stored` are those that the subscription has."""

    widget = NamesWidget
    bound_field_class = BoundNames

    def __init__(self, kind: Kind, **more):
        super().__init__(required=False, **more)
        self.kind = kind
        self.stored: list[Name] = []
        self.problems: list[Problem] = []
        self.understood: list[Name] = []

    def clean(self, value: Named) -> list[str]:
        if len(value.typed) > 1000:
            raise forms.ValidationError("This is too much at once. Save a part of it first, then add the rest.")
        ticked, there = set(value.ticked), {name.key for name in self.stored}
        names, problems = self.kind.read(value.typed, MOST)
        self.problems = [it for it in problems if not _is_answered(it, ticked, there)]
        keys = [key for key in value.ticked if key in there]
        keys = list(dict.fromkeys([*keys, *self.kind.known(ticked - there), *(name.key for name in names)]))
        if self.problems:
            self.understood = names
            raise forms.ValidationError([problem.reason for problem in self.problems])
        if len(keys) > MOST:
            raise forms.ValidationError(
                f"{len(keys)} are too many: choose up to {MOST}, or leave all out for everything."
            )
        return keys


class PreferencesForm(forms.ModelForm):
    categories = NamesField(KINDS["categories"], label="Categories")
    authors = NamesField(KINDS["authors"], label="Authors")
    organizations = NamesField(KINDS["organizations"], label="Organizations")

    class Meta:
        model = Subscription
        fields = ["rhythm", "time_zone"]
        labels = {"rhythm": "How often"}
        widgets = {
            "rhythm": forms.RadioSelect,
            "time_zone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
        }

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.names = names_of(self.instance.interest)
        hour, zone = settings.DIGEST_HOUR, settings.FEED_TIME_ZONE
        self.fields[
            "time_zone"
        ].help_text = f"Mail leaves at {hour}:00 there. Write it like Europe/Paris; empty: {zone}."
        for kind in KINDS:
            stored = self.names.get(kind, [])
            cast(NamesField, self.fields[kind]).stored = stored
            self.initial[kind] = Named([name.key for name in stored])

    def clean_time_zone(self) -> str:
        """Read as people write it: in any capitals, or by the city alone where that names one."""
        written = self.cleaned_data["time_zone"].strip().replace(" ", "_").lower()
        zones = [zone for zone in time_zones() if written in (zone.lower(), zone.rpartition("/")[2].lower())]
        return zones[0] if len(zones) == 1 else self.cleaned_data["time_zone"].strip()

    def save(self, commit: bool = True) -> Subscription:
        self.instance.prefer(
            rhythm=self.cleaned_data["rhythm"],
            time_zone=self.cleaned_data["time_zone"],
            interest=Interest.of(**{kind: self.cleaned_data[kind] for kind in KINDS}),
            how="the preferences page",
        )
        return self.instance

    @property
    def time_zones(self) -> list[str]:
        return time_zones()


def _is_answered(problem: Problem, ticked: set[str], there: set[str]) -> bool:
    """Whether one of what it may mean has just been ticked, or the only one is chosen already."""
    options = {name.key for name in problem.options}
    return bool(options & (ticked - there)) or (len(options) == 1 and options <= ticked)
