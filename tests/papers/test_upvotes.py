import random
import threading
from functools import partial

import pytest
from django.db import connection
from django.urls import reverse

from papers.models import Paper, Upvote
from tests.conftest import IS_LONG, member


def test_an_upvote_is_a_row_and_counts_one(paper, ada):
    paper.upvote(by=ada)
    assert paper.upvotes.get().user == ada
    assert paper.upvote_count == 1


def test_a_second_upvote_by_the_same_member_changes_nothing(paper, ada):
    paper.upvote(by=ada)
    paper.upvote(by=ada)
    assert paper.upvotes.count() == paper.upvote_count == 1


def test_withdrawing_an_upvote_that_is_not_there_changes_nothing(paper, ada):
    paper.withdraw_upvote(by=ada)
    assert paper.upvote_count == 0


def test_mirrored_upvotes_stay_apart_and_the_sum_is_shown(make_paper, ada):
    paper = make_paper(mirrored_upvote_count=41)
    paper.upvote(by=ada)
    paper.refresh_from_db()
    assert (paper.upvote_count, paper.mirrored_upvote_count, paper.total_upvote_count) == (1, 41, 42)


@pytest.mark.django_db(transaction=True)
def test_the_counter_equals_the_rows_after_concurrent_toggles():
    members = [member(f"member-{number}") for number in range(50)]
    paper = Paper.objects.create(arxiv_id="2601.00001", title="Wanted", published_at="2026-01-01T00:00Z")
    toggles = [(random.Random(seed).choice(members), seed % 3) for seed in range(2000 if IS_LONG else 200)]
    errors, barrier = [], threading.Barrier(8)

    def toggle(part):
        try:
            barrier.wait()
            for user, withdraws in part:
                mine = Paper.objects.get(pk=paper.pk)
                (mine.withdraw_upvote if withdraws == 0 else mine.upvote)(by=user)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=toggle, args=(toggles[number::8],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paper.refresh_from_db()
    assert not errors
    assert paper.upvote_count == Upvote.objects.filter(paper=paper).count() > 0


@pytest.mark.django_db(transaction=True)
def test_who_leaves_while_voting_leaves_no_vote_behind():
    papers = [
        Paper.objects.create(arxiv_id=f"2601.{number:05}", title="Wanted", published_at="2026-01-01T00:00Z")
        for number in range(1, 4)
    ]
    errors = []

    def run(*verbs):
        try:
            for verb in verbs:
                verb()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    for number in range(100 if IS_LONG else 10):
        user = member(f"member-{number}")
        papers[0].upvote(by=user)
        votes = [partial(Paper.objects.get(pk=paper.pk).upvote, by=user) for paper in papers]
        withdrawals = [partial(Paper.objects.get(pk=paper.pk).withdraw_upvote, by=user) for paper in papers]
        threads = [threading.Thread(target=run, args=verbs) for verbs in (votes, withdrawals, [user.delete_account])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not errors
    assert not Upvote.objects.exists()
    assert set(Paper.objects.values_list("upvote_count", flat=True)) == {0}


def test_saving_a_copy_read_earlier_undoes_no_vote(paper, ada):
    copy = Paper.objects.get(pk=paper.pk)
    paper.upvote(by=ada)
    copy.title = "A Corrected Title"
    copy.save()
    copy.refresh_from_db()
    assert (copy.title, copy.upvote_count) == ("A Corrected Title", 1)


def test_htmx_gets_the_button_pressed(client, paper, ada):
    client.force_login(ada)
    response = client.post(reverse("papers:upvote", args=[paper.arxiv_id]), headers={"HX-Request": "true"})
    assert 'aria-pressed="true"' in response.text
    assert "<html" not in response.text


def test_on_the_papers_page_htmx_gets_the_faces_too(client, paper, ada):
    client.force_login(ada)
    url = reverse("papers:upvote", args=[paper.arxiv_id])
    response = client.post(url, {"variant": "wide"}, headers={"HX-Request": "true"})
    assert ada.get_absolute_url() in response.text
    assert 'aria-pressed="true"' in response.text


def test_a_form_comes_back_to_the_page_it_was_on(client, paper, ada):
    client.force_login(ada)
    response = client.post(reverse("papers:upvote", args=[paper.arxiv_id]), {"next": "/papers/trending"})
    assert response.url == f"/papers/trending#upvote-{paper.arxiv_id}"


def test_a_form_never_leads_to_another_site(client, paper, ada):
    client.force_login(ada)
    response = client.post(reverse("papers:upvote", args=[paper.arxiv_id]), {"next": "https://evil.example/"})
    assert response.url.startswith(paper.get_absolute_url())


def test_a_visitor_is_sent_to_sign_in_and_no_vote_is_counted(client, paper):
    response = client.post(reverse("papers:upvote", args=[paper.arxiv_id]), {"next": "/papers/trending"})
    assert response.url == reverse("account_login") + "?next=/papers/trending"
    assert not Upvote.objects.exists()


def test_a_visitors_htmx_goes_to_sign_in_as_a_whole_page(client, paper):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/papers/trending"}
    response = client.post(reverse("papers:upvote", args=[paper.arxiv_id]), headers=headers)
    assert response["HX-Redirect"] == reverse("account_login") + "?next=/papers/trending"


def test_a_hidden_paper_takes_no_votes(client, paper, ada):
    Paper.objects.hide()
    client.force_login(ada)
    assert client.post(reverse("papers:upvote", args=[paper.arxiv_id])).status_code == 404
    assert not Upvote.objects.exists()


def test_a_link_can_not_vote(client, paper, ada):
    client.force_login(ada)
    assert client.get(reverse("papers:upvote", args=[paper.arxiv_id])).status_code == 405
