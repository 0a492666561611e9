"""Members in the admin."""

import pytest
from django.urls import reverse

from accounts.models import User


@pytest.fixture
def root(client, db) -> User:
    user = User.objects.create_superuser("rooted", "rooted@example.org", "correct horse battery")
    client.force_login(user)
    return user


def test_members_are_found_by_part_of_their_address(client, root, ada, bob):
    page = client.get(reverse("admin:accounts_user_changelist"), {"q": "bob@"}).content.decode()
    assert "bob" in page
    assert "ada@example.org" not in page


@pytest.mark.parametrize("listing", ["admin:accounts_user_changelist", "admin:account_emailaddress_changelist"])
def test_the_list_costs_the_same_however_long(client, root, django_assert_max_num_queries, listing):
    for number in range(15):
        User.objects.create_user(f"member{number}", f"member{number}@example.org").verify_email()
    with django_assert_max_num_queries(10):
        client.get(reverse(listing))


def test_a_member_is_edited_and_made_a_moderator(client, root, ada):
    url = reverse("admin:accounts_user_change", args=[ada.pk])
    fields = {"username": "ada", "email": "Ada@Example.org", "full_name": "Ada", "is_active": "on", "is_staff": "on"}
    assert client.post(url, fields).status_code == 302
    ada.refresh_from_db()
    assert ada.is_staff
    assert ada.email == "ada@example.org"


def test_a_member_is_added(client, root):
    fields = {
        "username": "grace",
        "email": "grace@example.org",
        "usable_password": "true",
        "password1": "correct horse battery",
        "password2": "correct horse battery",
    }
    client.post(reverse("admin:accounts_user_add"), fields)
    assert User.objects.get(username="grace").email == "grace@example.org"


def test_an_account_deleted_here_takes_its_votes_with_it_and_leaves_administrators_alone(client, root, ada, paper):
    paper.upvote(by=ada)
    data = {"action": "delete_accounts", "_selected_action": [ada.pk, root.pk]}
    client.post(reverse("admin:accounts_user_changelist"), data)
    paper.refresh_from_db()
    ada.refresh_from_db()
    root.refresh_from_db()
    assert (paper.upvote_count, ada.is_active, root.is_active) == (0, False, True)
