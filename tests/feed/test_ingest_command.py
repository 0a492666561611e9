import gzip
import json
from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from feed.models import Entry
from feed.periods import Day, Month, Week
from papers.models import Authorship, Batch, Listing, Paper, Run
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


def row(arxiv_id, **paper):
    return {
        "paper": {"id": arxiv_id, "title": "A Thing", "authors": [{"name": "Bob"}], "upvotes": 3, **paper},
        "title": "A Thing",
    }


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


def test_the_recorded_answers_of_oai_pmh_are_stored_and_no_run_is_made(recorded):
    folder = recorded / "arxiv_oai"
    report = ingest("arxiv-oai", "--file", folder / "scrapi_ListRecords_oai_dc_2014-12-24.xml.gz")
    assert count(report, "new") == 897
    ingest("arxiv-oai", "--file", folder / "mikesaelim_ListRecordsResponse.xml")
    assert Paper.objects.get(arxiv_id="0704.0471").submitter == "Dinesh Shetty"
    assert not Run.objects.exists()


def test_an_error_of_the_protocol_that_was_recorded_is_named(recorded):
    with pytest.raises(CommandError, match="badResumptionToken"):
        ingest("arxiv-oai", "--file", recorded / "arxiv_oai" / "mikesaelim_ErrorResponseBadResumptionToken.xml")


def test_the_recorded_answers_of_the_api_and_metadata_files_are_stored(recorded):
    answers = sorted((recorded / "arxiv_api").glob("*.json"))
    report = ingest("arxiv-ids", "--file", *answers, *sorted((recorded / "arxiv_listings" / "abs_withdrawn").iterdir()))
    assert "id_abc_s0_m100_b79c8dcf6bc3.json: not read: " in report
    assert Paper.objects.get(arxiv_id="1605.08386").title
    assert Paper.objects.get(arxiv_id="0704.0156").is_withdrawn


def test_a_recorded_list_is_filed_under_its_day(recorded):
    ingest("arxiv-list", "astro-ph", "--file", recorded / "arxiv_listings" / "astro-ph__new.txt")
    batch = Batch.objects.get()
    assert (batch.category_id, batch.day, batch.paper_count) == ("astro-ph", date(2023, 3, 3), 57)
    kinds = Listing.objects.values_list("kind", flat=True)
    assert sorted((kind, list(kinds).count(kind)) for kind in set(kinds)) == [
        ("cross", 4),
        ("new", 53),
        ("replace", 29),
        ("replace-cross", 11),
    ]


@pytest.mark.parametrize("text", ["{}", '{"body": 7}', "[", "{" * 100_000])
def test_a_json_that_is_no_recorded_answer_is_named(tmp_path, text):
    path = tmp_path / "answer.json"
    path.write_text(text)
    with pytest.raises(CommandError, match="Nothing could be read"):
        ingest("arxiv-ids", "--file", path)
