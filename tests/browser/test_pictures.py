"""Pictures and videos on the pages: fetched from elsewhere, seen from here."""

from datetime import date
from functools import cache

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import expect

from feed.periods import Day
from papers.models import Organization, Person, Picture
from papers.pictures import store, wanted
from tests.browser import with_and_without_scripts
from tests.browser.barriers import has_no_barrier
from tests.papers.pictures import samples

MONDAY = Day(date(2024, 5, 20))
MOST_QUERIES = 10


@cache
def made() -> dict[str, bytes]:
    """What a worker makes, made once."""
    pictures = {f"{width}.webp": samples.picture("WEBP", (width, width * 9 // 16)) for width in (640, 1280)}
    return {**pictures, "face.webp": samples.picture("WEBP", (64, 64)), "film.mp4": samples.video(size=(640, 360))}


def keep(name: str, folder) -> str:
    (folder / name).write_bytes(made()[name])
    return store.keep(folder / name)


@pytest.fixture
def day(media_root, make_open_paper, make_entry):
    """A day with a picture, a video and a drawn cover, in this order."""
    figure, film, face = (
        "https://example.org/figure.png",
        "https://example.org/film.mp4",
        "https://example.org/face.png",
    )
    with store.workbench() as folder:
        sizes = {"small": keep("640.webp", folder), "large": keep("1280.webp", folder), "small_width": 640}
        sizes |= {"width": 1280, "height": 720, "state": "stored"}
        Picture.objects.create(url=figure, use="media", **sizes)
        Picture.objects.create(url=film, use="media", video=keep("film.mp4", folder), **sizes)
        small = keep("face.webp", folder)
        square = {"small": small, "large": small, "small_width": 64, "width": 64, "height": 64}
        Picture.objects.create(url=face, use="avatar", state="stored", **square)
    carol = Person.objects.create(handle="carol", avatar_url=face)
    acme = Organization.objects.create(name="acme", full_name="Acme", avatar_url=face)
    pictured = make_open_paper(figure, title="With a Picture", organization=acme, mirrored_upvote_count=3)
    filmed = make_open_paper(film, figure, title="With a Video", mirrored_upvote_count=2)
    drawn = make_open_paper("https://example.org/waits.png", title="With neither", mirrored_upvote_count=1)
    for paper in (pictured, filmed, drawn):
        make_entry(MONDAY.start, paper=paper, submitted_by_person=carol)
    wanted.assign()
    return pictured, filmed, drawn


def card(page, title: str):
    return page.locator(".card").filter(has_text=title)


def plays(page) -> bool:
    """Wait until the video on a cover has moved on, and tell whether it does so silently."""
    video = page.locator(".cover > video.plays")
    video.evaluate("video => new Promise(on => video.addEventListener('timeupdate', on, { once: true }))")
    return video.evaluate("video => video.muted && !video.paused && video.currentTime > 0")


@with_and_without_scripts
@pytest.mark.parametrize("width", [1280])
def test_a_card_has_its_picture_its_videos_still_or_its_drawn_cover(page, day):
    for width in (1280, 768, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(MONDAY.get_absolute_url())
        for title in ("With a Picture", "With a Video"):
            image = card(page, title).locator(".cover > img")
            assert image.evaluate("image => image.complete && image.naturalWidth > 0")
            cover = card(page, title).locator(".cover").bounding_box()
            # A border of one pixel on each side.
            assert abs(image.bounding_box()["width"] - cover["width"]) <= 3
            assert abs(cover["width"] / cover["height"] - 16 / 9) < 0.02
        expect(card(page, "With neither").locator(".cover > svg")).to_be_visible()
        expect(card(page, "With neither").locator(".cover-text")).to_contain_text("We show a thing.")
        expect(card(page, "With a Video").get_by_text("With a video", exact=True)).to_be_attached()
        expect(card(page, "With a Picture").locator(".submitter img, .byline img")).to_have_count(2)


@pytest.mark.parametrize("width", [1280])
def test_a_video_plays_silently_while_its_card_is_pointed_at(page, day):
    page.goto(MONDAY.get_absolute_url())
    expect(page.locator("video")).to_have_count(0)
    card(page, "With a Video").locator(".cover").hover(force=True)
    assert plays(page)
    card(page, "With neither").locator(".cover").hover(force=True)
    expect(page.locator("video")).to_have_count(0)


@pytest.mark.parametrize("width", [1280])
def test_a_video_plays_while_its_card_has_the_keyboards_focus(page, day):
    page.goto(MONDAY.get_absolute_url())
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="With a Video")).to_be_focused()
    assert plays(page)
    page.keyboard.press("j")
    expect(page.locator("video")).to_have_count(0)


@pytest.mark.parametrize("width", [1280])
def test_nothing_moves_for_who_prefers_less_motion(page, day):
    page.emulate_media(reduced_motion="reduce")
    page.goto(MONDAY.get_absolute_url())
    card(page, "With a Video").locator(".cover").hover(force=True)
    page.keyboard.press("j")
    expect(page.locator("video")).to_have_count(0)


@pytest.mark.parametrize("width", [1280])
def test_a_video_that_is_gone_leaves_its_still(page, day, complaints, media_root):
    complaints.expect("Failed to load resource")
    for path in media_root.glob("*/*.mp4"):
        path.unlink()
    page.goto(MONDAY.get_absolute_url())
    with page.expect_response("**/*.mp4"):
        card(page, "With a Video").locator(".cover").hover(force=True)
    expect(page.locator("video")).to_have_count(0)
    expect(card(page, "With a Video").locator(".cover > img")).to_be_visible()


@with_and_without_scripts
def test_a_papers_page_shows_all_its_media(page, day):
    _, filmed, _ = day
    page.goto(filmed.get_absolute_url())
    gallery = page.get_by_role("list", name="Pictures and videos")
    expect(gallery.get_by_role("listitem")).to_have_count(2)
    video = gallery.locator("video")
    expect(video).to_have_accessible_name("Video 1 of 2")
    assert video.evaluate("video => video.controls && video.paused")
    with page.expect_navigation():
        gallery.get_by_role("link", name="Picture 2 of 2").click()
    assert page.locator("img").evaluate("image => image.naturalWidth") == 1280


@pytest.mark.parametrize("width", [1280])
def test_a_video_can_be_entered_anywhere(page, day):
    _, filmed, _ = day
    page.goto(filmed.get_absolute_url())
    arrive = (
        "video => new Promise(on => { video.addEventListener('seeked', on, { once: true }); video.currentTime = 2 })"
    )
    page.locator("video").evaluate(arrive)
    assert page.locator("video").evaluate("video => video.currentTime") == 2


@pytest.mark.parametrize("width", [1280])
def test_pages_with_pictures_have_no_barrier_and_cost_few_queries(page, client, day, axe):
    page.emulate_media(reduced_motion="reduce")
    for address in (MONDAY.get_absolute_url(), day[1].get_absolute_url()):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        assert len(queries) <= MOST_QUERIES
        page.goto(address)
        has_no_barrier(page, axe)


@pytest.mark.parametrize("width", [1280])
def test_a_page_with_pictures_asks_nobody_else(page, day, live_server):
    asked = []
    page.on("request", lambda request: asked.append(request.url.split("/")[2]))
    page.goto(MONDAY.get_absolute_url(), wait_until="networkidle")
    page.goto(day[1].get_absolute_url(), wait_until="networkidle")
    assert set(asked) == {live_server.url.split("/")[2]}
