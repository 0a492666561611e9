"""Signing in, out, and back in after the password is forgotten."""

import pytest
from django.urls import reverse

from accounts.models import User


@pytest.fixture(autouse=True)
def _ada(ada):
    """Everyone here knocks at ada's door."""


def test_a_member_signs_in_by_address_whatever_its_case(client, ada, sign_in):
    assert sign_in("ADA@Example.org").url == "/papers"
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_signing_in_goes_on_to_where_the_member_was_going(sign_in):
    assert sign_in("ada@example.org", going="/papers/2601.00001").url == "/papers/2601.00001"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "http://localhost/", r"/\evil.example", "javascript:alert(1)"],
)
def test_signing_in_never_leads_elsewhere(sign_in, elsewhere):
    assert sign_in("ada@example.org", going=elsewhere).url == "/papers"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(sign_in):
    wrong = sign_in("ada@example.org", password="wrong")
    unknown = sign_in("nobody@example.org", password="wrong")
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert "don&#x27;t belong together" in wrong.content.decode()
    assert 'value="ada@example.org"' in wrong.content.decode()


def test_the_sixth_wrong_password_in_five_minutes_has_to_wait(sign_in):
    for _ in range(5):
        sign_in("ada@example.org", password="wrong")
    assert "Please wait five minutes" in sign_in("ada@example.org").content.decode()


def test_a_cache_that_is_away_keeps_nobody_out(sign_in, settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}
    assert sign_in("ada@example.org").url == "/papers"


def test_signing_out_takes_a_button(client, ada):
    client.force_login(ada)
    assert "Sign out?" in client.get(reverse("account_logout")).content.decode()
    assert "_auth_user_id" in client.session
    assert client.post(reverse("account_logout")).url == "/papers"
    assert "_auth_user_id" not in client.session


def test_an_account_that_was_closed_says_so(ada, sign_in, client):
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert "This account is closed" in client.get(sign_in("ada@example.org").url).content.decode()


def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(client, sign_in, link, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": "Ada@example.org"})
    first = link()
    form = client.get(first).url
    client.post(form, {"password1": "another staple entirely"})
    assert "_auth_user_id" in client.session
    assert mailoutbox[-1].subject == "Your password at Daily Papers was reset"
    client.logout()
    assert "doesn't work any more" in client.get(first).content.decode()
    assert sign_in("ada@example.org", password="another staple entirely").status_code == 302


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(client, mailoutbox):
    known = client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    assert known.url == unknown.url
    assert client.get(known.url).status_code == 200
    assert mailoutbox[1].to == ["nobody@example.org"]
    assert mailoutbox[1].subject == "No account at Daily Papers with this address"


def test_the_admin_is_entered_by_the_sites_own_page(client):
    assert client.get(reverse("admin:login")).url == f"{reverse('account_login')}?next=%2Fadmin%2Flogin%2F"


def test_the_first_administrator_signs_in_without_a_mail(client, sign_in, mailoutbox):
    User.objects.create_superuser("root-of-it", "Root@Example.org", "correct horse battery")
    assert sign_in("root@example.org", going="/admin/").url == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert not mailoutbox
