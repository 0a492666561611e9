"""What comes, and when, is chosen on the page by signed link; what is stored can be had there. Jan 5, 2026 is a Monday."""

import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from feed import disclosure
from feed.forms import MOST
from feed.interest import Interest
from feed.models import Delivery, Digest, Subscription
from feed.periods import Day
from papers.models import Authorship, Organization

HTMX = {"HX-Request": "true"}
PLAIN = {"rhythm": "daily", "time_zone": ""}
MONDAY = Day(date(2026, 1, 5))


@pytest.fixture(autouse=True)
def _the_week_after():
    with time_machine.travel(datetime(2026, 1, 14, 9, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def subscription(db):
    subscription = Subscription.objects.ask(email="reader@example.org", rhythm="daily")
    subscription.confirm()
    return subscription


@pytest.fixture
def papers(make_paper, make_entry):
    """In the feed of last week: two in cs.CV, of which Ada wrote one; one of NVIDIA's in math.PR."""
    nvidia = Organization.objects.create(name="nvidia", full_name="NVIDIA")
    make_entry(MONDAY.start, paper=make_paper(category="cs.CV", author_names=["Ada Lovelace"]))
    make_entry(MONDAY.start, paper=make_paper(category="cs.CV", author_names=["Bob Builder"]))
    make_entry(MONDAY.start, paper=make_paper(category="math.PR", author_names=["Bob Budd"], organization=nvidia))


def save(client, subscription, headers=None, **data):
    response = client.post(subscription.manage_link, {**PLAIN, **data}, headers=headers)
    subscription.refresh_from_db()
    return response


def test_names_that_are_typed_narrow_the_digest(client, subscription, papers):
    save(
        client,
        subscription,
        **{"categories-typed": "CS.CV, math", "authors-typed": "ada lovelace", "organizations-typed": "NVIDIA"},
    )
    chosen = Interest.of(categories=["cs.CV", "math"], authors=["ada-lovelace"], organizations=["nvidia"])
    assert subscription.interest == chosen.stored
    assert subscription.interest_key == chosen.key


def test_what_is_ticked_stays_and_what_is_not_goes(client, subscription, papers):
    save(client, subscription, **{"authors-typed": "Ada Lovelace, Bob Builder", "organizations-typed": "nvidia"})
    save(client, subscription, authors=["ada-lovelace"])
    assert subscription.interest == {"authors": ["ada-lovelace"]}


def test_nothing_chosen_is_everything(client, subscription, papers):
    save(client, subscription, **{"categories-typed": "cs.CV"})
    save(client, subscription)
    assert (subscription.interest, subscription.interest_key) == ({}, "")
    assert "Everything in the feed." in client.get(subscription.manage_link).text


def test_the_page_says_in_words_what_comes_and_how_much_that_was_last_week(client, subscription, papers):
    assert "Last week: 3 papers." in client.get(subscription.manage_link).text
    save(client, subscription, **{"authors-typed": "Ada Lovelace", "organizations-typed": "nvidia"})
    page = client.get(subscription.manage_link).text
    assert "Papers by Ada Lovelace or from NVIDIA." in page
    assert "Last week: 2 papers." in page
    save(client, subscription, **{"categories-typed": "cs.CL"})
    assert "Last week there were none." in client.get(subscription.manage_link).text


def test_a_name_that_is_not_known_comes_back_and_nothing_that_was_typed_is_lost(client, subscription, papers):
    typed = {"authors-typed": "Ada Lovelace, Ada Lovelase", "categories-typed": "cs.CV", "time_zone": "Asia/Tokyo"}
    page = save(client, subscription, rhythm="weekly", **typed)
    assert page.status_code == 200
    assert "There is no author “Ada Lovelase” here." in page.text
    # What was understood stands among the boxes, ticked; what was not, where it was typed.
    for shown in ('value="ada-lovelace" checked', 'value="cs.CV"', 'value="Ada Lovelase"', 'value="Asia/Tokyo"'):
        assert shown in page.text
    assert subscription.wish == {"rhythm": "daily", "time_zone": "", "interest": {}}


def test_of_a_name_with_several_meanings_one_is_ticked(client, subscription, papers):
    page = save(client, subscription, **{"authors-typed": "bob b"})
    assert "may mean one of these" in page.text
    assert 'name="authors" value="bob-budd">' in page.text
    save(client, subscription, authors=["bob-budd"], **{"authors-typed": "bob b"})
    assert subscription.interest == {"authors": ["bob-budd"]}


def test_a_name_of_several_is_asked_for_though_one_of_them_is_chosen(client, subscription, papers):
    save(client, subscription, **{"authors-typed": "Bob Builder"})
    page = save(client, subscription, authors=["bob-builder"], **{"authors-typed": "bob b"})
    assert "may mean one of these" in page.text
    save(client, subscription, authors=["bob-builder", "bob-budd"], **{"authors-typed": "bob b"})
    assert subscription.interest == {"authors": ["bob-budd", "bob-builder"]}


def test_what_is_chosen_already_may_be_named_again(client, subscription, papers):
    save(client, subscription, **{"authors-typed": "Ada Lovelace"})
    save(client, subscription, authors=["ada-lovelace"], **{"authors-typed": "lovelace"})
    assert subscription.interest == {"authors": ["ada-lovelace"]}


def test_a_form_with_faults_costs_a_bounded_number_of_queries(
    client, subscription, papers, django_assert_max_num_queries
):
    typed = ", ".join(f"Nobody {number}" for number in range(40))
    with django_assert_max_num_queries(20):
        save(client, subscription, **{"authors-typed": typed, "organizations-typed": typed, "categories-typed": typed})


def test_a_fault_elsewhere_keeps_what_was_ticked_and_unticked(client, subscription, papers):
    save(client, subscription, **{"authors-typed": "Ada Lovelace, Bob Builder"})
    page = save(client, subscription, authors=["ada-lovelace"], time_zone="Mars/Olympus")
    assert 'value="ada-lovelace" checked' in page.text
    assert 'value="bob-builder">' in page.text


def test_there_are_only_so_many_of_a_kind(client, subscription, make_paper):
    names = [f"Author {number}" for number in range(MOST + 1)]
    make_paper(author_names=names)
    page = save(client, subscription, **{"authors-typed": ", ".join(names)})
    assert f"{MOST + 1} are too many" in page.text
    save(client, subscription, **{"authors-typed": ", ".join(names[:MOST])})
    assert len(subscription.interest["authors"]) == MOST
    page = save(client, subscription, authors=subscription.interest["authors"], **{"authors-typed": names[-1]})
    assert f"{MOST + 1} are too many" in page.text


def test_a_form_that_is_made_up_names_nobody(client, subscription, papers):
    save(client, subscription, categories=["cs.ZZ", "cs.CV"], authors=["x" * 5000, "no-one"], organizations=["\0"])
    assert subscription.interest == {"categories": ["cs.CV"]}


def test_what_is_not_here_any_more_can_be_kept_and_left(client, subscription, papers):
    save(client, subscription, **{"authors-typed": "Ada Lovelace", "organizations-typed": "nvidia"})
    Authorship.objects.filter(author__slug="ada-lovelace").delete()
    Organization.objects.all().update(name="nvidia-corp")
    save(client, subscription, authors=["ada-lovelace"], organizations=["nvidia"])
    assert subscription.interest == {"authors": ["ada-lovelace"], "organizations": ["nvidia"]}
    save(client, subscription, authors=["ada-lovelace"])
    assert subscription.interest == {"authors": ["ada-lovelace"]}


def test_with_scripts_the_form_answers_in_place_and_says_so(client, subscription, papers):
    page = save(client, subscription, headers=HTMX, **{"categories-typed": "cs.CV"})
    assert page.text.lstrip().startswith("<form")
    assert 'data-announce="Saved. Papers in cs.CV."' in page.text
    assert 'value="cs.CV" checked' in page.text
    page = save(client, subscription, headers=HTMX, **{"categories-typed": "cs.ZZ"})
    assert 'data-announce="Not saved yet: There is no category “cs.ZZ” here.' in page.text


def test_what_changes_is_written_into_the_record(client, subscription, papers):
    save(client, subscription, **{"categories-typed": "cs.CV"})
    save(client, subscription, categories=["cs.CV"])
    (changed,) = subscription.consents.filter(act="changed")
    assert (changed.how, changed.wish["interest"]) == ("the preferences page", {"categories": ["cs.CV"]})


def test_a_link_to_leave_changes_no_preferences(client, subscription):
    token = subscription.unsubscribe_link.rsplit("/", 1)[1]
    for name in ("manage", "record"):
        assert client.get(reverse(f"feed:{name}", args=[token])).status_code == 404
    assert client.post(reverse("feed:manage", args=[token]), {**PLAIN, "rhythm": "weekly"}).status_code == 404


def test_the_page_costs_the_same_however_much_is_chosen(client, subscription, make_paper, django_assert_num_queries):
    with django_assert_num_queries(2):
        client.get(subscription.manage_link)
    make_paper(author_names=[f"Author {number}" for number in range(20)])
    Organization.objects.create(name="nvidia", full_name="NVIDIA")
    names = ", ".join(f"Author {number}" for number in range(20))
    save(
        client,
        subscription,
        **{"authors-typed": names, "organizations-typed": "nvidia", "categories-typed": "cs, stat"},
    )
    with django_assert_num_queries(4):
        client.get(subscription.manage_link)


@pytest.mark.parametrize(
    ("state", "words"),
    [("pending", "not confirmed yet"), ("unsubscribed", "has left the list"), ("stopped", "came back")],
)
def test_the_page_says_where_an_address_stands_that_gets_nothing(client, subscription, state, words):
    Subscription.objects.update(state=state)
    assert words in client.get(subscription.manage_link).text


def test_after_confirming_one_is_led_to_the_preferences(client, subscription, papers):
    page = client.get(subscription.confirm_link)
    assert subscription.manage_link.split("/subscribe/manage/")[1].split(":")[0] in page.text
    save(client, subscription, **{"categories-typed": "cs.CV"})
    assert "Papers in cs.CV come" in client.get(subscription.confirm_link).text


def test_all_that_is_stored_about_an_address_can_be_had(client, papers):
    subscription = Subscription.objects.ask(
        email="ada@bücher.example", rhythm="daily", how="the form on /papers", ip_address="192.0.2.1"
    )
    subscription.confirm(ip_address="192.0.2.2")
    subscription.prefer(rhythm="daily", time_zone="Asia/Tokyo", interest=Interest.of(categories=["cs.CV"]))
    digest = Digest.objects.compose(MONDAY)
    Delivery.objects.create(
        digest=digest, period="2026-01-05", subscription=subscription, reason="4.2.2 full", failures=1
    )
    token = subscription.manage_link.rsplit("/", 1)[1]
    response = client.get(reverse("feed:record", args=[token]))
    assert response["Content-Disposition"] == 'attachment; filename="digest-subscription.json"'
    assert "no-store" in response["Cache-Control"]
    found = json.loads(response.content)
    assert found["subscription"]["email"] == "ada@xn--bcher-kva.example"
    assert found["subscription"]["interest"] == {"categories": ["cs.CV"]}
    assert [(it["act"], it["network_address"]) for it in found["consent"]] == [
        ("asked", "192.0.2.1"),
        ("confirmed", "192.0.2.2"),
        ("changed", None),
    ]
    (sent,) = found["digests"]
    assert (sent["period"], sent["state"], sent["reason"]) == ("2026-01-05", "pending", "4.2.2 full")


def test_the_record_has_every_column_that_there_is(subscription, papers, django_assert_num_queries):
    digest = Digest.objects.compose(MONDAY)
    Delivery.objects.create(digest=digest, subscription=subscription)
    with django_assert_num_queries(2):
        told = disclosure.of(subscription)
    # Numbers of rows, the key that the interest makes and what points back here tell nothing of the person.
    left_out = {"id", "hex_id", "interest_key", "subscription", "digest", "day", "step", "ip_address", "is_lost"}
    for rows, model in [
        ([told["subscription"]], Subscription),
        (told["consent"], type(subscription.consents.first())),
        (told["digests"], Delivery),
    ]:
        columns = {field.name for field in model._meta.concrete_fields}
        assert columns - left_out <= set(rows[0])


def test_looking_at_the_record_changes_nothing(client, subscription):
    address = reverse("feed:record", args=[subscription.manage_link.rsplit("/", 1)[1]])
    before = Subscription.objects.values().get()
    client.get(address)
    assert client.post(address).status_code == 405
    assert Subscription.objects.values().get() == before
