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


def test_this_machine_may_always_ask():
    code = "from config.settings import ALLOWED_HOSTS; assert {'127.0.0.1', 'papers.example.org'} <= set(ALLOWED_HOSTS)"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "ALLOWED_HOSTS": "papers.example.org"}, check=True)
