import gzip
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from feed.models import Entry
from feed.periods import Day, Month, Week
from feed.tasks import mirror_huggingface
from papers.models import Authorship, Listing, Paper
from papers.tasks import fetch_listing
from tests.conftest import IS_LONG

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 29)
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
<id>http://rss.arxiv.org/atom/cs.CL</id><title>cs.CL updates on arXiv.org</title><updated>2026-01-06T05:00:00Z</updated>
{entries}</feed>"""
ENTRY = """<entry><id>oai:arXiv.org:{id}v1</id><title>{title}</title><updated>2026-01-06T05:00:00Z</updated>
<link href="https://arxiv.org/abs/{id}" rel="alternate"/>
<summary>arXiv:{id}v1 Announce Type: new
Abstract: We show a thing.</summary>{category}
<published>2026-01-05T00:00:00-05:00</published><arxiv:announce_type>new</arxiv:announce_type>
<dc:creator>{creator}</dc:creator></entry>"""


def entry(arxiv_id, title="A Thing", category='<category term="cs.CL"/>', creator="Bob Builder, Carol Reader"):
    return ENTRY.format(id=arxiv_id, title=title, category=category, creator=creator)


def ingest(*arguments) -> str:
    from io import StringIO

    out = StringIO()
    call_command("ingest", *map(str, arguments), stdout=out, no_color=True)
    return out.getvalue()


def count(report: str, name: str) -> int:
    """The number in a row of the table at the report's end."""
    (line,) = [line for line in report.splitlines() if line.split()[:1] == [name] and len(line.split()) == 2]
    return int(line.split()[1])


@pytest.fixture
def atom(tmp_path):
    def write(*entries, name="feed.xml"):
        path = tmp_path / name
        path.write_text(ATOM.format(entries="\n".join(entries)))
        return path

    return write


def test_the_recorded_announcements_have_41_new_and_45_cross_lists_on_their_day(recorded, client):
    ingest("arxiv-rss", "--file", *sorted((recorded / "arxiv_rss").iterdir()))
    response = client.get(reverse("feed:new", args=[Day(date(2025, 8, 20))]))
    assert response.context["tally"].kinds == [("new", 41), ("cross", 45)]
    assert Listing.objects.filter(day=date(2018, 8, 30)).count() == 185


def test_recorded_announcements_twice_give_the_same_rows(recorded):
    paths = sorted((recorded / "arxiv_rss").iterdir())
    ingest("arxiv-rss", "--file", *paths)
    before = [list(model.objects.order_by("pk").values()) for model in (Paper, Listing, Authorship)]
    report = ingest("arxiv-rss", "--file", *paths)
    assert (count(report, "new"), count(report, "changed")) == (0, 0)
    assert [list(model.objects.order_by("pk").values()) for model in (Paper, Listing, Authorship)] == before


def test_a_recorded_month_of_hugging_face_agrees_on_its_day_week_and_month(recorded, client):
    paths = sorted((recorded / "hf_daily").glob("2026-05-2*.json.gz"))
    rows = json.loads(gzip.decompress((recorded / "hf_daily" / "2026-05-29.json.gz").read_bytes()))
    ingest("huggingface", "--file", *paths)
    day = client.get(Day(DAY).get_absolute_url()).context
    upvotes = [entry.paper.total_upvote_count for entry in day["page"]]
    assert sorted(row["paper"]["id"] for row in rows) == sorted(entry.paper.arxiv_id for entry in day["page"])
    assert upvotes == sorted((row["paper"]["upvotes"] for row in rows), reverse=True)
    week = Entry.objects.in_period(Week.containing(DAY))
    month = Entry.objects.in_period(Month.containing(DAY))
    assert day["facts"]["count"] == len(rows)
    assert client.get(Week.containing(DAY).get_absolute_url()).context["facts"]["count"] == week.count()
    assert client.get(Month.containing(DAY).get_absolute_url()).context["facts"]["count"] == month.count()
    assert set(Entry.objects.in_period(Day(DAY))) <= set(week) <= set(Entry.objects.all())
    assert set(week) - set(Entry.objects.filter(day__lt=date(2026, 5, 1))) <= set(month)


