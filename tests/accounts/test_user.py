"""What an account promises."""

from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.models.user import RESERVED_HANDLES


def errors_of(handle: str) -> list[str]:
    try:
        User(username=handle, email="x@example.org").clean_fields(exclude=["password"])
    except ValidationError as error:
        return error.message_dict["username"]
    return []


@given(st.from_regex(r"[A-Za-z0-9]{1,12}([-_][A-Za-z0-9]{1,12}){0,2}", fullmatch=True))
def test_letters_and_digits_with_single_hyphens_between_are_a_handle(handle):
    assert handle.lower() in RESERVED_HANDLES or handle.lower().startswith("deleted-") or not errors_of(handle)


@given(st.text(st.characters(exclude_characters="-_", categories=["L", "N", "P", "Z", "C"]), min_size=1, max_size=20))
def test_whatever_else_is_none(handle):
    assert bool(errors_of(handle)) == (
        not (handle.isascii() and handle.isalnum()) or handle.lower() in RESERVED_HANDLES
    )


@pytest.mark.parametrize(
    "handle", ["-ada", "ada-", "a--b", "a_-b", "ada\n", "a" * 40, "Admin", "settings", "Deleted-1"]
)
def test_this_is_no_handle(handle):
    assert errors_of(handle)


def test_handles_that_differ_in_case_alone_are_the_same(ada):
    with pytest.raises(IntegrityError):
        User.objects.create_user("ADA", "other@example.org")


def test_addresses_are_kept_in_lower_case(db):
    assert User.objects.create_user("grace", "Grace@EXAMPLE.org").email == "grace@example.org"
    with pytest.raises(IntegrityError):
        User.objects.create(username="hopper", email="Hopper@example.org")


def test_an_address_has_one_account(ada):
    with pytest.raises(IntegrityError):
        User.objects.create_user("ada2", "ADA@example.org")


def test_deleting_an_account_leaves_nothing_that_says_who_it_was(ada):
    ada.about, ada.homepage, ada.time_zone = "I count.", "https://ada.example", "Europe/London"
    ada.save()
    ada.delete_account()
    row = User.objects.filter(pk=ada.pk).values().get()
    assert not {"ada", "Ada", "ada@example.org", "I count.", "https://ada.example", "Europe/London"} & set(row.values())
    assert not row["is_active"]
    assert not ada.has_usable_password()
    assert not ada.emailaddress_set.exists()


def test_deleting_an_account_withdraws_its_upvotes_alone(ada, bob, paper, make_paper):
    other = make_paper()
    for each in (paper, other):
        each.upvote(by=ada)
    paper.upvote(by=bob)
    ada.delete_account()
    paper.refresh_from_db()
    other.refresh_from_db()
    assert (paper.upvote_count, other.upvote_count) == (1, 0)
    assert list(paper.upvotes.values_list("user", flat=True)) == [bob.pk]


def test_any_number_of_accounts_can_be_deleted(ada, bob):
    ada.delete_account()
    bob.delete_account()
    assert User.objects.filter(email="").count() == 2


def test_handle_and_address_of_a_deleted_account_are_free_again(ada):
    ada.delete_account()
    assert User.objects.create_user("ada", "ada@example.org").is_active


def test_an_administrator_made_in_the_terminal_can_sign_in_at_once(db):
    call_command("createsuperuser", username="rooted", email="Rooted@example.org", interactive=False, stdout=StringIO())
    user = User.objects.get(username="rooted")
    assert list(user.emailaddress_set.values_list("email", "verified", "primary")) == [
        ("rooted@example.org", True, True)
    ]


@pytest.mark.parametrize("handle", ["root.of/it", "admin"])
def test_an_administrators_handle_is_looked_at_too(db, handle):
    with pytest.raises(CommandError, match=r"single hyphens|kept for the site"):
        call_command("createsuperuser", username=handle, email="rooted@example.org", interactive=False)
    assert not User.objects.exists()
