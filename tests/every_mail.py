"""Has the site send each kind of its mails but the digest, by what people do and what happens."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import time_machine
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.test import Client, RequestFactory
from django.urls import reverse

from feed.models import Subscription
from papers import alerts, documents, watch
from papers.models import Run, SavedSearch, Source

# A working day in New York, after the hour from which on alerts are sent.
NOW = datetime(2026, 1, 7, 15, tzinfo=UTC)
PASSWORD = "correct horse battery"
LONG = "Pneumonoultramicroscopic" * 4

Sent = Iterator[tuple[str, EmailMultiAlternatives]]


def send_each(ada, make_paper, settings) -> Sent:
    """Each mail with its template's name, as it arrives: what it says to do isn't done yet."""
    settings.ADMINS = [("", "ops@example.org")]
    for send in (_of_accounts(ada), _of_subscriptions(), _alert(ada, make_paper), _of_operators()):
        yield from send


def _of_accounts(ada) -> Sent:
    browser = Client()
    signing_up = {"email": "grace@example.org", "username": "grace", "password1": PASSWORD}
    browser.post(reverse("account_signup"), signing_up)
    yield "email_confirmation_signup", _newest()
    browser.post(reverse("account_signup"), {**signing_up, "email": ada.email, "username": "ada2"})
    yield "account_already_exists", _newest()
    browser.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    yield "unknown_account", _newest()

    browser.post(reverse("account_reset_password"), {"email": ada.email})
    message = _newest()
    yield "password_reset_key", message
    page = browser.get(path_in(message, "/accounts/password/")).url
    browser.post(page, {"password1": f"{PASSWORD} new"})
    yield "password_reset", _newest()
    words = {"oldpassword": f"{PASSWORD} new", "password1": f"{PASSWORD} newer"}
    browser.post(reverse("account_change_password"), words)
    yield "password_changed", _newest()

    asked = browser.post(reverse("account_email"), {"action_add": "", "email": "ada@elsewhere.example"})
    browser.post(asked.url, {"password": words["password1"]})
    message = _newest()
    yield "email_confirmation", message
    browser.post(path_in(message, "/accounts/confirm-email/"))
    yield "email_changed", _newest()

    # Who has a password and one address, as all have here, never gets these.
    for name, more in {"email_deleted": {"deleted_email": "old@example.org"}, "password_set": {}}.items():
        request = RequestFactory(headers={"User-Agent": "Browser/1"}).get("/")
        with context.request_context(request):
            get_adapter(request).send_notification_mail(f"account/email/{name}", ada, more)
        yield name, _newest()


def _of_subscriptions() -> Sent:
    subscription = Subscription.objects.ask(email="reader@example.org", rhythm="weekly")
    subscription.send_mail()
    yield "confirm_subscription", _newest()
    subscription.confirm()
    subscription.send_mail()
    yield "already_subscribed", _newest()


def _alert(ada, make_paper) -> Sent:
    with time_machine.travel(NOW, tick=False):
        for where in ("q=cats", "q=attention+models&category=cs.CL", f"q={LONG}"):
            SavedSearch.objects.keep(where, by=ada)
    for title in (
        "Why Purring Cats Are Happy",
        r"Below $\mathcal{O}(n \log n)$: Cats That Sort, and Others & More",
        f"Attention Models of {LONG}",
        *(f"Attention in Large Models, Part {number}" for number in range(12)),
    ):
        when = {"published_at": NOW, "created_at": NOW + timedelta(minutes=1)}
        names = ["Ada Lovelace", "Charles Babbage", "Grace Hopper", "Alan Turing"]
        make_paper(
            title=title, abstract="We show what matters to all who have a cat. It works.", author_names=names, **when
        )
    documents.catch_up()
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        alerts.send()
    yield "alert", _newest()


def _of_operators() -> Sent:
    ended = {"started_at": NOW - timedelta(hours=2), "finished_at": NOW - timedelta(hours=2)}
    error = f"oaipmh.arxiv.org answered with <html>{LONG}{LONG}"
    Run.objects.create(source=Source.Name.HARVEST, state="failed", error=error, **ended)
    _arrived(NOW - timedelta(hours=40))
    _look(NOW, NOW + timedelta(hours=1))
    yield "silent", _newest()
    _arrived(NOW)
    _look(NOW + timedelta(hours=2))
    yield "back", _newest()


def _arrived(moment: datetime) -> None:
    Source.objects.update_or_create(name=Source.Name.HARVEST, defaults={"position": {"done_at": moment.isoformat()}})


def _look(*moments: datetime) -> None:
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            watch.look()


def _newest() -> EmailMultiAlternatives:
    (message,) = mail.outbox
    mail.outbox.clear()
    return message


def path_in(message: EmailMultiAlternatives, beginning: str) -> str:
    """The path of a mail's first link that begins like this."""
    return urlsplit(re.search(rf"https?://[^/\s]+{beginning}\S+", message.body)[0]).path
