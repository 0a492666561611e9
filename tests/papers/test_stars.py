import json
import re
from datetime import UTC, datetime, timedelta

import pytest
import redis
import time_machine
from werkzeug import Response

from papers.models import Paper, Repository, Run, Source
from papers.stars import refresh_stars

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
URL = "https://github.com/bob/thing"


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def there(httpserver, settings):
    """GitHub's repositories: `there["bob/thing"] = 7`, None for one that is gone, or a whole Response."""
    settings.GITHUB_API_URL, settings.GITHUB_TOKEN = httpserver.url_for(""), ""
    repositories = {}

    def answer(request):
        name = request.path.removeprefix("/repos/")
        stars = repositories.get(name)
        if isinstance(stars, Response):
            return stars
        if stars is None:
            return Response("{}", 404)
        etag = f'"{name}-{stars}"'
        if request.headers.get("If-None-Match") == etag:
            return Response(status=304)
        body = json.dumps({"full_name": name, "stargazers_count": stars})
        return Response(body, headers={"ETag": etag}, content_type="application/json")

    httpserver.expect_request(re.compile("^/repos/")).respond_with_handler(answer)
    return repositories


@pytest.fixture
def linked(make_paper):
    """A paper of so many days ago that links to a repository."""

    def make(url=URL, *, days=1, **more) -> Paper:
        return make_paper(github_repo=url, published_at=NOW - timedelta(days=days), **more)

    return make


def asked(httpserver) -> list[str]:
    names = [request.path.removeprefix("/repos/") for request, _ in httpserver.log]
    httpserver.clear_log()
    return names


def stars(paper) -> int | None:
    paper.refresh_from_db()
    return paper.github_stars


def later(**span):
    return time_machine.travel(NOW + timedelta(**span), tick=False)


def test_the_stars_of_a_papers_repository_stand_on_the_paper(there, linked):
    there["bob/thing"] = 41
    paper = linked()
    refresh_stars()
    assert stars(paper) == 41
    assert (Repository.objects.get().full_name, Repository.objects.get().stars) == ("bob/thing", 41)
    run = Run.objects.get()
    assert (run.state, run.changed_count, run.request_count) == ("finished", 1, 1)


def test_two_papers_of_one_repository_cost_one_request(there, linked, httpserver):
    there["bob/thing"] = 41
    first, second = linked(), linked()
    refresh_stars()
    assert (stars(first), stars(second)) == (41, 41)
    assert asked(httpserver) == ["bob/thing"]


def test_the_next_day_asks_only_whether_something_has_changed(there, linked, httpserver):
    there["bob/thing"] = 41
    paper = linked()
    refresh_stars()
    with later(days=1, minutes=1):
        refresh_stars()
    assert httpserver.log[-1][1].status_code == 304
    assert (stars(paper), Run.objects.count()) == (41, 2)


def test_a_repository_is_asked_about_once_a_day_and_an_old_one_less_often(there, linked, httpserver):
    there["bob/thing"], there["bob/old"], there["bob/ancient"] = 1, 2, 3
    linked()
    linked("https://github.com/bob/old", days=100)
    linked("https://github.com/bob/ancient", days=1000)
    refresh_stars()
    assert asked(httpserver) == ["bob/thing", "bob/old", "bob/ancient"]
    with later(hours=23):
        refresh_stars()
        assert asked(httpserver) == []
    with later(days=2):
        refresh_stars()
        assert asked(httpserver) == ["bob/thing"]
    with later(days=8):
        refresh_stars()
        assert asked(httpserver) == ["bob/thing", "bob/old"]
    with later(days=31):
        refresh_stars()
        assert sorted(asked(httpserver)) == ["bob/ancient", "bob/old", "bob/thing"]


def test_what_is_in_the_feed_now_comes_first(there, linked, make_entry, httpserver):
    linked()
    make_entry(NOW.date(), paper=linked("https://github.com/bob/revived", days=300))
    refresh_stars()
    assert asked(httpserver) == ["bob/revived", "bob/thing"]


def test_a_moderators_number_stays(there, linked):
    there["bob/thing"] = 41
    paper = linked(github_stars=7, edited_fields=["github_stars"])
    refresh_stars()
    assert stars(paper) == 7


