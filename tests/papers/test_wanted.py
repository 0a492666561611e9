"""Papers that members ask for: from the press on the button to the paper's page, or to the word why there is none."""

import threading
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
import redis
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from lxml import html

from papers.condition import conditions
from papers.lookup import look_up
from papers.models import Paper, Run, Wanted
from papers.models.wanted import NotMissing, TooMany
from papers.tasks import forget_wanted
from papers.watch import silence_of
from tests.archive import Archive, made
from tests.conftest import member
from tests.replay import Answer

NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)
HTMX = {"HX-Request": "true"}
POLL = {"HX-Request": "true", "HX-Target": "wanted"}
ID = "2601.00003"


@pytest.fixture(autouse=True)
def _clock(db):
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def press(client):
    """Press the button, with htmx or without."""

    def press(who, arxiv_id=ID, **more):
        client.force_login(who)
        return client.post(reverse("papers:take_in", args=[arxiv_id]), **more)

    return press


def ask(who, arxiv_id=ID) -> Wanted:
    return Wanted.objects.ask(arxiv_id, by=who)


def stored(arxiv_id=ID) -> Wanted:
    return Wanted.objects.get(arxiv_id=arxiv_id)


def search_for(arxiv_id=ID) -> str:
    return f"{reverse('feed:papers')}?{urlencode({'q': arxiv_id})}"


def section(response):
    (found,) = html.fromstring(response.content).xpath("//*[@id='wanted']")
    return found


def heading(response) -> str:
    return section(response).xpath("string(.//h3)")


def offers(response) -> list[str]:
    """What stands on the section's button, or on the link in its place."""
    return [it.text_content() for it in section(response).xpath(".//form//button | .//a[contains(@href, 'login')]")]


def asked(server) -> list[str]:
    return [line.query["identifier"].removeprefix("oai:arXiv.org:") for line in server.log]


def later(**span):
    return time_machine.travel(NOW + timedelta(**span), tick=False)


def rested(settings) -> None:
    """By the next bell the circuit has rested."""
    with redis.from_url(settings.REDIS_URL) as valkey:
        valkey.flushdb()


# --- From the press to the page --------------------------------------------------------------------------------------


def test_what_a_member_asks_for_is_fetched_and_the_page_leads_to_it(client, press, ada, serve_archive):
    serve_archive(made(ID))
    client.force_login(ada)
    assert offers(client.get(search_for())) == ["Take it in"]
    answer = press(ada, headers=HTMX)
    assert "<html" not in answer.text
    assert heading(answer) == f"{ID} is being taken in"
    assert section(answer).get("hx-trigger") == "every 3s"
    assert heading(client.get(search_for(), headers=POLL)) == f"{ID} is being taken in"
    look_up()
    assert client.get(search_for(), headers=POLL)["HX-Refresh"] == "true"
    assert client.get(search_for()).url == reverse("papers:paper", args=[ID])
    assert client.get(reverse("papers:paper", args=[ID])).status_code == 200
    assert (stored().state, stored().asked_by, stored().answered_at) == ("here", ada, NOW)
    assert (Run.objects.get().state, Run.objects.get().new_count) == ("finished", 1)


def test_without_script_the_press_leads_back_to_the_search(client, press, ada):
    assert press(ada).url == search_for()
    page = client.get(search_for())
    assert heading(page) == f"{ID} is being taken in"
    assert section(page).xpath("string(.//a[@id='wanted-step']/@href)") == search_for()


@pytest.mark.django_db(transaction=True)
def test_the_press_rings_the_bell(press, ada, serve_archive):
    server = serve_archive(made(ID))
    press(ada)
    assert asked(server) == [ID]
    assert Paper.objects.get().arxiv_id == ID


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("no_queue")
def test_without_a_queue_it_waits_for_the_timetable(press, ada, serve_archive, caplog):
    serve_archive(made(ID))
    assert heading(press(ada, headers=HTMX)) == f"{ID} is being taken in"
    assert "waits for the timetable" in caplog.text
    look_up()
    assert stored().state == "here"