def test_recorded_days_twice_give_the_same_rows(recorded):
    days = sorted((recorded / "hf_daily").glob("*.json.gz"))
    paths = days if IS_LONG else days[::60]
    ingest("huggingface", "--file", *paths)
    before = [list(model.objects.order_by("pk").values()) for model in (Paper, Entry, Authorship)]
    report = ingest("huggingface", "--file", *paths)
    assert (count(report, "new"), count(report, "changed")) == (0, 0)
    assert [list(model.objects.order_by("pk").values()) for model in (Paper, Entry, Authorship)] == before


def test_a_day_fetched_again_later_brings_its_new_rows_and_moved_votes(recorded):
    first, second = sorted((recorded / "hf_daily_refetch").glob("2024-06-12*"))
    ingest("huggingface", "--file", first)
    report = ingest("huggingface", "--file", second)
    assert Entry.objects.filter(day=date(2024, 6, 12)).count() == 16
    assert count(report, "new") == 2
    assert count(report, "changed") > 0


def test_a_truncated_feed_gives_what_is_whole_and_one_clear_line(atom):
    path = atom(entry("2601.00001"), entry("2601.00002"))
    path.write_text(path.read_text()[:-200])
    report = ingest("arxiv-rss", "--file", path)
    assert list(Paper.objects.values_list("arxiv_id", flat=True)) == ["2601.00001"]
    assert "ends in the middle of entry 2" in report


def test_an_html_page_is_named_and_the_other_file_is_read(atom, tmp_path):
    page = tmp_path / "error.xml"
    page.write_text("<!doctype html><html><body><h1>Service unavailable</h1></body></html>")
    report = ingest("arxiv-rss", "--file", page, atom(entry("2601.00001")))
    assert count(report, "new") == 1
    assert f"{page}: not read: " in report
    assert "HTML" in report


def test_nothing_but_an_html_page_is_an_error(tmp_path):
    page = tmp_path / "error.json"
    page.write_text("<html><body>Bad gateway</body></html>")
    with pytest.raises(CommandError, match="Nothing could be read"):
        ingest("huggingface", "--file", page)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (entry("2601.00002", title=""), "title"),
        (entry("2601.00002", title="x" * 5000), "5000"),
        (entry("26.1"), "26.1"),
        (entry("2601.00002", category='<category term="cs.ZZ"/>'), "cs.ZZ"),
    ],
    ids=["no title", "a title of 5,000 characters", "no id", "an unknown category"],
)
def test_a_bad_row_is_a_clear_line_and_the_rest_is_stored(atom, bad, reason):
    report = ingest("arxiv-rss", "--file", atom(entry("2601.00001"), bad, entry("2601.00003")))
    assert Paper.objects.filter(arxiv_id__in=["2601.00001", "2601.00003"]).count() == 2
    assert len([line for line in report.splitlines() if reason in line]) == 1


def test_a_control_character_does_not_stop_the_batch(atom):
    ingest("arxiv-rss", "--file", atom(entry("2601.00001", title="A Th\x07ing"), entry("2601.00003")))
    assert set(Paper.objects.values_list("title", flat=True)) == {"A Thing"}
    assert Paper.objects.count() == 2


def test_a_paper_of_three_thousand_authors_is_stored_whole(atom):
    names = ", ".join(f"Author Number{number}" for number in range(3000))
    ingest("arxiv-rss", "--file", atom(entry("2601.00001", creator=names)))
    assert Authorship.objects.count() == 3000


def test_the_day_can_be_given(atom):
    ingest("arxiv-rss", "--day", "2026-01-07", "--file", atom(entry("2601.00001")))
    assert Listing.objects.get().day == date(2026, 1, 7)


def test_a_category_that_is_not_arxivs_is_an_error():
    with pytest.raises(CommandError, match=r"cs\.ZZ"):
        ingest("arxiv-rss", "cs.ZZ")


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(CommandError, match=r"none\.json"):
        ingest("huggingface", "--file", tmp_path / "none.json")


def test_the_announcement_is_fetched_from_the_set_address(httpserver, settings):
    settings.ARXIV_RSS_URL, settings.ARXIV_CATEGORIES = httpserver.url_for(""), ["cs.CL", "cs.LG"]
    httpserver.expect_ordered_request("/atom/cs.CL+cs.LG").respond_with_data(ATOM.format(entries=entry("2601.00001")))
    fetch_listing()
    assert Listing.objects.get().paper.arxiv_id == "2601.00001"


