"""What moderators see of a digest before it goes out. Jan 5, 2026 is a Monday."""

from datetime import date

import pytest
from django.urls import reverse

from feed.models import Digest
from feed.periods import Day, Week

MONDAY = Day(date(2026, 1, 5))


def look(client, user, name="feed:day_digest", period=MONDAY):
    if user:
        client.force_login(user)
    return client.get(reverse(name, args=[period]))


@pytest.mark.parametrize("name", ["feed:day_digest", "feed:day_digest_mail"])
def test_only_moderators_see_the_preview(client, make_entry, ada, mod, name):
    make_entry(MONDAY.start)
    visitor = look(client, None, name)
    assert visitor.status_code == 302
    assert visitor.url == f"{reverse('account_login')}?next={reverse(name, args=[MONDAY])}"
    assert look(client, ada, name).status_code == 403
    assert look(client, mod, name).status_code == 200


def test_the_preview_shows_subject_text_and_frame_and_composes_nothing(client, mod, make_entry, make_paper):
    make_entry(MONDAY.start, paper=make_paper(title="Second & Last"))
    page = look(client, mod).text
    assert "Second &amp; Last · Jan 5, 2026" in page
    assert " 1. Second &amp; Last" in page
    assert f'<iframe src="{reverse("feed:day_digest_mail", args=[MONDAY])}"' in page
    assert "Not composed yet" in page
    assert not Digest.objects.exists()


def test_the_preview_of_what_is_composed_shows_it_as_it_is(client, mod, make_entry):
    make_entry(MONDAY.start)
    Digest.objects.compose(MONDAY)
    make_entry(MONDAY.start, upvotes=99)
    page = look(client, mod).text
    assert "it goes out as it stands here" in page
    assert "One paper." in page


def test_the_frame_may_be_styled_but_runs_and_loads_nothing(client, mod, make_entry):
    make_entry(MONDAY.start)
    response = look(client, mod, "feed:day_digest_mail")
    rules = response["Content-Security-Policy"]
    assert "default-src 'none'" in rules
    assert "script-src" not in rules
    assert "allow-scripts" not in rules
    assert "allow-same-origin" not in rules
    assert "frame-ancestors 'self'" in rules
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "\ue000" not in response.text


@pytest.mark.parametrize("period", [MONDAY, Week(MONDAY.start), Day(date(2090, 1, 1))])
def test_the_preview_of_an_empty_period_says_that_nothing_is_sent(client, mod, period):
    response = look(client, mod, f"feed:{period.name}_digest", period)
    assert response.status_code == 200
    assert "Nothing to send" in response.text
    assert look(client, mod, f"feed:{period.name}_digest_mail", period).status_code == 404


def test_the_preview_leads_to_the_nearest_periods_with_papers(client, mod, make_entry):
    make_entry(date(2025, 12, 29))
    make_entry(date(2026, 1, 14))
    day, week = look(client, mod).text, look(client, mod, "feed:week_digest", Week(MONDAY.start)).text
    for page, name, neighbours in [
        (day, "day", ["2025-12-29", "2026-01-14"]),
        (week, "week", ["2026-W01", "2026-W03"]),
    ]:
        for neighbour in neighbours:
            assert f'href="/moderation/digest/{"date" if name == "day" else "week"}/{neighbour}"' in page


def test_a_moderator_finds_the_preview_in_their_menu_and_in_the_admin(client, mod, ada, make_entry):
    make_entry(MONDAY.start)
    client.force_login(mod)
    way = reverse("feed:digests")
    assert f'href="{way}"' in client.get(reverse("feed:papers")).text
    assert f'href="{way}"' in client.get(reverse("admin:index")).text
    newest = reverse("feed:newest_digest")
    assert f'href="{newest}"' in client.get(way).text
    assert client.get(newest).url == reverse("feed:day_digest", args=[MONDAY])
    client.force_login(ada)
    assert f'href="{way}"' not in client.get(reverse("feed:papers")).text


def test_the_preview_costs_the_same_queries_however_many_papers(client, mod, make_entry, django_assert_max_num_queries):
    client.force_login(mod)
    make_entry(MONDAY.start)
    with django_assert_max_num_queries(10) as few:
        look(client, None)
    for _ in range(12):
        make_entry(MONDAY.start)
    with django_assert_max_num_queries(len(few)):
        look(client, None)
