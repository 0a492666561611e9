"""The forms of an account; allauth's, where it has one, with one password field and the site's own words."""

from allauth.account import forms as allauth
from django import forms
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.models.user import time_zones

PASSWORD_HELP = "At least 8 characters, and none of the common ones. A few words together are good."


class Plain:
    """Labels say what a field is: no placeholder repeats them, no help text brings markup of its own."""

    fields: dict[str, forms.Field]
    labels = {"email": "Email address", "login": "Email address", "oldpassword": "Current password"}
    new_passwords = "password1"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = PASSWORD_HELP if name == self.new_passwords else ""


class LoginForm(Plain, allauth.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # What a password manager files the password under.
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class SignupForm(Plain, allauth.SignupForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        handle = self.fields["username"]
        handle.label, handle.help_text = "Handle", User._meta.get_field("username").help_text
        handle.widget.attrs.update(autocomplete="nickname", autocapitalize="none", spellcheck="false")

    def try_save(self, request):
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            # Sent twice at once: the other one was first. It gets the answer that a known address gets.
            self.full_clean()
            if not self.account_already_exists:
                raise
            return super().try_save(request)


class ResetPasswordForm(Plain, allauth.ResetPasswordForm):
    pass


class AddEmailForm(Plain, allauth.AddEmailForm):
    fields: dict[str, forms.Field]
    labels = {"email": "New email address"}


class ReauthenticateForm(Plain, allauth.ReauthenticateForm):
    pass


class ChangePasswordForm(Plain, allauth.ChangePasswordForm):
    fields: dict[str, forms.Field]
    labels = {**Plain.labels, "password1": "New password"}
    password2 = None


class SetPasswordForm(Plain, allauth.SetPasswordForm):
    password2 = None


class ResetPasswordKeyForm(Plain, allauth.ResetPasswordKeyForm):
    fields: dict[str, forms.Field]
    labels = {"password1": "New password"}
    password2 = None


class ProfileForm(forms.ModelForm):
    homepage = forms.URLField(
        label="Homepage",
        max_length=200,
        required=False,
        assume_scheme="https",
        error_messages={"invalid": "This is no address of a page. Write it like https://example.org."},
        widget=forms.URLInput(attrs={"autocomplete": "url"}),
    )

    class Meta:
        model = User
        fields = ["full_name", "username", "about", "homepage", "time_zone", "is_feed_personal"]
        help_texts = {"username": "Your page's address. When you change it, links to the old one lead nowhere."}
        widgets = {
            "full_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "username": forms.TextInput(
                attrs={"autocomplete": "nickname", "autocapitalize": "none", "spellcheck": "false"}
            ),
            "about": forms.Textarea(attrs={"rows": 4}),
            "time_zone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
        }

    def clean_username(self) -> str:
        handle = self.cleaned_data["username"]
        if User.objects.exclude(pk=self.instance.pk).filter(username__iexact=handle).exists():
            raise forms.ValidationError("This handle is taken.")
        return handle

    @property
    def time_zones(self) -> list[str]:
        return time_zones()


class DeleteAccountForm(ReauthenticateForm):
    """The password again, with the same limit on wrong ones as at sign-in."""
