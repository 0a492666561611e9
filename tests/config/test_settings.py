"""Settings that can't be right are refused at the start, with a line that says what to write."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SITE_URL", "papers.example.org"),
        ("SITE_URL", "ftp://x"),
        ("FEED_TIME_ZONE", "Mars/Olympus"),
        ("ARXIV_CATEGORIES", "cs.CV,cs.XX"),
        ("ARXIV_HOLIDAYS", "tomorrow"),
        ("OPERATORS", "ada"),
        ("SUMMARIZER_URL", "localhost:11434"),
        ("DEFAULT_FROM_EMAIL", "Papers <papers@bücher.example>"),
        ("BOUNCE_ADDRESS", "bounces"),
        ("BOUNCE_ADDRESS", "Daily Papers <bounces@papers.example.org>"),
        ("BOUNCE_ADDRESS", "b" * 40 + "@papers.example.org"),
        ("EMAIL_BACKEND", "smtp.example.org"),
        ("EMAIL_BACKEND", "anymail.backends.pigeon.EmailBackend"),
    ],
)
def test_a_value_that_can_not_be_right_is_named(name, value):
    run = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1
    assert f"ImproperlyConfigured: {name}={value}" in run.stderr


def test_a_summarizer_needs_a_model():
    run = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        env={**os.environ, "SUMMARIZER_URL": "http://127.0.0.1:11434"},
        capture_output=True,
        text=True,
    )
    assert "set SUMMARIZER_MODEL" in run.stderr


@pytest.mark.parametrize(
    "secret", ["horse-battery-staple", "anymail:horse", ":horse-battery-staple", "anymail:horse battery staple"]
)
def test_a_secret_for_webhooks_that_is_none_is_refused_and_not_shown(secret):
    run = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        env={**os.environ, "ANYMAIL_WEBHOOK_SECRET": secret},
        capture_output=True,
        text=True,
    )
    assert "ImproperlyConfigured: ANYMAIL_WEBHOOK_SECRET is no secret" in run.stderr
    assert secret not in run.stderr.splitlines()[-1]


def test_mail_leaves_on_one_way():
    both = {"EMAIL_URL": "smtp://127.0.0.1:25", "EMAIL_BACKEND": "anymail.backends.postmark.EmailBackend"}
    run = subprocess.run(
        [sys.executable, "-c", "import config.settings"], env={**os.environ, **both}, capture_output=True, text=True
    )
    assert "EMAIL_URL and EMAIL_BACKEND are both set" in run.stderr


def test_a_provider_is_told_what_the_environment_says_of_it():
    code = """from config.settings import ANYMAIL, EMAIL_BACKEND
assert EMAIL_BACKEND == "anymail.backends.mailgun.EmailBackend"
assert ANYMAIL["MAILGUN_API_KEY"] == "00001234"
assert ANYMAIL["IGNORE_RECIPIENT_STATUS"] is False
assert ANYMAIL["SEND_DEFAULTS"] == {"tags": ["digest"]}
"""
    environment = {
        "EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend",
        "ANYMAIL_MAILGUN_API_KEY": "00001234",
        "ANYMAIL_IGNORE_RECIPIENT_STATUS": "false",
        "ANYMAIL_SEND_DEFAULTS": '{"tags": ["digest"]}',
    }
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **environment}, check=True)


def test_what_a_provider_is_told_must_be_json_where_it_begins_so():
    environment = {**os.environ, "ANYMAIL_SEND_DEFAULTS": "{tags: digest}"}
    run = subprocess.run(
        [sys.executable, "-c", "import config.settings"], env=environment, capture_output=True, text=True
    )
    assert "ImproperlyConfigured: ANYMAIL_SEND_DEFAULTS begins like JSON, and is none" in run.stderr


def test_this_machine_may_always_ask():
    code = "from config.settings import ALLOWED_HOSTS; assert {'127.0.0.1', 'papers.example.org'} <= set(ALLOWED_HOSTS)"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "ALLOWED_HOSTS": "papers.example.org"}, check=True)
