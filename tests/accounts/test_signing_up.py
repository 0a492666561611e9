"""From the form by way of the inbox to being signed in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_a_visitor_signs_up_confirms_and_is_signed_in(client, sign_up, link):
    answer = sign_up(going="/about")
    assert answer.url == reverse("account_email_verification_sent")
    answer = client.post(link())
    assert answer.url == "/about"
    assert client.session["_auth_user_id"] == str(User.objects.get(username="grace").pk)


def test_the_mail_welcomes_by_the_sites_name_and_address(sign_up, mailoutbox, settings):
    settings.SITE_NAME, settings.SITE_URL = "Papers & Co", "https://papers.example"
    sign_up()
    assert mailoutbox[0].subject == "Welcome to Papers & Co: confirm your address"
    assert mailoutbox[0].to == ["grace@example.org"]
    assert "https://papers.example/accounts/confirm-email/" in mailoutbox[0].body
    assert "testserver" not in mailoutbox[0].body


def test_nobody_is_signed_in_before_the_address_is_confirmed(client, sign_up):
    sign_up()
    assert "_auth_user_id" not in client.session


def test_looking_at_the_link_confirms_nothing(client, sign_up, link):
    sign_up()
    page = client.get(link())
    assert "Yes, confirm it" in page.content.decode()
    assert not User.objects.get(username="grace").emailaddress_set.get().verified


def test_a_link_opened_in_another_browser_leads_by_the_sign_in_page_to_where_one_was_going(sign_up, link):
    sign_up(going="/about?a=1")
    elsewhere = Client()
    answer = elsewhere.post(link())
    assert answer.url == "/accounts/login/?next=%2Fabout%3Fa%3D1"
    assert "_auth_user_id" not in elsewhere.session


def test_a_used_link_says_so(client, sign_up, link):
    sign_up()
    client.post(link())
    assert "This link doesn't work any more" in client.get(link()).content.decode()


def test_a_wrong_link_says_what_to_do(client):
    page = client.get(reverse("account_confirm_email", args=["Mg:made-up"]))
    assert "we send a new link" in page.content.decode()


def test_a_link_older_than_three_days_is_no_good(client, sign_up, link, time_machine):
    time_machine.move_to("2026-03-01 12:00", tick=False)
    sign_up()
    time_machine.move_to("2026-03-04 12:01", tick=False)
    assert client.post(link()).status_code == 404
    assert not User.objects.get(username="grace").emailaddress_set.get().verified


def test_signing_in_before_confirming_sends_a_new_link(client, sign_up, sign_in, mailoutbox, time_machine):
    time_machine.move_to("2026-03-01 12:00", tick=False)
    sign_up()
    time_machine.move_to("2026-03-01 12:10", tick=False)
    answer = sign_in("grace@example.org")
    assert answer.url == reverse("account_email_verification_sent")
    assert [mail.subject.partition(" ")[0] for mail in mailoutbox] == ["Welcome", "Confirm"]


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(client, ada, sign_up, mailoutbox):
    known = sign_up(email="Ada@example.org", username="ada2")
    page = client.get(known.url).content
    client.cookies.clear()
    unknown = sign_up(email="new@example.org", username="ada2")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert page.replace(b"ada@example.org", b"") == client.get(unknown.url).content.replace(b"new@example.org", b"")
    assert User.objects.filter(username="ada2").get().email == "new@example.org"
    assert (mailoutbox[0].to, mailoutbox[0].subject) == (
        ["ada@example.org"],
        "You have an account at Daily Papers already",
    )


def test_an_error_stands_beside_its_field_and_what_was_typed_stays(sign_up):
    page = sign_up(username="no spaces", password1="12345678").content.decode()
    assert 'value="no spaces"' in page
    assert 'value="grace@example.org"' in page
    assert '<ul class="errorlist" id="id_username_error">' in page
    assert '<ul class="errorlist" id="id_password1_error">' in page
    assert "12345678" not in page


def test_a_password_is_eight_characters_or_more(sign_up):
    assert "at least 8 characters" in sign_up(password1="h0rse!").content.decode()
    assert not User.objects.exists()


def test_a_page_of_somewhere_else_is_not_gone_on_to(client, sign_up, link):
    sign_up(going="https://evil.example/papers")
    assert "evil" not in link()
    assert client.post(link()).url == "/papers"


def test_who_is_signed_in_has_no_use_for_the_form(client, ada):
    client.force_login(ada)
    assert client.get(reverse("account_signup")).url == "/papers"
    assert client.get(reverse("account_login") + "?next=/about").url == "/about"


def test_the_fields_tell_a_password_manager_what_they_are(client):
    page = client.get(reverse("account_signup")).content.decode()
    assert 'autocomplete="email"' in page
    assert 'autocomplete="new-password"' in page
    assert "placeholder" not in page


def test_the_twenty_first_try_within_a_minute_has_to_wait(sign_up):
    for _ in range(20):
        sign_up(username="no spaces")
    answer = sign_up()
    assert answer.status_code == 429
    assert "Please wait a little" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_twice_at_once_makes_one_account(sign_up):
    def second():
        try:
            return sign_up()
        finally:
            connection.close()

    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            User.objects.create_user("grace", "grace@example.org")
            answer = pool.submit(second)
            while not (answer.done() or somebody_waits()):
                pass
        assert answer.result().url == reverse("account_email_verification_sent")
    assert User.objects.count() == 1


def somebody_waits() -> bool:
    """Whether another connection waits for what this one holds."""
    with connection.cursor() as cursor:
        cursor.execute("select exists(select from pg_locks where pg_backend_pid() = any(pg_blocking_pids(pid)))")
        return cursor.fetchone()[0]