def test_without_a_network_the_night_passes_with_a_warning(settings, caplog):
    settings.ARXIV_RSS_URL = "http://127.0.0.1:9"
    fetch_listing()
    assert "was not fetched" in caplog.text


def row(arxiv_id, **paper):
    return {
        "paper": {"id": arxiv_id, "title": "A Thing", "authors": [{"name": "Bob"}], "upvotes": 3, **paper},
        "title": "A Thing",
    }


def test_mirroring_asks_for_the_last_days_only_when_switched_on(httpserver, settings):
    settings.HUGGINGFACE_URL = httpserver.url_for("")
    httpserver.expect_request("/api/daily_papers").respond_with_json([row("2601.00001")])
    mirror_huggingface()
    assert not Entry.objects.exists()
    settings.MIRROR_HUGGINGFACE = True
    mirror_huggingface()
    days = [request.args["date"] for request, _ in httpserver.log]
    assert days == [(datetime.now(UTC).date() - timedelta(days=number)).isoformat() for number in (2, 1, 0)]
    assert Paper.objects.get().mirrored_upvote_count == 3


def test_a_members_entry_stays_theirs_when_the_mirror_has_the_paper_too(tmp_path, make_entry, make_paper, ada):
    mine = make_entry(DAY, paper=make_paper("2601.00001"), submitted_by=ada)
    path = tmp_path / "2026-05-29.json"
    path.write_text(json.dumps([{**row("2601.00001"), "submittedBy": {"name": "eve", "fullname": "Eve"}}]))
    ingest("huggingface", "--file", path)
    mine.refresh_from_db()
    assert (mine.submitted_by, mine.submitted_by_person) == (ada, None)
    assert Entry.objects.count() == 1


def test_a_mirrored_submitter_is_never_a_local_account(tmp_path, client):
    path = tmp_path / "2026-05-29.json"
    path.write_text(json.dumps([{**row("2601.00001"), "submittedBy": {"name": "ada", "fullname": "Ada There"}}]))
    ingest("huggingface", "--file", path)
    assert Entry.objects.get().submitter.url == "https://huggingface.co/ada"
    assert client.get(reverse("accounts:profile", args=["ada"])).status_code == 404


def test_days_that_end_before_they_begin_are_an_error():
    with pytest.raises(CommandError, match="--until"):
        ingest("huggingface", "--date", "2026-05-29", "--until", "2026-05-28")


def test_a_file_whose_name_begins_with_no_date_is_asked_for_one(tmp_path):
    path = tmp_path / "2026-13-45.json"
    path.write_text(json.dumps([{"paper": {"id": "2601.00001", "title": "A Thing"}}]))
    assert "2601.00001: refused: " in ingest("huggingface", "--file", path)
    ingest("huggingface", "--date", "2026-05-29", "--file", path)
    assert Entry.objects.get().day == DAY


def test_a_submission_far_from_its_day_does_not_stay_on_top_for_ever(tmp_path):
    path = tmp_path / "2026-05-29.json"
    path.write_text(json.dumps([row("2601.00001", submittedOnDailyAt="9999-01-01T00:00:00.000Z")]))
    ingest("huggingface", "--file", path)
    assert Entry.objects.get().submitted_at == datetime(2026, 5, 29, tzinfo=UTC)


def test_a_row_without_counts_leaves_them_as_they_are(tmp_path):
    path = tmp_path / "2026-05-29.json"
    path.write_text(json.dumps([row("2601.00001", upvotes=7)]))
    ingest("huggingface", "--file", path)
    path.write_text(json.dumps([{**row("2601.00001", upvotes=None), "numComments": None}]))
    ingest("huggingface", "--file", path)
    assert Paper.objects.get().mirrored_upvote_count == 7


def test_an_organization_with_a_dot_in_its_name_has_its_page(tmp_path, client):
    path = tmp_path / "2026-05-29.json"
    path.write_text(json.dumps([{**row("2601.00001"), "organization": {"name": "h2o.ai", "fullname": "H2O"}}]))
    ingest("huggingface", "--file", path)
    assert client.get(Day(DAY).get_absolute_url()).status_code == 200
    assert client.get(reverse("papers:organization", args=["h2o.ai"])).status_code == 200
