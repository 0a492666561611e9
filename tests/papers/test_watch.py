from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from papers import gists
from papers.arxiv.record import Refusal
from papers.ingest import Report
from papers.models import Batch, Category, Run, Source
from papers.watch import look

pytestmark = pytest.mark.django_db
# A Wednesday morning in New York.
NOW = datetime(2026, 1, 7, 15, tzinfo=UTC)
HARVEST = Source.Name.HARVEST


@pytest.fixture(autouse=True)
def _site(settings):
    settings.ADMINS = [("", "ops@example.org")]
    settings.ARXIV_CATEGORIES = ["cs.CL", "cs.CV"]
    settings.SITE_URL = "https://papers.example.org"
    for name in settings.ARXIV_CATEGORIES:
        Category.objects.create(name=name, title=name)


@pytest.fixture
def filed():
    """Give each category its batches up to this day."""

    def file(last: date, *names) -> None:
        for name in names or ("cs.CL", "cs.CV"):
            for day in (date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7), date(2026, 1, 8)):
                if day <= last:
                    Batch.objects.get_or_create(category_id=name, day=day, defaults={"origin": "rss", "paper_count": 9})

    return file


def ended(name, *, ago: timedelta, state="finished", error="") -> Run:
    moment = NOW - ago
    return Run.objects.create(source=name, state=state, started_at=moment, finished_at=moment, error=error)


def arrived(name, *, ago: timedelta, at="done_at") -> None:
    """A walk came to the present then, or where it says `moved_at` a window further."""
    Source.objects.update_or_create(name=name, defaults={"position": {at: (NOW - ago).isoformat()}})


def looks(*moments) -> None:
    for moment in moments:
        with time_machine.travel(moment, tick=False):
            look()


def words(message) -> str:
    """The text of a mail, its lines joined."""
    return " ".join(message.body.split())


TWICE = (NOW, NOW + timedelta(hours=1))


def test_all_is_well_and_nobody_is_told(filed):
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=11))
    looks(*TWICE)
    assert mail.outbox == []


def test_a_category_that_is_stalled_is_told_once(filed):
    filed(date(2026, 1, 7), "cs.CL")
    filed(date(2026, 1, 6), "cs.CV")
    arrived(HARVEST, ago=timedelta(hours=11))
    ended(Source.Name.LISTING, ago=timedelta(hours=2), state="failed", error="rss.arxiv.org answered with status 503")
    looks(*TWICE, NOW + timedelta(hours=2), NOW + timedelta(hours=5))
    (message,) = mail.outbox
    assert message.to == ["ops@example.org"]
    assert message.subject == "[Daily Papers] Nothing new from arXiv's daily announcement since Jan 7, 05:00 UTC"
    assert "arXiv's list of January 7, 2026 should be here since then, and is not, for cs.CV." in words(message)
    assert "rss.arxiv.org answered with status 503" in words(message)
    assert "https://papers.example.org" + reverse("admin:papers_run_changelist") in words(message)


def test_a_source_that_only_fails_is_told_with_what_its_last_run_said(filed):
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=40))
    ended(HARVEST, ago=timedelta(hours=2), state="failed", error="oaipmh.arxiv.org is out of reach")
    looks(*TWICE)
    (message,) = mail.outbox
    assert "arXiv's changes by OAI-PMH" in message.subject
    assert "Monday, January 5, 23:00 UTC" in words(message)
    assert "oaipmh.arxiv.org is out of reach" in words(message)


def test_a_harvest_whose_runs_end_well_without_ever_arriving_is_told(filed):
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(days=2))
    ended(HARVEST, ago=timedelta(minutes=10))
    looks(*TWICE)
    (message,) = mail.outbox
    assert "arXiv's changes by OAI-PMH" in message.subject
    assert "It has come no further since then" in words(message)


def test_a_backfill_that_moves_on_is_well_and_one_that_does_not_is_told(filed, settings):
    settings.ARXIV_BACKFILL = True
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=11))
    arrived(Source.Name.BACKFILL, ago=timedelta(hours=20), at="moved_at")
    ended(Source.Name.BACKFILL, ago=timedelta(minutes=10))
    looks(*TWICE)
    assert mail.outbox == []
    looks(NOW + timedelta(hours=4), NOW + timedelta(hours=5))
    assert "arXiv's archive by OAI-PMH" in mail.outbox[0].subject


def test_when_it_is_back_that_is_told_once_too(filed):
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=40))
    looks(*TWICE)
    arrived(HARVEST, ago=timedelta(hours=-1.5))
    ended(HARVEST, ago=timedelta(hours=-1.5)).note(None, requests=3)
    looks(NOW + timedelta(hours=2), NOW + timedelta(hours=3), NOW + timedelta(hours=4))
    assert [message.subject for message in mail.outbox][1:] == ["[Daily Papers] arXiv's changes by OAI-PMH is back"]
    assert Source.objects.get(name=HARVEST).alerted_at is None


