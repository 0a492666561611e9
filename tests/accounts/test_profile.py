"""A member's page, and what they can change about it."""

from datetime import date

import pytest
from django.contrib.auth import authenticate
from django.urls import reverse
from django.utils.formats import date_format

from accounts.models import User


def profile(handle: str, **query) -> str:
    return reverse("accounts:profile", args=[handle], query=query)


def test_a_profile_shows_who_it_is_and_never_the_address(client, ada):
    ada.about, ada.homepage = "I count <b>.", "https://ada.example/"
    ada.save()
    page = client.get(profile("ada")).content.decode()
    assert "<h1>Ada</h1>" in page
    assert "I count &lt;b&gt;." in page
    assert '<a href="https://ada.example/" rel="nofollow noopener ugc">' in page
    assert date_format(ada.date_joined, "F Y") in page
    assert "ada@example.org" not in page


def test_a_handle_in_another_case_leads_to_the_page(client, ada):
    assert client.get(profile("ADA", show="upvoted")).url == profile("ada", show="upvoted")


@pytest.mark.parametrize("handle", ["nobody", "a b", "%00", "ada%0A", "ada/", "🦜"])
def test_who_is_not_there_has_no_page(client, ada, handle):
    assert client.get(f"/users/{handle}").status_code == 404


def test_a_closed_account_has_no_page(client, ada):
    handle = ada.username
    ada.delete_account()
    assert client.get(profile(handle)).status_code == 404
    assert client.get(profile(ada.username)).status_code == 404


def test_what_a_member_submitted_and_upvoted_is_listed_newest_first(client, ada, make_entry, make_paper):
    make_entry(date(2026, 3, 1), submitted_by=ada, paper=make_paper(title="The Older One"))
    make_entry(date(2026, 3, 2), submitted_by=ada, paper=make_paper(title="The Newer One"))
    make_paper(title="A Liked One").upvote(by=ada)
    submitted = client.get(profile("ada")).content.decode()
    assert 0 < submitted.index("The Newer One") < submitted.index("The Older One")
    assert "A Liked One" not in submitted
    assert "A Liked One" in client.get(profile("ada", show="upvoted")).content.decode()


def test_hidden_papers_are_not_listed(client, ada, paper, make_entry):
    make_entry(date(2026, 3, 1), submitted_by=ada, paper=paper)
    paper.upvote(by=ada)
    type(paper).objects.update(hidden_at="2026-03-02T00:00Z")
    for show in ("submitted", "upvoted"):
        assert paper.title not in client.get(profile("ada", show=show)).content.decode()


def test_a_long_list_has_a_next_page(client, ada, make_paper):
    for _ in range(31):
        make_paper().upvote(by=ada)
    first = client.get(profile("ada"))
    cursor = first.context["page"].next_cursor
    second = client.get(profile("ada", show="upvoted", after=cursor))
    assert (len(first.context["page"]), len(second.context["page"])) == (30, 1)


@pytest.mark.parametrize("query", [{"show": "secrets"}, {"after": "made-up"}])
def test_a_list_that_is_not_there_is_a_404(client, ada, query):
    assert client.get(profile("ada", **query)).status_code == 404


def test_an_empty_list_says_what_to_do(client, ada):
    client.force_login(ada)
    assert "What you upvote is kept here" in client.get(profile("ada")).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_papers(
    client, ada, bob, make_paper, django_assert_max_num_queries
):
    client.force_login(bob)
    for _ in range(12):
        make_paper().upvote(by=ada)
    with django_assert_max_num_queries(6):
        client.get(profile("ada"))


def test_the_form_shows_what_there_is_and_saves_what_is_new(client, ada):
    client.force_login(ada)
    assert 'value="Ada"' in client.get(reverse("accounts:edit_profile")).content.decode()
    fields = {"full_name": "Ada L.", "username": "adal", "about": "Hi", "homepage": "ada.example", "time_zone": ""}
    assert client.post(reverse("accounts:edit_profile"), fields).url == profile("adal")
    ada.refresh_from_db()
    assert (ada.full_name, ada.about, ada.homepage) == ("Ada L.", "Hi", "https://ada.example")


def test_a_wrong_field_keeps_the_rest_and_names_the_reason(client, ada, bob):
    client.force_login(ada)
    fields = {"full_name": "Ada L.", "username": "BOB", "homepage": "javascript:alert(1)", "time_zone": "Mars/Olympus"}
    page = client.post(reverse("accounts:edit_profile"), fields).content.decode()
    assert 'value="Ada L."' in page
    assert "This handle is taken." in page
    assert '<ul class="errorlist" id="id_homepage_error">' in page
    assert "“Mars/Olympus” is no time zone" in page
    ada.refresh_from_db()
    assert ada.full_name == "Ada"


def test_a_handle_that_fits_no_address_breaks_no_link_on_the_page(client, ada):
    client.force_login(ada)
    answer = client.post(reverse("accounts:edit_profile"), {"username": "a/b"})
    assert answer.status_code == 200
    assert f'href="{profile("ada")}"' in answer.content.decode()


def test_a_visitor_is_sent_to_sign_in_and_back(client, db):
    url = reverse("accounts:edit_profile")
    assert client.get(url).url == f"{reverse('account_login')}?next={url}"


def test_deleting_the_account_takes_the_password(client, ada, password):
    client.force_login(ada)
    url = reverse("accounts:delete_account")
    assert "This is not your password." in client.post(url, {"password": "wrong"}).content.decode()
    assert User.objects.get(pk=ada.pk).is_active
    client.post(url, {"password": password})
    assert not User.objects.get(pk=ada.pk).is_active
    assert "_auth_user_id" not in client.session
    assert authenticate(None, email="ada@example.org", password=password) is None


def test_a_new_address_takes_the_old_ones_place_when_it_is_confirmed(client, ada, password, link, mailoutbox):
    client.force_login(ada)
    url = reverse("account_email")
    asked = client.post(url, {"email": "New@example.org", "action_add": ""})
    assert asked.url == f"{reverse('account_reauthenticate')}?next=%2Faccounts%2Femail%2F"
    client.post(asked.url, {"password": password})
    assert "waits for its confirmation" in client.get(url).content.decode()
    client.post(link())
    ada.refresh_from_db()
    assert ada.email == "new@example.org"
    assert (mailoutbox[-1].to, mailoutbox[-1].subject) == (
        ["ada@example.org"],
        "Your address at Daily Papers was changed",
    )


def test_changing_the_password_tells_the_owner(client, ada, password, mailoutbox):
    client.force_login(ada)
    fields = {"oldpassword": password, "password1": "another staple entirely"}
    assert client.post(reverse("account_change_password"), fields).url == reverse("accounts:edit_profile")
    assert mailoutbox[0].subject == "Your password at Daily Papers was changed"
    assert client.get(reverse("accounts:edit_profile")).status_code == 200
