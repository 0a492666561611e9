"""A member's own feed: learned from upvotes, private, and never without a reason."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from papers import for_you, vectors
from papers.models import Embedding, Paper

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HTMX = {"HX-Request": "true"}
CATS = ["cats and their kittens", "feline animals, lions and cats", "how cats purr"]


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def about(make_paper):
    """Make papers whose title and abstract are about something, with their vectors."""

    def make(words: str, **more) -> Paper:
        more = {"published_at": NOW - timedelta(1), **more}
        paper = make_paper(title=words.title(), abstract=f"We study {words}.", **more)
        vectors.catch_up()
        return paper

    return make


@pytest.fixture
def cats(about):
    return [about(words) for words in CATS]


@pytest.fixture
def ada_likes_cats(ada, cats):
    for paper in cats:
        paper.upvote(by=ada)
    return ada


def recommended(member) -> list[str]:
    return [it.paper.title for it in for_you.recommend(member)]


def page_of(client, member) -> str:
    client.force_login(member)
    return client.get(reverse("papers:for_you")).text


def test_what_is_near_to_an_upvote_comes_first_and_says_which(ada_likes_cats, cats, about):
    about("galaxies and dark matter")
    about("kittens of cats")
    first, second = for_you.recommend(ada_likes_cats)
    assert (first.paper.title, second.paper.title) == ("Kittens Of Cats", "Galaxies And Dark Matter")
    assert first.because == cats[0]


def test_of_two_alike_the_recent_one_comes_first(ada_likes_cats, about):
    about("kittens of cats", arxiv_id="2511.00001", published_at=NOW - timedelta(100))
    about("kittens of cats", arxiv_id="2602.00001", published_at=NOW - timedelta(10))
    assert [it.paper.arxiv_id for it in for_you.recommend(ada_likes_cats)] == ["2602.00001", "2511.00001"]


def test_a_half_life_older_must_be_twice_as_close(ada_likes_cats, about):
    older = about("kittens of cats", published_at=NOW - timedelta(1) - for_you.HALF_LIFE)
    newer = about("the weather of tomorrow")
    ratio = _closeness(older, ada_likes_cats) / _closeness(newer, ada_likes_cats)
    assert ratio > 2
    assert recommended(ada_likes_cats)[0] == older.title
    Paper.objects.filter(pk=older.pk).update(published_at=NOW - timedelta(1) - for_you.HALF_LIFE * 4)
    assert recommended(ada_likes_cats)[0] == newer.title


def _closeness(paper, member) -> float:
    own = Embedding.objects.get(paper=paper).vector
    liked = Embedding.objects.filter(paper__upvotes__user=member).values_list("vector", flat=True)
    return max(sum(a * b for a, b in zip(own, it, strict=True)) for it in liked)


def test_an_old_paper_is_as_young_as_its_day_in_the_feed(ada_likes_cats, about):
    about("kittens of cats", arxiv_id="2602.00001", published_at=NOW - timedelta(10))
    landmark = about("kittens of cats", arxiv_id="1706.00001", published_at=NOW - timedelta(3000))
    Paper.objects.filter(pk=landmark.pk).update(featured_at=NOW)
    assert [it.paper.arxiv_id for it in for_you.recommend(ada_likes_cats)] == ["1706.00001", "2602.00001"]


def test_what_is_near_to_less_like_this_falls(ada_likes_cats, about):
    about("the purring of lions")
    about("kittens of cats")
    unwanted = about("kittens of cats and more kittens")
    assert recommended(ada_likes_cats)[:2] == ["Kittens Of Cats", "Kittens Of Cats And More Kittens"]
    unwanted.dismiss(by=ada_likes_cats)
    assert recommended(ada_likes_cats) == ["The Purring Of Lions", "Kittens Of Cats"]


def test_less_like_this_can_be_taken_back(ada_likes_cats, about):
    kittens = about("kittens of cats")
    kittens.dismiss(by=ada_likes_cats)
    kittens.dismiss(by=ada_likes_cats)
    assert recommended(ada_likes_cats) == []
    kittens.withdraw_dismissal(by=ada_likes_cats)
    kittens.withdraw_dismissal(by=ada_likes_cats)
    assert recommended(ada_likes_cats) == ["Kittens Of Cats"]


def test_an_upvote_takes_less_like_this_back(ada_likes_cats, about):
    kittens = about("kittens of cats")
    kittens.dismiss(by=ada_likes_cats)
    kittens.upvote(by=ada_likes_cats)
    assert not ada_likes_cats.dismissals.exists()


@pytest.mark.parametrize("field", ["hidden_at", "withdrawn_at", "deleted_at"])
def test_what_is_not_to_be_read_vanishes_at_once(client, ada_likes_cats, about, field):
    kittens = about("kittens of cats")
    assert kittens.get_absolute_url() in page_of(client, ada_likes_cats)
    Paper.objects.filter(pk=kittens.pk).update(**{field: timezone.now()})
    assert kittens.get_absolute_url() not in page_of(client, ada_likes_cats)


def test_a_hidden_upvoted_paper_is_no_reason(ada_likes_cats, cats, about):
    about("kittens of cats")
    Paper.objects.filter(pk=cats[0].pk).hide()
    assert [it.because.title for it in for_you.recommend(ada_likes_cats)] != [cats[0].title]


def test_a_paper_of_unknown_words_is_neither_shown_nor_learned_from(ada_likes_cats, cats, about):
    about("kittens of cats")
    nothing = about("lions")
    for paper in (nothing, cats[0]):
        Embedding.objects.filter(paper=paper).update(vector=[0] * 384)
    assert recommended(ada_likes_cats) == ["Kittens Of Cats"]


def test_only_the_newest_upvotes_are_learned_from(ada, about, cats):
    for paper in cats:
        paper.upvote(by=ada)
    for number in range(for_you.LEARNED_FROM):
        with time_machine.travel(NOW + timedelta(minutes=number + 1), tick=False):
            about(f"galaxies and dark matter {number}").upvote(by=ada)
    about("kittens of cats")
    assert [it.because.title.split()[0] for it in for_you.recommend(ada)] == ["Galaxies"]


def test_two_members_never_see_each_others(client, ada_likes_cats, eve, about):
    galaxies = [about(f"galaxies and dark matter, part {number}") for number in range(3)]
    for paper in galaxies:
        paper.upvote(by=eve)
    about("kittens of cats").dismiss(by=ada_likes_cats)
    about("dark energy of galaxies")
    ada_sees, eve_sees = page_of(client, ada_likes_cats), page_of(client, eve)
    reason = "Because you upvoted <a href="
    assert reason in ada_sees
    assert not any(f'{reason}"{paper.get_absolute_url()}"' in ada_sees for paper in galaxies)
    assert "Kittens Of Cats</a></h3>" in eve_sees
    assert "What you wanted less of" not in eve_sees
    client.force_login(eve)
    assert "Kittens Of Cats" not in client.get(reverse("papers:dismissals")).text


def test_no_shared_cache_may_keep_it(client, ada_likes_cats, about):
    about("kittens of cats")
    client.force_login(ada_likes_cats)
    response = client.get(reverse("papers:for_you"))
    assert "private" in response["Cache-Control"]
    client.logout()
    assert "Kittens" not in client.get(reverse("papers:for_you"), headers={"If-None-Match": response["ETag"]}).text


def test_a_visitor_is_told_what_it_is_and_where_to_sign_in(client, db):
    page = client.get(reverse("papers:for_you"))
    assert page.status_code == 200
    assert f"{reverse('account_login')}?next=" in page.text


def test_before_three_upvotes_the_page_says_what_to_do(client, ada, cats):
    assert "It begins with 3 upvotes" in page_of(client, ada)
    cats[0].upvote(by=ada)
    assert "1 of 3 upvotes" in page_of(client, ada)


def test_without_vectors_the_page_says_so(client, ada, make_paper):
    for _ in range(3):
        make_paper().upvote(by=ada)
    assert "Nothing to suggest yet" in page_of(client, ada)


def test_it_can_be_switched_off_in_the_settings(client, ada_likes_cats, about):
    about("kittens of cats")
    client.force_login(ada_likes_cats)
    client.post(reverse("accounts:edit_profile"), {"username": "ada"})
    page = client.get(reverse("papers:for_you")).text
    assert "Switched off" in page
    assert "Kittens" not in page
    assert f'class="menu-item" href="{reverse("papers:for_you")}"' not in page
    client.post(reverse("accounts:edit_profile"), {"username": "ada", "is_feed_personal": "on"})
    assert "Kittens" in client.get(reverse("papers:for_you")).text


def test_less_like_this_answers_with_the_way_back(client, ada_likes_cats, about):
    kittens = about("kittens of cats")
    client.force_login(ada_likes_cats)
    answer = client.post(reverse("papers:dismiss", args=[kittens.arxiv_id]), headers=HTMX)
    assert "You will see less like" in answer.text
    assert reverse("papers:withdraw_dismissal", args=[kittens.arxiv_id]) in answer.text
    assert client.post(reverse("papers:dismiss", args=[kittens.arxiv_id])).url == reverse("papers:for_you")
    assert "Kittens Of Cats" in client.get(reverse("papers:dismissals")).text


def test_undoing_leads_back_to_the_page_it_was_done_on(client, ada_likes_cats, about):
    kittens = about("kittens of cats")
    client.force_login(ada_likes_cats)
    url = reverse("papers:withdraw_dismissal", args=[kittens.arxiv_id])
    assert client.post(url, {"next": reverse("papers:dismissals")}).url == reverse("papers:dismissals")
    assert client.post(url, {"next": "https://evil.example/"}).url == reverse("papers:for_you")


@pytest.mark.parametrize("verb", ["papers:dismiss", "papers:withdraw_dismissal"])
def test_a_visitor_can_not_dismiss(client, paper, verb):
    url = reverse(verb, args=[paper.arxiv_id])
    assert client.get(url).status_code == 405
    assert reverse("account_login") in client.post(url).url


def test_deleting_the_account_deletes_what_was_dismissed(ada, paper):
    paper.dismiss(by=ada)
    ada.delete_account()
    assert not paper.dismissals.exists()
    paper.dismiss(by=ada)
    assert not paper.dismissals.exists()


def test_the_page_costs_the_same_queries_however_much_there_is(
    client, ada_likes_cats, about, django_assert_max_num_queries
):
    for number in range(12):
        about(f"kittens of cats, part {number}")
    client.force_login(ada_likes_cats)
    with django_assert_max_num_queries(8):
        client.get(reverse("papers:for_you"))