def test_a_second_silence_is_told_again(filed):
    filed(date(2026, 1, 8))
    arrived(HARVEST, ago=timedelta(hours=40))
    looks(*TWICE)
    arrived(HARVEST, ago=timedelta(hours=-1.5))
    looks(NOW + timedelta(hours=2))
    looks(NOW + timedelta(hours=34), NOW + timedelta(hours=35))
    assert len(mail.outbox) == 3


def test_after_a_night_switched_off_the_site_gets_an_hour_to_catch_up(filed):
    filed(date(2026, 1, 6))
    arrived(HARVEST, ago=timedelta(hours=40))
    looks(NOW)
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=-timedelta(minutes=10))
    looks(NOW + timedelta(hours=1))
    assert mail.outbox == []


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 1, 10, 15, tzinfo=UTC), datetime(2026, 1, 20, 15, tzinfo=UTC)],
    ids=["a Saturday", "after the evening of Martin Luther King Day"],
)
def test_nobody_is_told_anything_on_days_without_announcement(moment, filed):
    filed(date(2026, 1, 5))
    arrived(HARVEST, ago=timedelta(hours=40))
    looks(moment, moment + timedelta(hours=1))
    assert mail.outbox == []


@pytest.mark.parametrize(
    "name", [Source.Name.HUGGINGFACE, Source.Name.BACKFILL, Source.Name.LOOKUP, Source.Name.GITHUB]
)
def test_a_source_that_has_nothing_to_do_may_be_silent(name, filed):
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=11))
    ended(name, ago=timedelta(days=9))
    looks(*TWICE)
    assert mail.outbox == []


def test_what_is_to_be_looked_up_and_is_not_is_told(filed, make_paper):
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=11))
    ended(Source.Name.LOOKUP, ago=timedelta(days=9))
    make_paper()
    looks(*TWICE)
    assert "single papers at arXiv" in mail.outbox[0].subject


def test_the_mirror_is_watched_only_while_it_is_switched_on(filed, settings):
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=11))
    ended(Source.Name.HUGGINGFACE, ago=timedelta(hours=7))
    looks(*TWICE)
    assert mail.outbox == []
    settings.MIRROR_HUGGINGFACE = True
    looks(*TWICE)
    assert "Hugging Face's daily feed" in mail.outbox[0].subject


@pytest.mark.parametrize("brought", [timedelta(days=4), None], ids=["since then", "never"])
def test_a_mirror_whose_runs_bring_nothing_for_days_is_told(filed, settings, brought):
    settings.MIRROR_HUGGINGFACE = True
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=11))
    if brought:
        ended(Source.Name.HUGGINGFACE, ago=brought).note(Report(unchanged=["2601.00001"]))
    for hours in (80, 40, 2):
        ended(Source.Name.HUGGINGFACE, ago=timedelta(hours=hours)).note(Report(refused=[Refusal("2601.1", "bad")]))
    looks(*TWICE)
    assert "none has brought a paper since then" in words(mail.outbox[0])


def test_a_mirror_is_not_told_before_working_days_stayed_empty(filed, settings):
    settings.MIRROR_HUGGINGFACE = True
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=11))
    ended(Source.Name.HUGGINGFACE, ago=timedelta(hours=70)).note(Report(unchanged=["2601.00001"]))
    ended(Source.Name.HUGGINGFACE, ago=timedelta(hours=2))
    looks(*TWICE)
    assert mail.outbox == []


def test_a_summarizer_is_missed_only_while_it_is_switched_on_and_has_requests_left(filed, settings, make_paper):
    filed(date(2026, 1, 7))
    ended(HARVEST, ago=timedelta(hours=11))
    ended(Source.Name.SUMMARIZER, ago=timedelta(hours=25))
    make_paper(published_at=NOW, license="http://creativecommons.org/licenses/by/4.0/")
    gists.catch_up()
    looks(*TWICE)
    settings.SUMMARIZER_URL, settings.SUMMARIZER_DAILY_LIMIT = "http://127.0.0.1:1", 0
    looks(*TWICE)
    assert mail.outbox == []
    settings.SUMMARIZER_DAILY_LIMIT = 1
    looks(*TWICE)
    assert "sentences by a language model" in mail.outbox[0].subject


def test_a_site_that_never_got_a_list_is_told_after_a_day(filed):
    arrived(HARVEST, ago=timedelta(hours=11))
    ended(Source.Name.LISTING, ago=timedelta(hours=30), state="failed")
    looks(*TWICE)
    assert "no list was ever filed" in words(mail.outbox[0])


def test_a_mail_that_can_not_be_sent_is_sent_at_the_next_look(filed, settings, caplog):
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=40))
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = (
        "django.core.mail.backends.smtp.EmailBackend",
        "127.0.0.1",
        9,
    )
    looks(*TWICE)
    assert "could not be told" in caplog.text
    settings.EMAIL_BACKEND = backend
    looks(NOW + timedelta(hours=2))
    assert len(mail.outbox) == 1


def test_without_operators_the_log_has_it(filed, settings, caplog):
    settings.ADMINS = []
    filed(date(2026, 1, 7))
    arrived(HARVEST, ago=timedelta(hours=40))
    looks(*TWICE)
    assert mail.outbox == []
    assert "arxiv-oai has been silent since" in caplog.text
