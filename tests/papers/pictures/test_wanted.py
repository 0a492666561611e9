"""Which pictures are to be here follows from the papers, people and organizations of the moment."""

import os
import threading
import time
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from papers.models import Organization, Paper, Person, Picture
from papers.models.picture import MOST
from papers.pictures import store, wanted
from papers.pictures.fetch import fetch_pictures
from papers.tasks import sweep_pictures
from tests.papers.pictures import samples

OPEN = "https://creativecommons.org/licenses/by/4.0/"
FIGURE = "https://example.org/figure.png"
CARD = "https://cdn-thumbnails.huggingface.co/social-thumbnails/papers/2601.00001.png"


def gathered() -> set[str]:
    wanted.gather()
    return set(Picture.objects.values_list("url", flat=True))


@pytest.mark.parametrize(
    ("license", "is_wanted"),
    [
        (OPEN, True),
        ("http://creativecommons.org/licenses/by-sa/4.0/", True),
        ("http://creativecommons.org/publicdomain/zero/1.0/", True),
        ("http://creativecommons.org/licenses/by-nc-sa/4.0/", False),
        ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", False),
        ("", False),
    ],
)
def test_the_licence_decides_whether_a_papers_media_are_wanted(make_open_paper, license, is_wanted):
    make_open_paper(FIGURE, license=license)
    assert gathered() == ({FIGURE} if is_wanted else set())


def test_an_operator_may_want_them_whatever_the_licence(make_open_paper, settings):
    settings.MIRROR_MEDIA = True
    make_open_paper(FIGURE, license="")
    assert gathered() == {FIGURE}


def test_a_share_card_is_never_wanted(make_open_paper, settings):
    settings.MIRROR_MEDIA = True
    make_open_paper(CARD, FIGURE)
    assert gathered() == {FIGURE}


def test_a_hidden_paper_wants_nothing(make_open_paper):
    make_open_paper(FIGURE, hidden_at=timezone.now())
    assert gathered() == set()


def test_a_paper_with_very_many_media_wants_the_first(make_open_paper):
    make_open_paper(*(f"{FIGURE}?{number}" for number in range(MOST + 20)))
    assert len(gathered()) == MOST


def test_a_vector_avatar_is_a_program_and_not_wanted(make_entry):
    person = Person.objects.create(handle="carol", avatar_url="https://huggingface.co/avatars/2e16.svg")
    make_entry(date(2026, 1, 5), submitted_by_person=person)
    Organization.objects.create(name="acme", full_name="Acme", avatar_url="https://huggingface.co/avatars/3f.SVG")
    assert gathered() == set()


def test_gathering_again_changes_nothing(make_open_paper):
    make_open_paper(FIGURE)
    assert wanted.gather() == 1
    before = Picture.objects.values().get()
    assert wanted.gather() == 0
    assert Picture.objects.values().get() == before


def test_a_picture_has_the_newest_day_on_which_it_is_seen(make_open_paper, make_entry):
    for day in (5, 9, 7):
        make_entry(date(2026, 1, day), paper=make_open_paper(FIGURE))
    wanted.gather()
    assert Picture.objects.get().day == date(2026, 1, 9)


def a_stored_picture(url: str = FIGURE, use: str = "media") -> Picture:
    with store.workbench() as folder:
        (folder / "a.webp").write_bytes(os.urandom(100))
        name = store.keep(folder / "a.webp")
    return Picture.objects.create(
        url=url, use=use, state="stored", small=name, large=name, small_width=64, width=64, height=64
    )


def age(path) -> None:
    """Let a file be two days old."""
    os.utime(path, (time.time() - 2 * store.FRESH,) * 2)


def test_a_paper_that_shows_another_picture_has_changed_for_its_readers(make_open_paper):
    paper = make_open_paper(FIGURE)
    before = paper.modified_at
    a_stored_picture()
    assert wanted.assign() == 1
    paper.refresh_from_db()
    assert paper.cover
    assert paper.modified_at > before
    assert wanted.assign() == 0


def test_an_avatar_is_no_cover(make_open_paper):
    make_open_paper(FIGURE)
    a_stored_picture(use="avatar")
    assert wanted.assign() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/"},
        {"media_urls": []},
        {"hidden_at": timezone.now()},
    ],
    ids=["another licence", "named no more", "hidden"],
)
def test_a_picture_that_may_not_be_shown_any_more_is_off_the_page_at_once_and_swept_later(
    client, make_open_paper, media_root, change
):
    paper = make_open_paper(FIGURE)
    picture = a_stored_picture()
    wanted.assign()
    file = media_root / picture.large
    age(file)
    assert picture.large_url in client.get(paper.get_absolute_url()).content.decode()

    Paper.objects.update(**change)
    assert picture.large_url not in client.get(paper.get_absolute_url()).content.decode()
    sweep_pictures()
    assert not file.exists()
    assert not Picture.objects.exists()
    paper.refresh_from_db()
    assert paper.picture is None


def test_a_sweep_keeps_what_is_wanted_and_what_is_fresh(make_open_paper, media_root):
    make_open_paper(FIGURE)
    picture = a_stored_picture()
    fresh = media_root / a_stored_picture("https://example.org/nobodys.png").large
    age(media_root / picture.large)
    abandoned = media_root / store.INCOMING / "tmp1" / "original"
    abandoned.parent.mkdir(parents=True)
    abandoned.write_bytes(b"")
    age(abandoned)
    sweep_pictures()
    assert Picture.objects.get() == picture
    assert (media_root / picture.large).exists()
    assert fresh.exists()
    assert not abandoned.exists()


def test_the_same_content_has_one_name_and_is_fresh_again(media_root):
    names = []
    for _ in range(2):
        with store.workbench() as folder:
            (folder / "a.webp").write_bytes(b"the same")
            names.append(store.keep(folder / "a.webp"))
        was_fresh = time.time() - (media_root / names[-1]).stat().st_mtime < 60
        age(media_root / names[-1])
        assert was_fresh
    assert names[0] == names[1]


def test_a_paper_that_is_shown_again_has_its_picture_fetched_again(host, make_open_paper, httpserver):
    paper = make_open_paper(host("/figure.png"))
    fetch_pictures()
    Paper.objects.update(license="")
    sweep_pictures()
    Paper.objects.update(license=OPEN)
    fetch_pictures()
    paper.refresh_from_db()
    assert paper.cover
    assert len(httpserver.log) == 2


@pytest.mark.django_db(transaction=True)
def test_workers_that_reserve_at_once_never_get_the_same_picture(make_open_paper):
    make_open_paper(*(f"{FIGURE}?{number}" for number in range(10)))
    wanted.gather()
    reserved, together = [], threading.Barrier(4)

    def work():
        together.wait()
        while picture := Picture.objects.reserve():
            reserved.append(picture.pk)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(reserved) == sorted(Picture.objects.values_list("pk", flat=True))


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_fetch_at_the_same_time(host, httpserver, make_open_paper):
    make_open_paper(*(host(f"/{number}.png", samples.picture("PNG", (64, 64))) for number in range(6)))
    together = threading.Barrier(2)

    def work():
        together.wait()
        fetch_pictures()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Picture.objects.filter(state="stored").count() == 6
    assert len(httpserver.log) == 6
