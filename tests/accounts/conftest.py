import re

import pytest
from django.urls import reverse

PASSWORD = "correct horse battery"


@pytest.fixture
def password() -> str:
    """The password of the whole cast."""
    return PASSWORD


@pytest.fixture
def sign_up(client):
    """Fill in the sign-up form as grace does; what a test names stands in its place."""

    def sign_up(*, going: str = "", **more):
        fields = {"email": "grace@example.org", "username": "grace", "password1": PASSWORD, **more}
        return client.post(reverse("account_signup"), {**fields, "next": going} if going else fields)

    return sign_up


@pytest.fixture
def sign_in(client):
    def sign_in(email: str, *, password: str = PASSWORD, going: str = ""):
        fields = {"login": email, "password": password}
        return client.post(reverse("account_login"), {**fields, "next": going} if going else fields)

    return sign_in


@pytest.fixture
def link(mailoutbox, settings):
    """The path that the newest mail's first link leads to, under /accounts/."""

    def link() -> str:
        return re.search(re.escape(settings.SITE_URL) + r"(/accounts/\S+)", mailoutbox[-1].body)[1]

    return link