@pytest.mark.parametrize("spelling", ["hep-th/9901001", "https://arxiv.org/abs/hep-th/9901001v2"])
def test_an_id_of_the_old_form_is_asked_for_however_it_is_spelled(client, press, ada, serve_archive, spelling):
    client.force_login(ada)
    page = client.get(search_for(spelling))
    assert section(page).xpath("string(.//form/@action)") == reverse("papers:take_in", args=["hep-th/9901001"])
    assert press(ada, "hep-th/9901001").url == search_for("hep-th/9901001")
    assert stored("hep-th/9901001").is_waiting


def test_a_visitor_is_led_to_sign_in_and_back(client, press):
    page = client.get(search_for())
    assert offers(page) == ["Sign in to have it taken in"]
    (link,) = section(page).xpath(".//a[contains(@href, 'login')]/@href")
    assert link == f"{reverse('account_login')}?{urlencode({'next': search_for()}, safe='/')}"
    posted = client.post(reverse("papers:take_in", args=[ID]), {"next": search_for()})
    assert posted.url == link
    posted = client.post(
        reverse("papers:take_in", args=[ID]), headers={**HTMX, "HX-Current-URL": f"http://testserver{search_for()}"}
    )
    assert posted["HX-Redirect"] == link
    assert not Wanted.objects.exists()


def test_a_visitor_sees_what_has_become_of_it_and_no_cache_keeps_that(client, ada, serve_archive):
    serve_archive(made(ID))
    assert "public" in client.get(search_for())["Cache-Control"]
    ask(ada)
    page = client.get(search_for())
    assert heading(page) == f"{ID} is being taken in"
    assert page["Cache-Control"] == "private, no-cache"
    look_up()
    assert client.get(search_for(), headers=POLL)["Cache-Control"] == "private, no-store"


def test_a_get_asks_for_nothing(client, ada):
    client.force_login(ada)
    assert client.get(reverse("papers:take_in", args=[ID])).status_code == 405
    assert not Wanted.objects.exists()


def test_a_form_of_another_site_asks_for_nothing(ada):
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post(reverse("papers:take_in", args=[ID])).status_code == 403
    assert not Wanted.objects.exists()


def test_the_page_of_a_paper_that_is_not_here_leads_to_the_offer(client):
    page = client.get(reverse("papers:paper", args=[ID]))
    assert page.status_code == 404
    assert f'href="{search_for()}"' in page.text
    assert "?q=" not in client.get("/papers/date/yesterday").text


# --- What becomes of it ----------------------------------------------------------------------------------------------


def test_what_arxiv_does_not_have_is_said_and_may_be_asked_for_after_a_day(client, press, ada, bob, serve_archive):
    server = serve_archive(made("2601.00006"))
    ask(ada)
    look_up()
    page = client.get(search_for())
    assert heading(page) == f"arXiv has no paper {ID}"
    assert section(page).get("hx-trigger") is None
    assert offers(page) == []
    assert heading(press(bob, headers=HTMX)) == f"arXiv has no paper {ID}"
    look_up()
    assert asked(server) == [ID]
    with later(hours=24):
        assert offers(client.get(search_for())) == ["Ask for it again"]
        assert heading(press(bob, headers=HTMX)) == f"{ID} is being taken in"
        assert (stored().asked_by, stored().asked_at) == (bob, timezone.now())
        serve_archive(made(ID))
        look_up()
        assert stored().state == "here"


def test_what_arxiv_has_deleted_it_does_not_have(client, ada, serve_archive):
    # Every fiftieth of the archive is deleted.
    serve_archive(made("2601.00050"))
    ask(ada, "2601.00050")
    look_up()
    assert heading(client.get(search_for("2601.00050"))) == "arXiv has no paper 2601.00050"
    assert not Paper.objects.exists()


def test_out_of_reach_leaves_it_waiting_and_says_that_it_is_tried_again(client, ada, settings, serve_archive):
    settings.ARXIV_OAI_URL = "http://127.0.0.1:9"
    ask(ada)
    look_up()
    assert Run.objects.get().state == "failed"
    page = client.get(search_for())
    assert heading(page) == f"{ID} is still to come"
    assert "asked again within the hour" in section(page).text_content()
    assert section(page).get("hx-trigger") is None
    assert ask(ada).due_at == NOW + timedelta(hours=1)
    rested(settings)
    server = serve_archive(made(ID))
    look_up()
    assert asked(server) == []
    with later(hours=1):
        look_up()
    assert (asked(server), stored().state) == ([ID], "here")


