"""What holds of alerts whatever fails: one a day and member at most, and nothing is lost. The mail server is real."""

import re
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
import time_machine
from django.core import mail
from django.db import connection

from papers import documents
from papers.models import Alert, SavedSearch
from papers.models.saved_search import stop_link
from papers.tasks import send_alerts

# After the hour from which on alerts are sent.
MORNING, TOMORROW = datetime(2026, 3, 2, 8, tzinfo=UTC), date(2026, 3, 3)
DAY = timedelta(1)


def told() -> list[str]:
    """The subjects of what was sent."""
    return [message.subject for message in mail.outbox]


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def search(ada, clock) -> SavedSearch:
    return SavedSearch.objects.keep("q=purring+cats", by=ada)


@pytest.fixture
def tomorrow(search, clock, make_paper):
    """The next morning, with something to tell."""
    clock.shift(timedelta(hours=1))
    make_paper(title="Purring Cats", published_at=MORNING)
    documents.catch_up()
    clock.move_to(MORNING + DAY)


def test_the_mail_carries_a_button_to_leave_and_a_link(smtp, ada, tomorrow):
    send_alerts()
    ((recipients, text),) = smtp.taken
    text = re.sub(r"\r\n[ \t]", "", text)
    assert recipients == ["ada@example.org"]
    assert re.search(rf"^List-Unsubscribe: <{re.escape(stop_link(ada))}>\r$", text, re.MULTILINE)
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in text


def test_what_the_server_refuses_is_tried_again_on_the_same_day(smtp, tomorrow, clock):
    smtp.answers["DATA"] = ["451 Try again later"]
    send_alerts()
    send_alerts()
    assert smtp.taken == []
    clock.shift(timedelta(minutes=5))
    send_alerts()
    assert len(smtp.taken) == 1
    assert Alert.objects.get(day=TOMORROW).state == "sent"


def test_what_is_always_refused_is_left_for_the_day_and_comes_with_the_next(smtp, tomorrow, clock):
    smtp.answers["DATA"] = ["554 Never"] * 4
    for _ in range(9):
        send_alerts()
        clock.shift(timedelta(hours=1))
    assert smtp.taken == []
    assert Alert.objects.get(day=TOMORROW).state == "refused"
    clock.move_to(MORNING + 2 * DAY)
    send_alerts()
    assert "Purring Cats" in smtp.taken[0][1]


def test_without_a_mail_server_everything_waits(smtp, settings, tomorrow, clock):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 9
    send_alerts()
    settings.EMAIL_PORT = port
    clock.shift(timedelta(minutes=5))
    send_alerts()
    assert len(smtp.taken) == 1


def test_a_line_cut_in_the_middle_is_never_sent_twice_on_a_day(smtp, tomorrow, clock, caplog):
    smtp.answers["DATA"] = ["hang up"]
    send_alerts()
    clock.shift(timedelta(hours=5))
    send_alerts()
    assert smtp.taken == []
    assert Alert.objects.get(day=TOMORROW).state == "lost"
    assert "may or may not have arrived" in caplog.text
    clock.move_to(MORNING + 2 * DAY)
    send_alerts()
    assert "Purring Cats" in smtp.taken[0][1]


def test_a_worker_that_died_while_sending_is_written_down_and_nothing_is_repeated(tomorrow, clock, caplog):
    Alert.objects.plan(TOMORROW)
    Alert.objects.get(day=TOMORROW).begin(1)
    send_alerts()
    clock.shift(timedelta(hours=2))
    send_alerts()
    assert told() == []
    assert Alert.objects.get(day=TOMORROW).state == "lost"
    assert "whoever was sending them died" in caplog.text
    clock.move_to(MORNING + 2 * DAY)
    send_alerts()
    assert told() == ["1 new paper: purring cats"]


@pytest.mark.django_db(transaction=True)
def test_it_is_marked_as_being_sent_before_the_server_hears_of_it(smtp, tomorrow, transactional_db):
    seen = []
    take = smtp.handle_DATA

    async def look(server, session, envelope):
        with psycopg.connect(**_connection(), autocommit=True) as other:
            seen.append(other.execute("select state from papers_alert order by day desc limit 1").fetchone())
        return await take(server, session, envelope)

    smtp.handle_DATA = look
    send_alerts()
    assert seen == [("sending",)]


def _connection() -> dict:
    given = connection.get_connection_params()
    return {name: given[name] for name in ("dbname", "user", "password", "host", "port") if given.get(name)}


BREAK = """
create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
create trigger broken before update on papers_alert for each row when (new.state = 'nothing') execute function broken();
"""


def test_an_alert_that_can_not_be_made_is_put_off_and_keeps_no_other_waiting(ada, bob, tomorrow, caplog):
    SavedSearch.objects.keep("q=dogs", by=bob)
    with connection.cursor() as cursor:
        cursor.execute(BREAK)
    Alert.objects.plan(TOMORROW)
    Alert.objects.filter(user=bob).update(due_at=MORNING)
    send_alerts()
    assert told() == ["1 new paper: purring cats"]
    assert Alert.objects.get(user=bob).failures == 1
    assert "could not be made" in caplog.text