def test_a_deleted_repository_shows_no_stars_and_may_come_back(there, linked):
    there["bob/thing"] = 41
    paper = linked()
    refresh_stars()
    there["bob/thing"] = None
    with later(days=2):
        refresh_stars()
    assert (stars(paper), Repository.objects.get().gone_at) == (None, NOW + timedelta(days=2))
    there["bob/thing"] = 43
    with later(days=10):
        refresh_stars()
    assert stars(paper) is None
    with later(days=33):
        refresh_stars()
    assert (stars(paper), Repository.objects.get().gone_at) == (43, None)


def test_a_renamed_repository_is_followed_and_asked_for_by_its_new_name(there, linked, httpserver):
    there["bob/thing"] = Response(status=301, headers={"Location": httpserver.url_for("/repos/robert/thing")})
    there["robert/thing"] = 41
    paper = linked()
    refresh_stars()
    assert (stars(paper), Repository.objects.get().full_name) == (41, "robert/thing")
    asked(httpserver)
    with later(days=2):
        refresh_stars()
    assert asked(httpserver) == ["robert/thing"]


def test_at_githubs_limit_nothing_is_asked_until_it_is_over(there, linked, httpserver):
    reset = str(int((NOW + timedelta(minutes=30)).timestamp()))
    limited = Response("{}", 403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    there["bob/thing"], there["bob/second"], there["bob/third"] = 41, limited, 3
    linked(days=1)
    linked("https://github.com/bob/second", days=2)
    linked("https://github.com/bob/third", days=3)
    refresh_stars()
    assert asked(httpserver) == ["bob/thing", "bob/second"]
    assert Run.objects.get().state == "finished"
    with later(minutes=29):
        refresh_stars()
    assert asked(httpserver) == []
    assert Source.objects.get(name="github").position["until"].startswith("2026-01-07T12:30")


def test_a_limit_at_the_first_request_fails_the_run_with_the_reason(there, linked):
    there["bob/thing"] = Response("{}", 429)
    linked()
    refresh_stars()
    assert Run.objects.get().state == "failed"
    assert "limit" in Run.objects.get().error


def test_a_bad_answer_is_noted_and_the_others_are_asked(there, linked, httpserver):
    there["bob/thing"], there["bob/second"] = Response("<html>"), 2
    linked(days=1)
    linked("https://github.com/bob/second", days=2)
    refresh_stars()
    assert asked(httpserver) == ["bob/thing", "bob/second"]
    assert (Run.objects.get().refused_count, Run.objects.get().changed_count) == (1, 1)
    refresh_stars()
    assert asked(httpserver) == []


def test_repositories_that_always_fail_are_put_off_and_let_the_others_have_their_turn(
    there, linked, httpserver, settings
):
    for number in (1, 2, 3):
        there[f"bob/ill-{number}"] = Response(status=500)
        linked(f"https://github.com/bob/ill-{number}", days=number)
    there["bob/thing"] = 41
    paper = linked(days=9)
    for hours in (0, 1, 2):
        with later(hours=hours):
            refresh_stars()
        with redis.from_url(settings.REDIS_URL) as valkey:
            # By the next bell the circuit has rested.
            valkey.flushdb()
    assert stars(paper) == 41
    assert asked(httpserver) == [*["bob/ill-1"] * 4, *["bob/ill-2"] * 4, *["bob/ill-3"] * 4, "bob/thing"]


def test_out_of_reach_fails_the_run(there, linked, settings):
    settings.GITHUB_API_URL = "http://127.0.0.1:9"
    linked()
    refresh_stars()
    assert Run.objects.get().state == "failed"


def test_what_is_not_at_github_is_not_asked_for(there, linked, httpserver):
    linked("https://gitlab.com/bob/thing")
    linked("https://github.com/bob")
    refresh_stars()
    assert asked(httpserver) == []
    assert not Run.objects.exists()


def test_the_token_goes_along(there, linked, httpserver, settings):
    settings.GITHUB_TOKEN = "secret"
    linked()
    refresh_stars()
    assert httpserver.log[0][0].headers["Authorization"] == "Bearer secret"
