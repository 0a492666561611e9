"""The cast and the stage: ada reads, bob wrote the paper, mod moderates, eve is up to no good."""

import os
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.db import connection

from accounts.models import User
from config.celery import app
from feed.models import Entry
from papers.models import Author, Authorship, Category, Paper
from papers.models.author import author_slug
from tests.mail_server import Server, listening
from tests.papers.pictures import samples

IS_LONG = bool(os.environ.get("LONG"))
# A slow machine is no failure. What a change breaks fails at once and each time; new examples are for the long tests.
hypothesis.settings.register_profile("ours", deadline=None, derandomize=not IS_LONG)
hypothesis.settings.load_profile("ours")
RECORDED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def recorded() -> Path:
    """The folder of recorded responses, which stands beside the checkout."""
    if not RECORDED.is_dir():
        pytest.skip("the recorded responses (../shared/data) are not beside this checkout")
    return RECORDED


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The log of moderation can't be emptied, but for a test's end."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(f"alter database {connection.settings_dict['NAME']} set papers.is_cleaning = 'on'")
    # Connections that are open don't know it yet.
    connection.close()
    connection.close_pool()


@pytest.fixture(autouse=True)
def _quick_and_clean(settings):
    cache.clear()
    settings.CELERY_TASK_ALWAYS_EAGER = True
    # Nobody is asked but servers of the tests' own.
    settings.ARXIV_PAUSE = settings.HUGGINGFACE_PAUSE = settings.GITHUB_PAUSE = settings.RETRY_PAUSE = 0.01
    # The real one is slow on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def no_queue():
    """Celery with a broker that is not there: nobody hears a bell."""
    before = {name: app.conf[name] for name in ("broker_url", "task_always_eager")}

    def use(**conf):
        app.conf.update(**conf)
        app._pool = app.amqp._producer_pool = None

    use(broker_url="redis://127.0.0.1:9/0", task_always_eager=False)
    yield
    use(**before)


def member(handle: str, **more) -> User:
    """A member with a verified address and the password "correct horse battery"."""
    user = User.objects.create_user(handle, f"{handle}@example.org", "correct horse battery", **more)
    user.verify_email()
    return user


@pytest.fixture
def ada(db) -> User:
    return member("ada", full_name="Ada")


@pytest.fixture
def bob(db) -> User:
    return member("bob", full_name="Bob")


@pytest.fixture
def eve(db) -> User:
    return member("eve")


@pytest.fixture
def mod(db) -> User:
    user = member("mod", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["papers", "feed"]))
    return user


_numbers = count(1)


@pytest.fixture
def make_paper(db):
    """Make a paper; what a test doesn't name is filled in."""

    def make(arxiv_id: str = "", **more) -> Paper:
        arxiv_id = arxiv_id or f"2601.{next(_numbers):05}"
        names = more.pop("author_names", ["Bob Builder", "Carol Reader"])
        category, _ = Category.objects.get_or_create(name=more.pop("category", "cs.CL"), defaults={"title": "Language"})
        defaults = {
            "title": f"A Paper Called {arxiv_id}",
            "abstract": "We show a thing. It works.",
            "published_at": datetime(2026, 1, 5, tzinfo=UTC),
            "primary_category": category,
            "author_names": names,
        }
        paper = Paper.objects.create(arxiv_id=arxiv_id, **{**defaults, **more})
        paper.categories.add(category)
        for position, name in enumerate(names):
            author, _ = Author.objects.get_or_create(slug=author_slug(name), defaults={"name": name})
            Authorship.objects.create(paper=paper, author=author, position=position, name=name)
        paper.refresh_from_db()
        return paper

    return make


@pytest.fixture
def paper(make_paper) -> Paper:
    return make_paper("2601.00001", title="A Thing That Works")


@pytest.fixture
def make_entry(make_paper):
    """Put a paper into the feed of a day; minutes say how long after midnight it was submitted."""

    def make(day: date, *, minutes: int = 0, upvotes: int = 0, paper: Paper | None = None, **more) -> Entry:
        paper = paper or make_paper(mirrored_upvote_count=upvotes)
        submitted_at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)
        entry = Entry.objects.create(paper=paper, day=day, submitted_at=submitted_at, **more)
        Entry.objects.mark_featured([paper.pk])
        return entry

    return make


@pytest.fixture
def smtp(settings):
    """A real mail server that the site sends to."""
    server = Server()
    with listening(server) as port:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield server


@pytest.fixture
def media_root(settings, tmp_path) -> Path:
    """A store of pictures of one's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def host(httpserver, settings, media_root):
    """Hand out a picture at a path of a server that stands in for Hugging Face's; return its address."""
    settings.HUGGINGFACE_URL = httpserver.url_for("/").rstrip("/")

    def host(path: str, data: bytes | None = None, type: str = "image/png", status: int = 200, **headers) -> str:
        data = samples.picture() if data is None else data
        httpserver.expect_request(path).respond_with_data(data, status, content_type=type, headers=headers)
        return httpserver.url_for(path)

    return host


@pytest.fixture
def make_open_paper(make_paper):
    """Make a paper with these media, whose licence lets them be shown."""

    def make(*urls: str, **more) -> Paper:
        return make_paper(
            **{"license": "https://creativecommons.org/licenses/by/4.0/", "media_urls": list(urls), **more}
        )

    return make
