"""`manage.py send_digest`."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command

from feed.models import Delivery
from tests.feed.deliveries import reader

MONDAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _tuesday(db):
    with time_machine.travel(datetime(2026, 3, 3, 7, tzinfo=UTC), tick=False):
        yield


def send_digest(*arguments: str) -> str:
    out = StringIO()
    call_command("send_digest", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_a_period_by_hand_goes_to_everyone_once_however_often_it_is_repeated(make_entry):
    make_entry(MONDAY)
    for name in ("ada", "bob"):
        reader(f"{name}@example.org")
    assert "2 mails to send that nobody was promised before" in (first := send_digest("--period", "2026-03-02"))
    assert "2 sent." in first
    assert "None was sent." in send_digest("--period", "2026-03-02")
    assert sorted(message.to[0] for message in mail.outbox) == ["ada@example.org", "bob@example.org"]


def test_without_a_period_it_sends_what_is_due(make_entry):
    make_entry(MONDAY)
    with time_machine.travel(datetime(2026, 3, 2, 7, tzinfo=UTC), tick=False):
        reader()
    # At seven the hour has not struck.
    with time_machine.travel(datetime(2026, 3, 3, 8, tzinfo=UTC), tick=False):
        assert "1 sent." in send_digest()


def test_what_waits_is_said(make_entry, smtp):
    make_entry(MONDAY)
    reader()
    reader("other@example.org")
    smtp.answers["RCPT"] = ["451 Later"]
    assert "1 mail waiting: the timetable tries again" in send_digest("--period", "2026-03-02")
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["pending", "sent"]


def test_where_nothing_could_be_handed_over_it_fails(make_entry, smtp, settings):
    make_entry(MONDAY)
    reader()
    settings.EMAIL_PORT = 9
    with pytest.raises(CommandError, match="Nothing could be handed over"):
        send_digest("--period", "2026-03-02")
    assert Delivery.objects.get().state == "pending"


@pytest.mark.parametrize("period", ["yesterday", "2026-02-30", "2026-W54", "2026-3-2", ""])
def test_what_is_no_period_is_refused_with_how_to_write_one(period):
    with pytest.raises(CommandError, match="neither a day like 2026-08-21 nor a week like 2026-W34"):
        send_digest(f"--period={period}")


def test_a_period_that_runs_is_refused(make_entry):
    make_entry(date(2026, 3, 3))
    reader()
    with pytest.raises(CommandError, match="2026-03-03 is not over"):
        send_digest("--period", "2026-03-03")
