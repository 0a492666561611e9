"""Each picture is fetched once, and either it is here in the end or the reason why not."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from werkzeug import Response

from papers.models import Organization, Paper, Person, Picture, Run
from papers.pictures import fetch
from papers.pictures.fetch import fetch_pictures
from papers.tasks import fetch_pictures as task
from tests.papers.pictures import samples

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def the_picture() -> Picture:
    return Picture.objects.get()


def test_a_papers_picture_is_fetched_once_kept_and_shown(host, httpserver, make_open_paper, media_root):
    paper = make_open_paper(host("/figure.png", samples.picture("PNG", (1600, 900))))
    task()
    task()
    assert len(httpserver.log) == 1
    paper.refresh_from_db()
    picture = the_picture()
    assert paper.cover == picture
    assert paper.gallery == [picture]
    assert (picture.state, picture.reason, picture.tries) == ("stored", "", 1)
    assert (picture.small_width, picture.width, picture.height) == (640, 1280, 720)
    assert (media_root / picture.small).is_file()
    assert (media_root / picture.large).read_bytes()[8:12] == b"WEBP"
    assert not list((media_root / "incoming").iterdir())


def test_a_papers_video_is_kept_with_a_still(host, make_open_paper, media_root):
    make_open_paper(host("/film.qt", samples.video("mov", sound="aac"), "video/quicktime"))
    fetch_pictures()
    picture = the_picture()
    assert picture.state == "stored"
    assert picture.video.endswith(".mp4")
    assert (media_root / picture.video).is_file()
    assert (media_root / picture.large).is_file()


def test_avatars_of_submitters_and_organizations_are_fetched_and_no_others(host, make_entry, make_paper):
    carol = Person.objects.create(handle="carol", avatar_url=host("/carol.png"))
    Person.objects.create(handle="dave", avatar_url=host("/dave.png"))
    acme = Organization.objects.create(name="acme", full_name="Acme", avatar_url=host("/acme.jpeg", type="image/jpeg"))
    make_entry(date(2026, 1, 5), paper=make_paper(organization=acme), submitted_by_person=carol)
    fetch_pictures()
    carol.refresh_from_db()
    acme.refresh_from_db()
    assert carol.avatar.width == carol.avatar.height == 128
    assert acme.avatar.small_width == 64
    assert not Picture.objects.filter(url__endswith="dave.png").exists()


def test_a_face_that_changed_gives_way_to_the_initial_until_the_new_one_is_here(host, make_entry, make_paper):
    carol = Person.objects.create(handle="carol", avatar_url=host("/old.png"))
    make_entry(date(2026, 1, 5), submitted_by_person=carol)
    fetch_pictures()
    carol.refresh_from_db()
    assert carol.avatar
    carol.avatar_url = host("/new.png")
    assert carol.avatar is None
    carol.save()
    fetch_pictures()
    carol.refresh_from_db()
    assert carol.avatar.url.endswith("/new.png")


@pytest.mark.parametrize(
    ("data", "type", "reason"),
    [
        (samples.png(50_000, 50_000), "image/png", "pixels"),
        (samples.picture("JPEG")[:5000], "image/jpeg", "truncated"),
        (b"<!doctype html><title>Sign in</title>", "image/png", "no picture of a kind that we know"),
        (b"<!doctype html><title>Sign in</title>", "text/html", "type ‘text/html’"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "image/svg+xml", "type"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "image/png", "no picture"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "video/mp4", "no picture of a kind that we know"),
        (b"%PDF-1.7", "application/pdf", "type ‘application/pdf’"),
        (samples.picture(), "", "type ‘’"),
        (b"", "image/png", "no picture of a kind that we know"),
    ],
    ids=["bomb", "cut", "HTML as PNG", "HTML", "SVG", "SVG as PNG", "playlist", "PDF", "no type", "nothing"],
)
def test_what_is_no_picture_is_refused_at_once_and_the_drawn_cover_stays(host, make_open_paper, data, type, reason):
    paper = make_open_paper(host("/figure", data, type))
    fetch_pictures()
    paper.refresh_from_db()
    assert paper.cover is None
    assert the_picture().state == "refused"
    assert reason in the_picture().reason
    run = Run.objects.get()
    assert (run.state, run.refused_count, run.new_count) == ("finished", 1, 0)
    assert run.refusals == [[the_picture().url, the_picture().reason]]


def test_an_endless_answer_is_refused_at_the_limit(httpserver, host, make_paper):
    host("/")

    def endless():
        while True:
            yield b"\x89PNG" * 16_384

    httpserver.expect_request("/endless.png").respond_with_handler(
        lambda request: Response(endless(), content_type="image/png")
    )
    Organization.objects.create(name="acme", full_name="Acme", avatar_url=httpserver.url_for("/endless.png"))
    fetch_pictures()
    assert the_picture().state == "refused"
    assert f"more than {fetch.LIMITS[Picture.Use.AVATAR]} bytes" in the_picture().reason


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9/",
        "http://127.0.0.1/secret.png",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "file:///etc/passwd",
        "http://2130706433/",
    ],
)
def test_a_redirect_to_a_private_address_is_refused(host, make_open_paper, target):
    make_open_paper(host("/figure.png", b"", status=302, Location=target))
    fetch_pictures()
    assert the_picture().state == "refused"


@pytest.mark.parametrize("url", ["http://127.0.0.1/figure.png", "http://169.254.169.254/latest", "http://10.0.0.1/a"])
def test_a_private_address_is_never_asked(make_open_paper, url):
    make_open_paper(url)
    fetch_pictures()
    assert the_picture().state == "refused"
    assert "not a public one" in the_picture().reason


def test_what_fails_is_asked_for_again_an_hour_a_day_and_a_week_later_and_then_given_up(
    host, httpserver, make_open_paper, time_machine
):
    time_machine.move_to(NOON, tick=False)
    make_open_paper(host("/figure.png", b"", status=503))
    asked = []
    for hours in (0, 0.5, 1, 2, 24, 25, 26, 24 * 7, 24 * 8, 24 * 8 + 1, 24 * 9, 24 * 30):
        before = len(httpserver.log)
        time_machine.move_to(NOON + timedelta(hours=hours, minutes=1), tick=False)
        fetch_pictures()
        if len(httpserver.log) > before:
            asked.append(hours)
    assert asked == [0, 1, 25, 24 * 8 + 1]
    assert the_picture().state == "refused"
    assert "503" in the_picture().reason


def test_what_a_worker_died_over_comes_back_by_itself(host, make_open_paper, time_machine):
    time_machine.move_to(NOON, tick=False)
    paper = make_open_paper(host("/figure.png"))
    fetch.wanted.gather()
    assert Picture.objects.reserve()
    fetch_pictures()
    assert the_picture().state == "waiting"
    time_machine.move_to(NOON + timedelta(hours=1), tick=False)
    fetch_pictures()
    paper.refresh_from_db()
    assert paper.cover


def test_the_newest_days_come_first(host, httpserver, make_open_paper, make_entry):
    for day in (5, 7, 6):
        make_entry(date(2026, 1, day), paper=make_open_paper(host(f"/{day}.png", b"", "text/html")))
    fetch_pictures()
    assert [request.path for request, _ in httpserver.log] == ["/7.png", "/6.png", "/5.png"]


def test_a_server_that_wants_to_be_left_alone_is(host, make_open_paper, time_machine):
    time_machine.move_to(NOON, tick=False)
    make_open_paper(host("/figure.png", b"", status=429, **{"Retry-After": "1800"}))
    fetch_pictures()
    picture = the_picture()
    assert (picture.state, picture.tries) == ("waiting", 1)
    assert picture.next_try_at - timezone.now() >= timedelta(minutes=29)


def test_a_server_that_always_says_so_holds_up_no_other(host, make_open_paper):
    make_open_paper(host("/busy.png", b"", status=429, **{"Retry-After": "1800"}), host("/good.png"))
    fetch_pictures()
    assert set(Picture.objects.values_list("state", flat=True)) == {"waiting", "stored"}


def test_many_failures_in_a_row_end_the_run_and_leave_the_others_their_tries(host, make_open_paper):
    make_open_paper(*(host(f"/{number}.png", b"", status=500) for number in range(fetch.FAILURES + 2)))
    fetch_pictures()
    run = Run.objects.get()
    assert run.state == "failed"
    assert "5 in a row were not to be had" in run.error
    assert sorted(Picture.objects.values_list("tries", flat=True)) == [0, 0, 1, 1, 1, 1, 1]


def test_a_run_is_written_down_and_none_when_there_is_nothing_to_do(host, make_open_paper):
    fetch_pictures()
    assert not Run.objects.exists()
    make_open_paper(host("/a.png"), host("/b.png"))
    fetch_pictures()
    fetch_pictures()
    run = Run.objects.get()
    assert (run.source, run.state, run.new_count, run.request_count) == ("pictures", "finished", 2, 2)
    assert run.byte_count == 2 * len(samples.picture())


def test_the_first_picture_that_is_here_is_the_cover(host, make_open_paper):
    broken, film, figure = (
        host("/broken.png", b"broken"),
        host("/film.mp4", samples.video(), "video/mp4"),
        host("/f.png"),
    )
    paper = make_open_paper(broken, film, figure)
    fetch_pictures()
    paper.refresh_from_db()
    assert paper.cover.url == film
    assert [picture.url for picture in paper.gallery] == [film, figure]
    Paper.objects.update(media_urls=[figure, film])
    fetch_pictures()
    assert Paper.objects.get().cover.url == figure


def test_a_picture_that_its_paper_names_no_more_is_gone_from_the_page_at_once(host, make_open_paper):
    paper = make_open_paper(host("/figure.png"))
    fetch_pictures()
    paper.refresh_from_db()
    assert paper.cover
    paper.media_urls = []
    assert paper.cover is None


def test_one_picture_of_two_papers_is_fetched_once_and_shown_where_the_licence_allows_it(
    host, httpserver, make_open_paper
):
    url = host("/figure.png")
    shown, not_shown = make_open_paper(url), make_open_paper(url, license="")
    fetch_pictures()
    assert len(httpserver.log) == 1
    for paper in (shown, not_shown):
        paper.refresh_from_db()
    assert shown.cover
    assert not_shown.cover is None
    assert not_shown.gallery == []
