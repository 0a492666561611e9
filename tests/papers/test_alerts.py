"""The one mail a day about what is new in saved searches: what it tells and how it ends."""

from datetime import UTC, datetime, timedelta
from itertools import islice, permutations

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.mail import LARGEST
from papers import alerts, documents, search
from papers.models import Alert, Paper, SavedSearch
from papers.models.saved_search import stop_link
from papers.tasks import forget_alerts, send_alerts

# After the hour from which on alerts are sent.
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)
DAY, MINUTE = timedelta(1), timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as clock:
        yield clock


@pytest.fixture
def come(make_paper):
    """Let a paper come in, a minute from now, and be read by search."""

    def come(title: str, **more) -> Paper:
        paper = make_paper(
            title=title, **{"published_at": datetime.now(UTC), "created_at": timezone.now() + MINUTE, **more}
        )
        documents.catch_up()
        return paper

    return come


@pytest.fixture
def cats(ada, clock) -> SavedSearch:
    """Ada's search for "purring cats", saved yesterday."""
    with time_machine.travel(MORNING - DAY, tick=False):
        return keep(ada, "q=purring+cats")


def keep(member, where, **more) -> SavedSearch:
    return SavedSearch.objects.keep(where, by=member, **more)


def told() -> list[str]:
    """The subjects of what was sent."""
    return [message.subject for message in mail.outbox]


def test_what_is_new_is_told_however_many_older_papers_fit_better(ada, cats, clock, come, make_paper, monkeypatch):
    monkeypatch.setattr(search, "MOST", 2)
    for _ in range(4):
        make_paper(title="Purring cats", created_at=MORNING - 9 * DAY)
    paper = come("Animals", abstract="Some cats are purring.")
    clock.move_to(MORNING + DAY)
    send_alerts()
    assert paper.title in mail.outbox[0].body


def test_what_came_since_the_search_was_saved_is_told_by_mail(ada, cats, clock, come):
    paper = come("Why Purring Cats Are Happy")
    clock.move_to(MORNING + DAY)
    send_alerts()
    (message,) = mail.outbox
    assert message.to == ["ada@example.org"]
    assert message.subject == "1 new paper: purring cats"
    for words in (paper.title, paper.get_absolute_url(), f"{reverse('feed:papers')}?q=purring+cats", "Bob Builder"):
        assert words in message.body


def test_a_paper_must_have_all_of_the_words(cats, clock, come):
    come("Cats of the City")
    come("The Purring of Engines")
    come("On the Purring of a Cat")
    clock.move_to(MORNING + DAY)
    send_alerts()
    (message,) = mail.outbox
    assert message.subject == "1 new paper: purring cats"
    assert "On the Purring of a Cat" in message.body


def test_a_paper_must_fit_what_was_chosen(ada, clock, come):
    keep(ada, "q=cats&category=cs.CV")
    come("Cats Seen", category="cs.CV")
    come("Cats Read", category="cs.CL")
    clock.move_to(MORNING + DAY)
    send_alerts()
    assert "Cats Seen" in mail.outbox[0].body
    assert "Cats Read" not in mail.outbox[0].body


def test_what_was_there_before_and_what_is_hidden_is_no_news(ada, clock, come):
    come("Old Cats")
    clock.shift(MINUTE)
    keep(ada, "q=cats")
    Paper.objects.filter(pk=come("Hidden Cats").pk).hide()
    clock.move_to(MORNING + DAY)
    send_alerts()
    assert told() == []
    assert Alert.objects.get(day=MORNING + DAY).state == "nothing"


def test_a_paper_of_years_ago_from_the_archive_is_no_news(cats, clock, come):
    come("Purring Cats of 2007", published_at=datetime(2007, 5, 1, tzinfo=UTC))
    clock.move_to(MORNING + DAY)
    send_alerts()
    assert told() == []


def test_all_searches_of_a_member_come_in_one_message(ada, bob, cats, clock, come):
    keep(ada, "q=dogs")
    keep(ada, "q=horses")
    keep(bob, "q=dogs")
    come("Dogs and Purring Cats")
    clock.move_to(MORNING + DAY)
    send_alerts()
    assert sorted((message.to, message.subject) for message in mail.outbox) == [
        (["ada@example.org"], "1 new paper in 2 of your searches"),
        (["bob@example.org"], "1 new paper: dogs"),
    ]
    assert "horses" not in mail.outbox[0].body


def test_a_long_list_names_ten_and_counts_the_others(cats, clock, come):
    for number in range(12):
        come(f"Purring Cats, Part {number}")
    clock.move_to(MORNING + DAY)
    send_alerts()
    body = mail.outbox[0].body
    assert body.count("Purring Cats, Part") == 10
    assert "and 2 more" in body


def test_no_more_than_one_mail_a_day_and_nothing_twice(cats, clock, come):
    come("Purring Cats in the Morning")
    clock.move_to(MORNING + DAY)
    send_alerts()
    come("Purring Cats at Noon")
    clock.shift(timedelta(hours=6))
    send_alerts()
    assert len(mail.outbox) == 1
    clock.move_to(MORNING + 2 * DAY)
    send_alerts()
    send_alerts()
    assert len(mail.outbox) == 2
    assert "Noon" in mail.outbox[1].body
    assert "Morning" not in mail.outbox[1].body


