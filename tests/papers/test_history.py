from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from feed.periods import Day
from papers.models import Category, Listing, Version

BERT = "1810.04805"
OCTOBER, MAY = datetime(2018, 10, 11, 0, 50, tzinfo=UTC), datetime(2019, 5, 24, 20, 37, tzinfo=UTC)


@pytest.fixture
def bert(make_paper):
    paper = make_paper(BERT, published_at=OCTOBER, updated_at=MAY, version=2, submitter="Ming-Wei Chang")
    Version.objects.create(paper=paper, number=2, submitted_at=MAY, size_kilobytes=2400)
    Version.objects.create(paper=paper, number=1, submitted_at=OCTOBER, size_kilobytes=120)
    return paper


def list_(paper, day, kind, *categories):
    for name in categories:
        Category.objects.get_or_create(name=name)
        Listing.objects.create(paper=paper, day=day, kind=kind, category_id=name)


def history(client, paper):
    """The lines of a paper's history: the day and the event of each."""
    response = client.get(paper.get_absolute_url())
    return [(line.day, line.event) for line in response.context["history"]]


def words(text):
    return " ".join(text.split())


def test_versions_stand_with_their_dates_and_sizes_and_lead_to_arxiv(client, bert):
    page = client.get(bert.get_absolute_url()).text
    assert page.index(f"https://arxiv.org/abs/{BERT}v1") < page.index(f"https://arxiv.org/abs/{BERT}v2")
    for shown in ("Oct 11, 2018", "120 kB", "May 24, 2019", "2.4 MB", "to arXiv by Ming-Wei Chang"):
        assert shown in page, shown


def test_the_history_tells_everything_in_its_order(client, bert, make_entry):
    list_(bert, date(2018, 10, 12), "new", "cs.CL")
    list_(bert, date(2018, 10, 12), "cross", "cs.LG", "cs.AI")
    list_(bert, date(2019, 5, 27), "replace", "cs.CL")
    make_entry(date(2018, 10, 12), paper=bert)
    bert.deleted_at = datetime(2026, 1, 5, tzinfo=UTC)
    bert.save()
    assert history(client, bert) == [
        (date(2018, 10, 11), "submitted"),
        (date(2018, 10, 12), "announced"),
        (date(2018, 10, 12), "announced"),
        (date(2018, 10, 12), "entered"),
        (date(2019, 5, 24), "replaced"),
        (date(2019, 5, 27), "announced"),
        (date(2026, 1, 5), "deleted"),
    ]


def test_an_announcement_leads_to_its_category_in_all_new_of_that_day(client, bert):
    list_(bert, date(2018, 10, 12), "cross", "cs.LG")
    day = reverse("feed:new", args=[Day(date(2018, 10, 12))])
    page = client.get(bert.get_absolute_url()).text
    assert f'Announced as a cross-list in <a href="{day}?category=cs.LG&amp;kind=cross">cs.LG</a>' in words(page)


def test_a_paper_whose_versions_nobody_named_has_its_first_and_its_current_one(client, make_paper):
    paper = make_paper(published_at=OCTOBER, version=3, updated_at=MAY)
    assert history(client, paper) == [(OCTOBER.date(), "submitted"), (MAY.date(), "replaced")]
    assert f"{paper.arxiv_url}v3" in client.get(paper.get_absolute_url()).text


def test_a_withdrawal_is_one_line_whoever_told_of_it(client, bert, make_paper):
    Version.objects.create(paper=bert, number=3, submitted_at=datetime(2020, 1, 1, tzinfo=UTC), is_withdrawal=True)
    bert.withdrawn_at = datetime(2020, 1, 1, tzinfo=UTC)
    bert.save()
    assert history(client, bert)[-2:] == [(MAY.date(), "replaced"), (date(2020, 1, 1), "withdrawn")]
    told = make_paper(published_at=OCTOBER, withdrawn_at=MAY)
    assert history(client, told) == [(OCTOBER.date(), "submitted"), (MAY.date(), "withdrawn")]


def test_of_a_withdrawn_paper_the_last_version_with_files_can_be_read(client, bert):
    Version.objects.create(paper=bert, number=3, submitted_at=datetime(2020, 1, 1, tzinfo=UTC), is_withdrawal=True)
    bert.withdrawn_at = datetime(2020, 1, 1, tzinfo=UTC)
    bert.save()
    page = client.get(bert.get_absolute_url()).text
    assert f'"{bert.pdf_url}v2"' in page
    assert f'"{bert.pdf_url}"' not in page


def test_a_deleted_paper_keeps_its_page_which_leads_to_no_file_any_more(client, bert, make_entry):
    bert.deleted_at = datetime(2026, 1, 5, tzinfo=UTC)
    bert.save()
    response = client.get(bert.get_absolute_url())
    assert response.status_code == 200
    assert "arXiv has deleted this paper" in response.text
    assert bert.title in response.text
    assert bert.pdf_url not in response.text
    assert f"{bert.arxiv_url}v1" not in response.text


def test_cards_and_rows_say_what_became_of_a_paper(client, bert, make_entry):
    day = Day(date(2018, 10, 12))
    make_entry(day.start, paper=bert)
    list_(bert, day.start, "new", "cs.CL")
    pages = [day.get_absolute_url(), reverse("feed:new", args=[day])]
    for field, badge in (("withdrawn_at", "withdrawn"), ("deleted_at", "deleted")):
        setattr(bert, field, MAY)
        bert.save()
        for url in pages:
            assert f">{badge}</span>" in client.get(url).text


def test_of_many_versions_the_middle_is_left_to_the_history(client, bert):
    for number in range(3, 30):
        Version.objects.create(paper=bert, number=number, submitted_at=datetime(2020, 1, number, tzinfo=UTC))
    page = client.get(bert.get_absolute_url()).text
    assert "and 24 more" in page
    assert "23 more steps" in page
    assert page.count(f"{bert.arxiv_url}v14") == 1


def test_a_paper_with_a_long_history_costs_no_more_queries(
    client, ada, bert, make_entry, django_assert_max_num_queries
):
    # A member's page has most to ask for, and a paper's with pictures.
    client.force_login(ada)
    bert.media_urls, bert.license = ["https://example.org/a.png"], "https://creativecommons.org/licenses/by/4.0/"
    bert.save()
    make_entry(OCTOBER.date(), paper=bert)
    with django_assert_max_num_queries(10) as few:
        client.get(bert.get_absolute_url())
    for number in range(3, 9):
        Version.objects.create(paper=bert, number=number, submitted_at=datetime(2020, 1, number, tzinfo=UTC))
        list_(bert, date(2020, 1, number), "replace", "cs.CL", "cs.LG")
        make_entry(date(2020, 1, number), paper=bert)
    with django_assert_max_num_queries(len(few)):
        client.get(bert.get_absolute_url())
