"""Searches that members keep, and the page of them."""

from datetime import date
from urllib.parse import parse_qs, urlencode

import pytest
from django.urls import reverse

from papers import address
from papers.models import Alert, SavedSearch
from papers.models.saved_search import TooMany

HTMX = {"HX-Request": "true"}


def keep(member, where) -> SavedSearch:
    return SavedSearch.objects.keep(where, by=member)


def test_a_search_is_kept_under_what_was_typed_with_what_was_chosen(ada):
    saved = keep(ada, "category=cs.CL&q=+cats%20%20purr&category=cs.CV&after=xyz&order=date&year=2025&code=1")
    assert saved.name == "cats purr"
    assert parse_qs(saved.address) == {
        "q": ["cats purr"],
        "category": ["cs.CL", "cs.CV"],
        "year": ["2025"],
        "code": ["1"],
    }
    assert saved.choices == ["cs.CL", "cs.CV", "2025", "with code"]


def test_what_is_kept_asks_what_the_page_asked():
    query = address.read("q=cats&category=cs.CV&category=cs.CL&year=2025&code=1&feed=1")
    assert query.words == "cats"
    assert query.facets == [["cat:cs.CL", "cat:cs.CV"], ["year:2025"], ["has:code"], ["in:feed"]]


def test_what_cannot_be_chosen_is_not_kept(ada):
    saved = keep(ada, "q=cats&category=cs&category=CS.cv&year=x&code=&feed=")
    assert parse_qs(saved.address) == {"q": ["cats"], "code": ["1"], "feed": ["1"]}


def test_a_long_search_in_other_letters_is_kept(client, ada):
    client.force_login(ada)
    words = "".join(chr(0x4E00 + 7 * number) for number in range(250))
    answer = client.post(reverse("papers:save_search"), {"address": urlencode({"q": words})}, headers=HTMX)
    assert answer.status_code == 200
    assert ada.saved_searches.get().text == words


def test_the_same_search_spelled_otherwise_is_kept_once(ada):
    first = keep(ada, "q=cats&category=cs.CV&category=cs.CL")
    assert keep(ada, "category=cs.CL&q=cats+&category=cs.CV") == first
    assert ada.saved_searches.at("category=cs.CV&q=cats&category=cs.CL") == first


@pytest.mark.parametrize("where", ["", "q=", "q=+", "category=cs.CV", "q=%00", "%%%"])
def test_a_search_for_nothing_is_not_kept(ada, where):
    with pytest.raises(ValueError):
        keep(ada, where)


def test_two_members_keep_the_same_search_each_for_oneself(client, ada, eve):
    keep(ada, "q=cats")
    keep(eve, "q=cats")
    assert (ada.saved_searches.count(), eve.saved_searches.count()) == (1, 1)


def test_there_is_a_limit_and_a_clear_word_about_it(client, ada):
    for number in range(SavedSearch.MOST):
        keep(ada, f"q=cats+{number}")
    with pytest.raises(TooMany):
        keep(ada, "q=dogs")
    client.force_login(ada)
    answer = client.post(reverse("papers:save_search"), {"address": "q=dogs"}, headers=HTMX)
    assert answer.status_code == 200
    assert "You have saved 50 searches" in answer.text
    assert 'value="q=dogs"' in answer.text
    assert keep(ada, "q=cats+7").name == "cats 7"


def test_the_button_saves_and_says_so(client, ada):
    client.force_login(ada)
    answer = client.post(reverse("papers:save_search"), {"address": "q=cats", "is_alerting": "on"}, headers=HTMX)
    assert "Saved, what is new comes by mail" in answer.text
    assert ada.saved_searches.get().is_alerting


def test_without_script_the_button_leads_to_all_searches(client, ada):
    client.force_login(ada)
    assert client.post(reverse("papers:save_search"), {"address": "q=cats"}).url == reverse("papers:searches")
    assert not ada.saved_searches.get().is_alerting


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("where", "reason"),
    [("q=", "nothing to look for"), ("q=" + "x" * 251, "250 characters"), ("q=cat:cats", "no category")],
)
def test_what_can_not_be_searched_for_is_not_saved_and_says_why(client, ada, where, reason, headers):
    client.force_login(ada)
    answer = client.post(reverse("papers:save_search"), {"address": where}, headers=headers)
    assert answer.status_code == 200
    assert reason in answer.text
    assert not ada.saved_searches.exists()


def test_a_visitor_is_sent_to_sign_in(client, db):
    assert reverse("account_login") in client.post(reverse("papers:save_search"), {"address": "q=cats"}).url
    assert reverse("account_login") in client.get(reverse("papers:searches")).url


def test_the_page_lists_them_with_the_way_to_each(client, ada):
    keep(ada, "q=cats+%26+dogs&category=cs.CV")
    client.force_login(ada)
    page = client.get(reverse("papers:searches"))
    assert f'href="{reverse("feed:papers")}?q=cats+%26+dogs&amp;category=cs.CV"' in page.text
    assert "cats &amp; dogs" in page.text
    assert "private" in page["Cache-Control"]


def test_an_empty_page_says_what_to_do(client, ada):
    client.force_login(ada)
    assert "No search is saved yet" in client.get(reverse("papers:searches")).text


def test_a_search_is_renamed_silenced_and_deleted(client, ada):
    saved = keep(ada, "q=cats")
    client.force_login(ada)
    client.post(reverse("papers:change_search", args=[saved.pk]), {"name": "My\ncats"})
    saved.refresh_from_db()
    assert (saved.name, saved.is_alerting, saved.address) == ("My cats", False, "q=cats")
    client.post(reverse("papers:delete_search", args=[saved.pk]))
    assert not SavedSearch.objects.exists()


@pytest.mark.parametrize("name", ["", " ", "x" * 251])
def test_a_name_that_is_none_comes_back_with_the_reason(client, ada, name):
    saved, other = keep(ada, "q=cats"), keep(ada, "q=dogs")
    client.force_login(ada)
    answer = client.post(reverse("papers:change_search", args=[saved.pk]), {"name": name})
    assert answer.status_code == 200
    assert f'id="id_{saved.pk}_name_error"' in answer.text
    assert f'id="id_{other.pk}_name_error"' not in answer.text
    saved.refresh_from_db()
    assert saved.name == "cats"


def test_nobody_changes_or_deletes_anothers(client, ada, eve):
    saved = keep(ada, "q=cats")
    client.force_login(eve)
    for verb in ("papers:change_search", "papers:delete_search"):
        assert client.post(reverse(verb, args=[saved.pk]), {"name": "Mine"}).status_code == 404
    assert "cats" not in client.get(reverse("papers:searches")).text
    assert SavedSearch.objects.get().name == "cats"


def test_deleting_the_account_deletes_searches_and_alerts(ada):
    keep(ada, "q=cats")
    Alert.objects.plan(date(2026, 3, 2))
    assert Alert.objects.exists()
    ada.delete_account()
    assert not Alert.objects.exists()
    assert not SavedSearch.objects.exists()
    with pytest.raises(TooMany):
        keep(ada, "q=cats")


def test_the_page_costs_the_same_queries_however_many_there_are(client, ada, django_assert_max_num_queries):
    for number in range(20):
        keep(ada, f"q=cats+{number}")
    client.force_login(ada)
    with django_assert_max_num_queries(4):
        client.get(reverse("papers:searches"))
