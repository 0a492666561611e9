"""The log of moderation: public, filtered, constant in its queries, and where actions are undone."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feed.editing import feature
from feed.models import Entry
from papers.models import Action, Paper
from papers.moderation import moderate, undo

DAY = date(2026, 1, 5)
LOG = "feed:log"


def look(client, **query):
    return client.get(reverse(LOG, query=query))


def test_anyone_sees_who_changed_what_from_what_to_what_and_why(client, paper, mod):
    moderate(paper, by=mod, reason="A typo", title="Attention <Is> All")
    page = look(client).text
    for words in ("mod", "edited", "A Thing That Works", "Attention &lt;Is&gt; All", "“A typo”"):
        assert words in page
    # A visitor gets no form, nor what a cache may not keep.
    assert "csrfmiddlewaretoken" not in page
    assert "mod@example.org" not in page


def test_an_empty_log_says_what_will_stand_there(client, db):
    assert "Nothing was changed yet" in look(client).text


def test_the_log_is_narrowed_by_kind_moderator_and_paper(client, paper, make_paper, mod, bob):
    bob.user_permissions.set(mod.user_permissions.all())
    other = make_paper("2601.00900", title="Another Paper")
    moderate(paper, by=mod, title="Changed by Mod")
    moderate(other, by=bob, kind="hide", hidden=True)
    for query, seen in [
        ({"kind": "edit"}, True),
        ({"by": "MOD"}, True),
        ({"paper": paper.arxiv_id}, True),
        ({"kind": "hide"}, False),
        ({"by": "bob"}, False),
    ]:
        assert ("Changed by Mod" in look(client, **query).text) is seen, query
    assert look(client, by="nobody").status_code == 404
    assert look(client, paper="9999.99999").status_code == 404
    assert look(client, after="nonsense").status_code == 404


def test_of_a_hidden_paper_only_the_id_stands_there(client, paper, mod):
    moderate(paper, by=mod, kind="hide", hidden=True)
    page = look(client).text
    assert paper.title not in page
    assert f"arXiv:{paper.arxiv_id}" in page


def test_a_moderator_undoes_an_action_and_the_undoing(client, paper, mod):
    title = paper.title
    action = moderate(paper, by=mod, title="New")
    client.force_login(mod)
    client.post(reverse("feed:undo_action", args=[action.pk]))
    assert Paper.objects.get().title == title
    undoing = Action.objects.get(undoes=action)
    assert f"#action-{action.pk}" in look(client).text
    client.post(reverse("feed:undo_action", args=[undoing.pk]))
    assert Paper.objects.get().title == "New"


def test_what_was_changed_again_is_not_undone_and_the_page_says_by_whom(client, paper, mod, bob):
    bob.user_permissions.set(mod.user_permissions.all())
    action = moderate(paper, by=mod, title="New")
    moderate(paper, by=bob, title="Newer")
    client.force_login(mod)
    response = client.post(reverse("feed:undo_action", args=[action.pk]), follow=True)
    assert "Not undone: it was changed again since by Bob." in response.text
    assert Paper.objects.get().title == "Newer"


def test_only_moderators_undo(client, paper, mod, ada):
    action = moderate(paper, by=mod, title="New")
    address = reverse("feed:undo_action", args=[action.pk])
    assert client.post(address).status_code == 302
    client.force_login(ada)
    assert client.post(address).status_code == 403
    assert client.get(address).status_code == 405
    assert "Undo" not in look(client).text
    client.force_login(mod)
    mod.is_active = False
    mod.save()
    assert client.post(address).status_code == 302
    assert Paper.objects.get().title == "New"


def test_after_undoing_one_is_led_nowhere_else(client, paper, mod):
    action = moderate(paper, by=mod, title="New")
    client.force_login(mod)
    response = client.post(reverse("feed:undo_action", args=[action.pk]), {"next": "https://evil.example/"})
    assert response.url == reverse(LOG)


@pytest.mark.parametrize("name", ["paper", "by", "kind", "after"])
def test_an_address_that_is_made_up_is_no_error(client, db, name):
    for nonsense in ("\0", "\0x", "' or 1=1", "x" * 5000):
        assert look(client, **{name: nonsense}).status_code in (200, 404)


def test_what_can_not_be_as_it_was_is_not_undone_and_the_page_says_why(client, mod, paper):
    moved = moderate(feature(paper, DAY, by=mod), by=mod, day="2026-01-06")
    feature(paper, DAY, by=mod)
    client.force_login(mod)
    page = client.post(reverse("feed:undo_action", args=[moved.pk]), follow=True).text
    assert "Not undone. The paper has an entry on 2026-01-05 already, perhaps a hidden one." in page
    assert Entry.objects.visible().count() == 2


def test_a_reason_holds_nothing_that_can_not_be_seen(paper, mod):
    assert moderate(paper, by=mod, title="New", reason="\0A\u202e typo\n").reason == "A typo"


def test_a_paper_is_put_into_the_feed_moved_and_taken_out_again(paper, mod):
    entry = feature(paper, DAY, by=mod)
    made = Action.objects.get()
    moved = moderate(entry, by=mod, day="2026-01-06")
    entry.refresh_from_db()
    assert entry.day == date(2026, 1, 6)
    undo(moved, by=mod)
    undo(made, by=mod)
    assert not Entry.objects.visible().exists()
    assert feature(paper, DAY, by=mod) == entry
    assert Entry.objects.visible().count() == 1


def test_the_log_costs_the_same_queries_however_long_it_is(client, make_paper, mod):
    counts = []
    for number in (2, 20):
        for each in range(number):
            paper = make_paper()
            undo(moderate(paper, by=mod, title=f"New {each}"), by=mod)
        client.force_login(mod)
        look(client)
        with CaptureQueriesContext(connection) as queries:
            assert look(client).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "action_newest"),
        ({"kind": "edit"}, "action_of_kind"),
        ({"by": "mod"}, "action_by_moderator"),
        ({"paper": "2601.00001"}, "action_of_paper"),
    ],
)
def test_each_way_to_look_has_its_index(client, paper, mod, make_paper, query, index):
    for each in range(3):
        moderate(paper, by=mod, title=f"New {each}")
        moderate(make_paper(f"2601.0090{each}"), by=mod, title=f"New {each}")
    with CaptureQueriesContext(connection) as queries:
        look(client, **query)
    (listing,) = [it["sql"] for it in queries if '"papers_action"."before"' in it["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_sort = off")
        cursor.execute(f"explain {listing}")
        assert index in "\n".join(line for (line,) in cursor.fetchall())


def test_a_papers_page_says_what_moderators_set_and_leads_to_its_log(client, paper, mod):
    address = f'href="{reverse(LOG)}?paper={paper.arxiv_id}"'
    assert address not in client.get(paper.get_absolute_url()).text
    moderate(paper, by=mod, title="New", summary="Ours.")
    page = client.get(paper.get_absolute_url()).text
    assert "set the summary, title" in page
    assert address in page
