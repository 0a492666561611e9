"""A mail server pipes reports in, or leaves them in a Maildir; what they say is done, and each is answered in a line."""

import os
import sys
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from feed.reports import LARGEST
from tests.feed.deliveries import reader, sent

pytestmark = pytest.mark.django_db
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
HEX_ID = "65f0c0ffee00c0ffee00c0ff"
HOLIDAY = b"To: papers@papers.example.org\nSubject: Away\n\nI am on holiday.\n"


@pytest.fixture
def delivery():
    """The one that the samples are about."""
    return sent(reader(), hex_id=HEX_ID)


@pytest.fixture
def pipe(monkeypatch):
    """Run the command with a message on its standard input."""

    def pipe(data: bytes, **options) -> str:
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(data)))
        return read_reports(**options)

    return pipe


@pytest.fixture
def maildir(tmp_path):
    for folder in ("new", "cur", "tmp"):
        (tmp_path / folder).mkdir()
    return tmp_path


def read_reports(*paths, **options) -> str:
    out = StringIO()
    call_command("read_reports", *map(str, paths), stdout=out, **options)
    return out.getvalue()


def sample(name: str) -> bytes:
    return (SAMPLES / f"report_{name}.eml").read_bytes()


def states(delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.subscription.state


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("postfix", ("bounced", "stopped")),
        ("exim", ("bounced", "stopped")),
        ("exchange", ("bounced", "confirmed")),
        ("gmail", ("failed", "confirmed")),
        ("yahoo", ("sent", "unsubscribed")),
        ("postfix_delayed", ("sent", "confirmed")),
    ],
)
def test_what_a_report_says_is_done(delivery, pipe, name, expected):
    pipe(sample(name))
    assert states(delivery) == expected


def test_each_report_is_answered_in_a_line(delivery, pipe):
    assert pipe(sample("exim")) == f"hard bounce of {delivery}: 5.0.0 smtp; 550 No such user here\n"


def test_a_mail_server_that_takes_any_word_for_trouble_is_told_none(delivery, pipe):
    assert pipe(sample("exim"), verbosity=0) == ""
    assert states(delivery) == ("bounced", "stopped")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no report of a mail server"),
        (HOLIDAY, "no report of a mail server"),
        (b"\0" * 10, "no report of a mail server"),
        (b"x" * (LARGEST * 2), "more than 1,000,000 bytes"),
        (sample("postfix").replace(HEX_ID.encode(), b"f" * 24), f"no delivery is called {'f' * 24}"),
        (sample("postfix").replace(HEX_ID.encode(), b"reader"), "names no mail of ours"),
    ],
    ids=["nothing", "holiday", "null", "huge", "unknown", "forged"],
)
def test_what_is_no_report_of_ours_is_taken_and_changes_nothing(delivery, pipe, data, reason):
    answer = pipe(data)
    assert answer.startswith("nothing done: ")
    assert reason in answer
    assert states(delivery) == ("sent", "confirmed")


def test_a_huge_message_is_read_to_its_end_or_its_sender_would_see_the_pipe_break(pipe):
    pipe(b"x" * (LARGEST * 2))
    assert sys.stdin.buffer.read() == b""


def test_messages_may_be_files_which_stay(delivery, tmp_path):
    (tmp_path / "a.eml").write_bytes(HOLIDAY)
    (tmp_path / "b.eml").write_bytes(sample("postfix"))
    first, second = read_reports(tmp_path / "a.eml", tmp_path / "b.eml").splitlines()
    assert first.startswith("a.eml: nothing done")
    assert second.startswith("b.eml: hard bounce")
    assert (tmp_path / "b.eml").exists()


def test_new_messages_of_a_maildir_are_read_once(delivery, maildir):
    (maildir / "new" / "1767686409.M1.mx").write_bytes(sample("postfix"))
    (maildir / "new" / "1767686410.M2.mx").write_bytes(HOLIDAY)
    assert len(read_reports(maildir).splitlines()) == 2
    assert states(delivery) == ("bounced", "stopped")
    assert sorted(os.listdir(maildir / "cur")) == ["1767686409.M1.mx:2,S", "1767686410.M2.mx:2,S"]
    assert os.listdir(maildir / "new") == []
    assert read_reports(maildir) == ""


def _away(*args):
    raise OperationalError("connection refused")


def test_while_the_database_is_away_a_mail_server_is_asked_to_try_again(delivery, pipe):
    with connection.execute_wrapper(_away), pytest.raises(CommandError, match="connection refused") as refusal:
        pipe(sample("postfix"))
    assert refusal.value.returncode == os.EX_TEMPFAIL
    pipe(sample("postfix"))
    assert states(delivery) == ("bounced", "stopped")


def test_while_the_database_is_away_messages_stay_new(delivery, maildir):
    (maildir / "new" / "1767686409.M1.mx").write_bytes(sample("postfix"))
    with connection.execute_wrapper(_away), pytest.raises(CommandError):
        read_reports(maildir)
    assert os.listdir(maildir / "new") == ["1767686409.M1.mx"]


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"There is no .*nowhere"):
        read_reports(tmp_path / "nowhere")
    with pytest.raises(CommandError, match="is no Maildir"):
        read_reports(tmp_path)