def test_bad_answers_are_given_up_in_the_end(client, ada, serve_archive):
    server = serve_archive(answer=lambda request: Answer(b"<html>"))
    ask(ada)
    for hours in range(7):
        with later(hours=hours):
            look_up()
    assert len(asked(server)) == 5
    assert (stored().state, stored().answered_at) == ("unreadable", NOW + timedelta(hours=4))
    assert stored().reason == "the answer is an HTML page, not a feed"
    with later(hours=5):
        assert heading(client.get(search_for())) == f"{ID} can’t be read"


def test_a_record_that_is_no_paper_can_not_be_read(client, ada, serve_archive):
    serve_archive(made(ID, title=""))
    ask(ada)
    look_up()
    assert (stored().state, bool(stored().reason)) == ("unreadable", True)
    assert heading(client.get(search_for())) == f"{ID} can’t be read"


def test_what_came_in_another_way_is_asked_of_nobody(ada, serve_archive, make_paper):
    server = serve_archive()
    ask(ada)
    make_paper(ID, looked_up_at=NOW)
    look_up()
    assert (asked(server), stored().state) == ([], "here")


def test_what_is_wanted_goes_first_in_the_order_in_which_it_was_asked_for(ada, bob, make_paper, serve_archive):
    server = serve_archive(made("2601.00012"), made(ID))
    make_paper("2601.00009")
    ask(ada, "2601.00012")
    ask(bob)
    look_up()
    assert asked(server) == ["2601.00012", ID, "2601.00009"]


@pytest.mark.django_db(transaction=True)
def test_what_is_wanted_while_a_run_is_on_is_asked_for_next(ada, make_paper, serve_archive):
    here = ["2601.00009", "2601.00007", "2601.00006"]
    archive = Archive([made(name) for name in [*here, ID]], until=date(2026, 1, 8), days=1, page_size=20)
    for name in reversed(here):
        make_paper(name)

    def answer(request) -> Answer:
        # In the server's own thread, with a session of its own, as a member would.
        if request.query["identifier"].endswith(here[0]):
            try:
                ask(ada)
            finally:
                connection.close()
        return archive(request)

    server = serve_archive(answer=answer)
    look_up()
    assert asked(server) == [here[0], ID, *here[1:]]


# --- Who may, and what may not --------------------------------------------------------------------------------------


def test_a_paper_that_is_here_is_gone_to_at_once(press, paper, ada):
    assert press(ada, paper.arxiv_id).url == paper.get_absolute_url()
    assert press(ada, paper.arxiv_id, headers=HTMX)["HX-Refresh"] == "true"
    assert not Wanted.objects.exists()


def test_a_hidden_paper_is_neither_offered_nor_asked_for(client, press, paper, ada, serve_archive):
    server = serve_archive(made(paper.arxiv_id))
    Paper.objects.hide()
    client.force_login(ada)
    page = client.get(search_for(paper.arxiv_id))
    assert heading(page) == f"{paper.arxiv_id} is not in this catalogue"
    assert offers(page) == []
    assert press(ada, paper.arxiv_id).status_code == 404
    with pytest.raises(NotMissing):
        ask(ada, paper.arxiv_id)
    assert asked(server) == []


def test_one_that_is_hidden_after_it_came_is_not_offered_again(client, ada, serve_archive):
    serve_archive(made(ID))
    ask(ada)
    look_up()
    Paper.objects.hide()
    client.force_login(ada)
    assert offers(client.get(search_for())) == []


def test_one_that_was_here_and_is_gone_can_be_asked_for_at_once(client, ada, serve_archive):
    serve_archive(made(ID))
    ask(ada)
    look_up()
    Paper.objects.all().delete()
    client.force_login(ada)
    assert offers(client.get(search_for())) == ["Take it in"]
    assert ask(ada).is_waiting


def test_two_members_ask_for_one_paper_and_arxiv_is_asked_once(ada, bob, serve_archive):
    server = serve_archive(made(ID))
    assert ask(ada) == ask(bob) == stored()
    assert stored().asked_by == ada
    look_up()
    look_up()
    assert asked(server) == [ID]


