"""Where the site's ways of signing in differ from allauth's."""

from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.mail import compose, validate_recipient


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "duplicate_email": "This is your address already.",
        "email_password_mismatch": "This address and password don't belong together. Please check both.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
        "too_many_login_attempts": "Too many failed tries. Please wait five minutes, then try again.",
        "username_taken": "This handle is taken.",
    }

    def clean_email(self, email: str) -> str:
        validate_recipient(email)
        return email

    def is_safe_url(self, url: str) -> bool:
        """Only this very site is safe to go on to: hosts that it also answers to (localhost) may be someone else's."""
        host = {self.request.get_host()}
        return url_has_allowed_host_and_scheme(url, allowed_hosts=host, require_https=self.request.is_secure())

    # Addresses in mails come from SITE_URL, never from the request: its Host header is the sender's to choose.

    def render_mail(self, template_prefix: str, email: str, context: dict, headers=None) -> EmailMultiAlternatives:
        return compose(f"{template_prefix}.html", context, to=[email], headers=headers)

    def get_email_confirmation_url(self, request, emailconfirmation) -> str:
        """With where the member was going: opened in another browser, the link leads there by the sign-in page."""
        url = settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])
        if going := get_next_redirect_url(request):
            sign_in = reverse("account_login", query={"next": going})
            return f"{url}?{urlencode({'next': sign_in})}"
        return url

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        return settings.SITE_URL + reverse("account_reset_password_from_key", args=[uid, token])

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("accounts:edit_profile")
