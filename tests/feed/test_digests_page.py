"""What moderators see of all digests: what became of their mail, and how many it goes to over time."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feed import circulation
from feed.circulation_plot import Plot
from feed.models import Delivery, Digest, Subscription
from feed.periods import Day
from tests.feed.deliveries import reader, sent

MONDAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def look(client, mod):
    def look(name: str = "feed:digests", **query):
        client.force_login(mod)
        return client.get(reverse(name, query=query))

    return look


def row_of(page: str, title: str) -> list[str]:
    """The cells of a row, as text."""
    (row,) = [row for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL) if title in row]
    return [
        " ".join(re.sub(r"<[^>]+>", "", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
    ]


@pytest.mark.parametrize("name", ["feed:digests", "feed:weekly_digests"])
def test_only_moderators_see_the_digests(client, ada, look, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(ada)
    assert client.get(reverse(name)).status_code == 403
    assert look(name).status_code == 200


def test_where_none_was_composed_the_page_says_when_the_first_one_is(look):
    page = look().text
    assert "No daily digest was composed yet" in page
    assert "at 8:00 in the time zone of its reader" in page


def test_a_period_stands_with_what_became_of_its_mail(look):
    digest = Digest.objects.create(kind="day", first_day=date(2026, 3, 1), paper_count=1, papers=[{"entry": 1}])
    narrowed = Digest.objects.create(
        kind="day", first_day=date(2026, 3, 1), key="x", paper_count=1, papers=[{"entry": 1}]
    )
    ends = [("sent", 3), ("bounced", 2), ("failed", 1), ("skipped", 1), ("pending", 4), ("sending", 1)]
    for state, number in ends:
        for each in range(number):
            sent(reader(f"{state}-{each}@example.org"), digest=digest, state=state)
    sent(reader(), digest=narrowed, state="failed", is_lost=True)
    Digest.objects.count_deliveries([digest.pk for digest in Digest.objects.all()])
    cells = row_of(look().text, "Sunday, Mar 1")
    assert cells == ["3", "2", "2 (1 may have arrived)", "1", "5", "2"]


def test_weeks_have_a_list_of_their_own(look):
    Digest.objects.create(kind="week", first_day=date(2026, 2, 23), paper_count=1, papers=[{"entry": 1}])
    assert "Feb 23 – Mar 1" in look("feed:weekly_digests").text
    assert "Feb 23 – Mar 1" not in look().text


def test_older_ones_are_a_link_away(look):
    days = [MONDAY - timedelta(number) for number in range(1, 32)]
    Digest.objects.bulk_create(Digest(kind="day", first_day=day, paper_count=1, papers=[{"entry": 1}]) for day in days)
    (before,) = re.findall(r'href="\?before=([\d-]+)"', look().text)
    page = look(before=before).text
    assert [Day(day).short_title in page for day in days] == [False] * 30 + [True]
    assert "?before=" not in page


@pytest.mark.parametrize("before", ["yesterday", "2026-13-01", "2026-03-01' or 1=1", "\0"])
def test_a_place_that_is_none_is_no_page(look, before):
    assert look(before=before).status_code == 404


def test_the_number_of_queries_does_not_grow(look):
    counts = []
    for number in (1, 20):
        for each in range(number):
            sent(reader(f"{number}-{each}@example.org"))
        look()
        with CaptureQueriesContext(connection) as queries:
            look()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_circulation_is_counted_day_by_day(clock, db):
    clock.move_to(datetime(2026, 2, 20, 12, tzinfo=UTC))
    first, second = reader("first@example.org"), reader("second@example.org")
    clock.move_to(datetime(2026, 2, 28, 12, tzinfo=UTC))
    reader("third@example.org")
    first.unsubscribe()
    clock.move_to(datetime(2026, 3, 1, 12, tzinfo=UTC))
    second.bounce(is_hard=True)
    digest = Digest.objects.create(kind="day", first_day=date(2026, 2, 28), paper_count=1, papers=[{"entry": 1}])
    Digest.objects.filter(pk=digest.pk).update(sent_count=2, bounced_count=1)
    quiet, busy, last = circulation.days(date(2026, 3, 1), 3)
    assert quiet == circulation.Day(date(2026, 2, 27), 2, 0, 0, 0, 0, 0)
    assert busy == circulation.Day(date(2026, 2, 28), 2, 1, 1, 0, 0, 0)
    assert last == circulation.Day(date(2026, 3, 1), 1, 0, 0, 1, 3, 1)


def test_an_address_that_is_deleted_stays_counted(clock, db):
    subscription = reader()
    clock.move_to(datetime(2026, 3, 3, 12, tzinfo=UTC))
    subscription.delete()
    assert [day.subscribers for day in circulation.days(date(2026, 3, 3), 3)] == [0, 1, 0]


def test_the_plot_holds_all_in_its_lanes_and_what_happened_at_all_is_seen():
    numbers = [circulation.Day(MONDAY + timedelta(at), 10_000, 1, at % 2, 0, 9_999, at % 3) for at in range(90)]
    plot = Plot(numbers)
    assert [lane.most for lane in plot.lanes] == [10_000, 10_000, 2, 1]
    for bar in plot.bars:
        lane = plot.lanes[["sent", "bounced", "left"].index(bar.kind) + 1]
        assert lane.top <= bar.y <= lane.bottom - 1
        assert bar.y + bar.height <= lane.bottom + 0.01
    assert len([bar for bar in plot.bars if bar.kind == "left"]) == 45


def test_a_moderator_is_sent_a_test(client, mod, make_entry):
    make_entry(MONDAY)
    client.force_login(mod)
    response = client.post(reverse("feed:day_digest_test", args=[Day(MONDAY)]), follow=True)
    assert "Sent to mod@example.org" in response.text
    (message,) = mail.outbox
    assert message.to == ["mod@example.org"]
    assert message.subject.startswith("[Test] A Paper Called")
    assert reverse("feed:subscribe") in message.body
    assert not Digest.objects.exists()
    assert not Delivery.objects.exists()


def test_a_test_goes_to_moderators_only_and_by_post_only(client, ada, mod, make_entry):
    make_entry(MONDAY)
    address = reverse("feed:day_digest_test", args=[Day(MONDAY)])
    client.force_login(ada)
    assert client.post(address).status_code == 403
    client.force_login(mod)
    assert client.get(address).status_code == 405
    assert mail.outbox == []


def test_without_papers_there_is_no_test_and_the_page_says_why(client, mod):
    client.force_login(mod)
    response = client.post(reverse("feed:day_digest_test", args=[Day(MONDAY)]), follow=True)
    assert "There is no mail on this day: it has no papers." in response.text
    assert mail.outbox == []


def test_a_test_that_the_mail_server_refuses_says_so(client, mod, make_entry, smtp):
    make_entry(MONDAY)
    smtp.answers["DATA"] = ["554 Never"]
    client.force_login(mod)
    response = client.post(reverse("feed:day_digest_test", args=[Day(MONDAY)]), follow=True)
    assert "The mail server would not take it" in response.text
    assert "554" in response.text


def test_tests_are_limited(client, mod, make_entry):
    make_entry(MONDAY)
    client.force_login(mod)
    for _ in range(21):
        response = client.post(reverse("feed:day_digest_test", args=[Day(MONDAY)]), follow=True)
    assert "twenty tests within an hour" in response.text
    assert len(mail.outbox) == 20


def test_sending_counts_what_became_of_it(make_entry, db):
    from feed.planning import plan_period
    from feed.sending import send

    make_entry(date(2026, 3, 1))
    for name in ("a", "b"):
        reader(f"{name}@example.org")
    plan_period(Day(date(2026, 3, 1)))
    Subscription.objects.get(email="b@example.org").unsubscribe()
    send()
    digest = Digest.objects.get()
    assert (digest.sent_count, digest.skipped_count) == (1, 1)