def test_there_is_a_limit_within_a_day_and_a_clear_word_about_it(client, press, ada, bob):
    for number in range(Wanted.MOST):
        ask(ada, f"2601.{number + 101:05}")
    with pytest.raises(TooMany):
        ask(ada)
    answer = press(ada, headers=HTMX)
    assert answer.status_code == 200
    assert "You have asked for 50 papers within a day" in answer.text
    assert offers(answer) == ["Take it in"]
    assert "You have asked for 50 papers within a day" in client.get(press(ada).url).text
    # What is asked for already costs nothing.
    assert ask(ada, "2601.00101").is_waiting
    assert ask(bob, "2601.00102").asked_by == ada
    assert ask(bob).asked_by == bob
    with later(hours=24):
        assert ask(ada, "2601.00099").asked_by == ada


def test_who_leaves_is_named_no_more_and_others_go_on_waiting(ada, serve_archive):
    serve_archive(made(ID))
    ask(ada)
    ada.delete_account()
    assert stored().asked_by is None
    with pytest.raises(TooMany):
        ask(ada, "2601.00006")
    look_up()
    assert stored().state == "here"


@pytest.mark.django_db(transaction=True)
def test_many_who_ask_at_once_make_one_row_and_none_gets_past_the_limit():
    members = [member(f"member-{number}") for number in range(4)]
    for number in range(Wanted.MOST - 1):
        ask(members[0], f"2601.{number + 101:05}")
    errors: list[Exception] = []
    barrier = threading.Barrier(8)

    def run(who, arxiv_id):
        try:
            barrier.wait()
            ask(who, arxiv_id)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    several = [(who, ID) for who in members[1:]] * 2
    # One more is left to the first of them.
    threads = [threading.Thread(target=run, args=it) for it in [*several, (members[0], "1"), (members[0], "2")]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(error) for error in errors] == [TooMany]
    assert Wanted.objects.filter(arxiv_id=ID).count() == 1
    assert Wanted.objects.asked_today(members[0]) == Wanted.MOST


# --- How long, and how much ------------------------------------------------------------------------------------------


def test_the_page_looks_again_ever_less_often_and_not_for_ever(client, ada):
    ask(ada)
    looks = {}
    for minutes in (0, 1, 2, 4, 6, 14, 15, 60):
        with later(minutes=minutes):
            page = client.get(search_for())
            looks[minutes] = section(page).get("hx-trigger"), heading(page).removeprefix(f"{ID} is ")
    assert looks == {
        0: ("every 3s", "being taken in"),
        1: ("every 3s", "being taken in"),
        2: ("every 15s", "being taken in"),
        4: ("every 15s", "being taken in"),
        6: ("every 15s", "still to come"),
        14: ("every 15s", "still to come"),
        15: (None, "still to come"),
        60: (None, "still to come"),
    }


def test_what_was_asked_for_long_ago_is_forgotten(ada):
    ask(ada)
    with later(days=89):
        ask(ada, "2601.00006")
        forget_wanted()
        assert Wanted.objects.count() == 2
    with later(days=91):
        forget_wanted()
        assert Wanted.objects.get().arxiv_id == "2601.00006"


def test_operators_see_how_many_are_to_be_looked_up_and_hear_of_a_silence(ada, make_paper):
    def left():
        return next(it.left for it in conditions(NOW, {}) if it.name == "arxiv-ids")

    make_paper("2601.00006")
    ask(ada)
    assert left() == "2 papers to look up"
    Paper.objects.all().delete()
    assert left() == "1 paper to look up"
    Run.objects.create(source="arxiv-ids", state="finished", started_at=NOW, finished_at=NOW)
    assert silence_of("arxiv-ids", NOW + timedelta(hours=25))
    Wanted.objects.all().delete()
    assert not silence_of("arxiv-ids", NOW + timedelta(hours=25))


def test_the_page_costs_the_same_few_queries_however_much_is_wanted(client, ada, django_assert_max_num_queries):
    ask(ada)
    client.force_login(ada)
    with django_assert_max_num_queries(8) as few:
        client.get(search_for())
    for number in range(40):
        ask(ada, f"2601.{number + 101:05}")
    with django_assert_max_num_queries(len(few)):
        client.get(search_for())


def test_what_is_due_is_found_by_its_index(ada):
    ask(ada)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_bitmapscan = off")
        cursor.execute("set local enable_sort = off")
    assert "wanted_due" in Wanted.objects.due()[:1].explain()