def test_what_may_not_be_committed_yet_is_left_to_the_next_day(cats, clock, come):
    clock.move_to(MORNING + DAY)
    come("Purring Cats")
    send_alerts()
    assert told() == []
    clock.move_to(MORNING + 2 * DAY)
    send_alerts()
    assert told() == ["1 new paper: purring cats"]


def test_nothing_is_sent_before_the_days_announcement_is_here(cats, clock, come):
    come("Purring Cats")
    clock.move_to((MORNING + DAY).replace(hour=alerts.FROM - 1))
    send_alerts()
    assert told() == []
    assert not Alert.objects.filter(day=MORNING + DAY).exists()


@pytest.mark.parametrize("why", ["unverified", "silenced", "inactive"])
def test_who_is_not_to_be_told_is_not_told(ada, cats, clock, come, why):
    if why == "unverified":
        ada.emailaddress_set.update(verified=False)
    elif why == "silenced":
        cats.change(name=cats.name, is_alerting=False)
    else:
        type(ada).objects.update(is_active=False)
    come("Purring Cats")
    clock.move_to(MORNING + DAY)
    send_alerts()
    assert told() == []


def test_an_address_that_lost_its_proof_meanwhile_gets_nothing(ada, cats, clock, come):
    come("Purring Cats")
    clock.move_to(MORNING + DAY)
    Alert.objects.plan(datetime.now(UTC).date())
    ada.emailaddress_set.update(verified=False)
    send_alerts()
    assert told() == []


def test_what_came_while_a_search_was_silent_is_no_news(cats, clock, come):
    cats.change(name="Cats", is_alerting=False)
    come("Purring Cats")
    clock.move_to(MORNING + DAY)
    cats.change(name="Cats", is_alerting=True)
    clock.move_to(MORNING + 2 * DAY)
    send_alerts()
    assert told() == []


def test_titles_in_a_mail_are_plain_and_no_header_can_be_forged(ada, clock, come):
    keep(ada, "q=cats%0ABcc:+eve@example.org")
    come("$O(n)$ Cats & <b>Bcc</b>: eve@example.org")
    clock.move_to(MORNING + DAY)
    send_alerts()
    (message,) = mail.outbox
    assert message.recipients() == ["ada@example.org"]
    assert "\n" not in message.subject
    assert "&amp;" not in message.body
    assert "Cats &amp; &lt;b&gt;Bcc&lt;/b&gt;" in message.alternatives[0].content


def test_a_search_that_looks_like_an_encoded_header_stays_what_it_is(ada, clock, come):
    kept = keep(ada, "q=cats")
    kept.change(name="=?utf-8?q?=0ABcc:_eve@example.org?= \u202egnp", is_alerting=True)
    come("Cats")
    clock.move_to(MORNING + DAY)
    send_alerts()
    (message,) = mail.outbox
    assert message.subject == "1 new paper: = ?utf-8?q?=0ABcc:_eve@example.org?= gnp"
    assert "\u202e" not in message.body + message.alternatives[0].content


def test_many_searches_show_so_few_papers_that_the_mail_is_not_cut_off(ada, clock, come):
    words = "Cats & Dogs & Birds & Bees & Ants, Together " * 5
    for order in islice(permutations(["cats", "dogs", "birds", "bees", "ants"]), SavedSearch.MOST):
        keep(ada, f"q={'+'.join(order)}").change(name=words, is_alerting=True)
    for _ in range(alerts.SHOWN + 2):
        come(words, abstract=words, author_names=["&" * 100] * 4)
    clock.move_to(MORNING + DAY)
    send_alerts()
    (message,) = mail.outbox
    page = message.alternatives[0].content
    assert alerts.SHOWN < page.count("<h3") < alerts.SHOWN_IN_ALL
    assert page.count("<h2") == SavedSearch.MOST
    assert len(page.encode()) <= LARGEST


def test_an_address_that_no_mail_can_go_to_keeps_no_other_waiting(ada, bob, cats, clock, come, caplog):
    keep(bob, "q=cats")
    ada.emailaddress_set.update(email="=?utf-8?q?a=0Ab?=@example.org")
    come("Purring Cats")
    clock.move_to(MORNING + DAY)
    send_alerts()
    assert [message.to for message in mail.outbox] == [["bob@example.org"]]
    assert "could not be made" in caplog.text


def test_alerts_are_forgotten_after_three_months(cats, clock):
    send_alerts()
    clock.move_to(MORNING + 91 * DAY)
    forget_alerts()
    assert not Alert.objects.exists()


def test_one_click_ends_all_alerts_without_cookies(ada, cats, clock, come):
    keep(ada, "q=dogs")
    come("Dogs and Purring Cats")
    clock.move_to(MORNING + DAY)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(stop_link(ada), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not ada.saved_searches.filter(is_alerting=True).exists()
    send_alerts()
    assert told() == []


def test_a_get_never_ends_them(client, ada, cats):
    assert "No more alerts?" in client.get(stop_link(ada)).text
    assert ada.saved_searches.filter(is_alerting=True).exists()


def test_a_link_ends_nobody_elses(client, ada, eve, cats):
    keep(eve, "q=cats")
    client.post(stop_link(ada))
    assert eve.saved_searches.filter(is_alerting=True).exists()


def test_a_forged_link_and_one_of_a_deleted_account_lead_nowhere(client, ada, cats):
    assert client.post(stop_link(ada) + "x").status_code == 404
    assert cats.is_alerting
    link = stop_link(ada)
    ada.delete_account()
    assert client.post(link).status_code == 404
