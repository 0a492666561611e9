"""The site as a whole: its error pages, its health, and what happens when a service is away."""

import email

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from feed.models import Subscription
from feed.tasks import send_confirmations

# Nothing listens on the discard port of this machine.
NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def _no_valkey(settings):
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": NOWHERE}}


def test_a_page_that_is_not_there_is_a_page_of_the_site(client, db):
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert reverse("feed:papers") in response.text


def test_a_broken_page_is_a_page_of_the_site_that_needs_nothing(client, settings):
    settings.ROOT_URLCONF = "tests.config.broken_urls"
    client.raise_request_exception = False
    response = client.get("/broken")
    assert response.status_code == 500
    assert response.text == render_to_string("500.html")


def test_a_form_without_its_token_is_told_what_to_do(paper, ada):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    response = strict.post(reverse("papers:upvote", args=[paper.arxiv_id]))
    assert response.status_code == 403
    assert paper.upvotes.count() == 0
    assert "<h1" in response.text


def test_health_and_readiness_answer_without_a_session(client, db):
    assert client.get(reverse("healthz")).text == "ok\n"
    assert client.get(reverse("readyz")).text == "ready\n"


@pytest.mark.usefixtures("_no_valkey")
def test_without_valkey_the_cache_forgets_and_nothing_fails(db):
    cache.set("a", 1)
    assert cache.get("a", "nothing") == "nothing"
    assert cache.add("a", 1)
    assert cache.get_many(["a"]) == {}
    assert cache.incr("a") == 1


@pytest.mark.usefixtures("_no_valkey")
def test_without_valkey_pages_answer_and_members_vote(client, paper, ada):
    client.post(reverse("account_login"), {"login": ada.email, "password": "correct horse battery"})
    client.post(reverse("papers:upvote", args=[paper.arxiv_id]))
    assert paper.upvotes.get().user == ada
    assert client.get(paper.get_absolute_url()).status_code == 200


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_queue")
def test_a_bell_that_nobody_hears_loses_nothing(client, caplog):
    assert client.post(reverse("feed:subscribe"), {"email": "reader@example.org"}).status_code == 200
    assert "waits for the timetable" in caplog.text
    assert not mail.outbox
    assert Subscription.objects.mail_due().count() == 1
    send_confirmations()
    assert len(mail.outbox) == 1


def test_without_a_mail_server_mail_is_shown_and_kept(settings, tmp_path, capsys):
    settings.EMAIL_BACKEND = "config.mail.ConsoleAndFileBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    for _ in range(2):
        send_mail("Hello", "Go to https://example.org/confirm/1 now", "papers@localhost", ["reader@example.org"])
    kept, other = settings.EMAIL_FILE_PATH.iterdir()
    assert kept.suffix == other.suffix == ".eml"
    assert email.message_from_bytes(kept.read_bytes())["Subject"] == "Hello"
    told = capsys.readouterr().out
    assert "Mail to reader@example.org: Hello\n  https://example.org/confirm/1\n" in told
    assert str(kept) in told
