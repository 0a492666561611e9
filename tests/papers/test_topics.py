"""Topics: which papers are on one, page after page, and where each has its address."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from config.celery import TIMETABLE, app
from config.sitemaps import TopicSitemap
from papers import documents, topics, trends
from papers.converters import KeywordConverter
from papers.models import Category, Paper, Topic
from papers.tasks import count_topics

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def make(make_paper):
    """Make a paper that search has read."""

    def make(arxiv_id="", **more):
        paper = make_paper(arxiv_id, **more)
        documents.catch_up()
        return paper

    return make


def fill(count: int, *, category="cs.CV", since=MONDAY, step=timedelta(hours=1), **more) -> list[Paper]:
    """So many papers, the newest first."""
    Category.objects.get_or_create(name=category)
    first = Paper.objects.count()
    papers = Paper.objects.bulk_create(
        Paper(arxiv_id=f"2512.{first + n + 1:05}", title=f"Paper {n}", published_at=since - n * step, **more)
        for n in range(count)
    )
    through = Paper.categories.through
    through.objects.bulk_create(through(paper=paper, category_id=category) for paper in papers)
    documents.catch_up()
    return papers


def walk(client, url, **query) -> list[str]:
    """The ids of the papers on a page and on all behind it."""
    found, after = [], ""
    while True:
        page = client.get(url, {**query, "after": after}).context["page"]
        found += [paper.arxiv_id for paper in page]
        if not (after := page.next_cursor):
            return found


def shown(client, url, **query) -> list[str]:
    return [paper.arxiv_id for paper in client.get(url, query).context["page"]]


def category(name):
    return reverse("papers:category", args=[name])


def keyword(name):
    return reverse("papers:keyword", args=[name])


def test_a_category_has_its_papers_newest_first_and_no_others(client, make):
    make("2601.00001", category="cs.CV", published_at=MONDAY)
    make("2601.00002", category="cs.CL")
    make("2601.00003", category="cs.CV", published_at=MONDAY + timedelta(1))
    assert shown(client, category("cs.CV")) == ["2601.00003", "2601.00001"]


def test_an_archive_has_the_papers_of_all_its_categories(client, make):
    make("2601.00001", category="cs.CV", published_at=MONDAY)
    make("2601.00002", category="math.CO")
    make("2601.00003", category="cs.CL", published_at=MONDAY + timedelta(1))
    assert shown(client, category("cs")) == ["2601.00003", "2601.00001"]


def test_a_category_has_what_is_filed_under_its_other_names_too(client, make):
    make("2601.00001", category="cs.SY")
    make("cmp-lg/9404001", category="cmp-lg", published_at=datetime(1994, 4, 1, tzinfo=UTC))
    assert shown(client, category("eess.SY")) == ["2601.00001"]
    assert shown(client, category("cs.CL")) == ["cmp-lg/9404001"]
    assert shown(client, category("cs")) == ["2601.00001", "cmp-lg/9404001"]


@pytest.mark.parametrize(
    ("written", "name"), [("CS.cv", "cs.CV"), ("cs.SY", "eess.SY"), ("cmp-lg", "cs.CL"), ("Hep-TH", "hep-th")]
)
def test_another_spelling_leads_to_the_one_address(client, db, written, name):
    response = client.get(category(written))
    assert (response.status_code, response.url) == (301, category(name))


@pytest.mark.parametrize("name", ["cs.ZZ", "keyword", "machine-learning", "2412.03560", "ß"])
def test_a_category_that_arxiv_has_not_is_told_so(client, db, name):
    response = client.get(category(name))
    assert response.status_code == 404
    assert "arXiv has no category" in response.text


def test_a_category_without_papers_says_what_to_do(client, db):
    response = client.get(category("math.AG"))
    assert response.status_code == 200
    assert "No papers in math.AG here" in response.text
    assert reverse("papers:topics") in response.text


def test_a_keyword_has_its_papers_however_they_write_it(client, make):
    make("2601.00001", keywords=["LoRA"], published_at=MONDAY)
    make("2601.00002", keywords=["lora layers"])
    make("2601.00003", keywords=["lora", "attention"], published_at=MONDAY + timedelta(1))
    assert shown(client, keyword("lora")) == ["2601.00003", "2601.00001"]
    response = client.get(keyword("LoRA"))
    assert (response.status_code, response.url) == (301, keyword("lora"))


def test_a_keyword_of_no_paper_is_told_so(client, make):
    make("2601.00001", keywords=["lora"], hidden_at=MONDAY)
    for url in (keyword("lora"), keyword("qlora"), keyword("lora") + "?order=upvotes"):
        response = client.get(url)
        assert response.status_code == 404
        assert "No paper in this catalogue has the keyword" in response.text


@pytest.mark.parametrize(
    "words",
    ["text-to-image", "ac/dc", "..", ".", "/", "a//b", "c++", "100%", "%2f", "few_shot", "a\\b", "où?", "#1 &", "x\ny"],
)
def test_any_keyword_has_an_address_that_a_browser_leaves_as_it_is(client, make, words):
    make("2601.00001", keywords=[words])
    url = keyword(words)
    assert "//" not in url
    assert url.count("/") == keyword("a").count("/")
    assert shown(client, url) == ["2601.00001"]
    assert url in client.get(reverse("papers:paper", args=["2601.00001"])).text


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
@example("a_b c%5F")
def test_what_an_address_is_made_of_comes_back_from_it(words):
    converter = KeywordConverter()
    assert converter.to_python(converter.to_url(words)) == words


def test_a_null_byte_is_no_address(client, db):
    assert client.get("/papers/topics/keyword/a%00b").status_code == 404
    assert client.get("/papers/topics/cs.C%00V").status_code == 404


def test_hidden_papers_are_on_no_topic_before_search_has_heard_of_it(client, make):
    paper = make("2601.00001", category="cs.CV", keywords=["lora"], mirrored_upvote_count=3)
    Paper.objects.filter(pk=paper.pk).hide()
    assert shown(client, category("cs.CV")) == []
    assert shown(client, category("cs.CV"), order="upvotes") == []
    assert client.get(keyword("lora")).status_code == 404


def test_the_most_upvoted_are_those_with_votes(client, make):
    make("2601.00001", category="cs.CV", mirrored_upvote_count=3)
    make("2601.00002", category="cs.CV", mirrored_upvote_count=30)
    make("2601.00003", category="cs.CV")
    make("2601.00004", category="cs.CL", mirrored_upvote_count=300)
    assert shown(client, category("cs.CV"), order="upvotes") == ["2601.00002", "2601.00001"]
    assert "has an upvote yet" in client.get(category("cs.AI"), {"order": "upvotes"}).text
    assert client.get(category("cs.CV"), {"order": "size"}).status_code == 404


@pytest.mark.parametrize("order", ["newest", "upvotes"])
def test_pages_have_neither_gaps_nor_repeats(client, db, order):
    papers = fill(70, mirrored_upvote_count=2) + fill(40, since=MONDAY - timedelta(2), step=timedelta(200))
    fill(20, category="cs.CL")
    Paper.objects.filter(arxiv_id__endswith="7").update(mirrored_upvote_count=5)
    expected = Paper.objects.filter(categories="cs.CV").order_by(
        *(Paper.objects.all().NEWEST if order == "newest" else Paper.objects.all().MOST_UPVOTED)
    )
    if order == "upvotes":
        expected = expected.filter(total_upvote_count__gt=0)
    found = walk(client, category("cs.CV"), order=order)
    assert found == list(expected.values_list("arxiv_id", flat=True))
    assert len(papers) == 110


def test_papers_beyond_the_walk_are_found_by_their_years(client, db, monkeypatch):
    monkeypatch.setattr(topics, "WALK", 10)
    fill(40, category="cs.CL")
    rare = fill(65, since=MONDAY - timedelta(30), step=timedelta(90))
    assert walk(client, category("cs.CV")) == [paper.arxiv_id for paper in rare]


def test_a_cursor_of_another_order_is_no_page(client, db):
    fill(31)
    url = category("cs.CV")
    cursor = client.get(url).context["page"].next_cursor
    assert client.get(url, {"after": cursor}).status_code == 200
    assert client.get(url, {"after": cursor, "order": "upvotes"}).status_code == 404
    assert client.get(url, {"after": "x"}).status_code == 404


def test_a_page_costs_the_same_queries_whatever_it_holds(client, db):
    def cost(url):
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    fill(1, keywords=["lora"])
    trends.count()
    urls = [category("cs.CV"), keyword("lora"), reverse("papers:topics")]
    few = [cost(url) for url in urls]
    for name in ("cs.AI", "cs.CL", "math.CO"):
        fill(40, category=name, keywords=["lora", name])
    trends.count()
    assert [cost(url) for url in urls] <= few
    assert max(few) <= 5


def test_the_index_counts_the_papers_of_groups_and_keywords(client, db, settings):
    settings.ARXIV_CATEGORIES = ["cs.CV", "math.AG"]
    fill(3, keywords=["Attention", "GAN"])
    fill(2, category="hep-th", keywords=["GAN"])
    trends.count()
    directory = client.get(reverse("papers:topics")).context["directory"]
    assert [(it.title, [(at.name, at.paper_count) for at in it.categories]) for it in directory.groups] == [
        ("Computer Science", [("cs.CV", 3)]),
        ("Physics", [("hep-th", 2)]),
    ]
    assert [(it.name, it.paper_count) for it in directory.groups[0].archives] == [("cs", 3)]
    assert [(it.name, it.paper_count) for it in directory.followed] == [("cs.CV", 3), ("math.AG", 0)]
    assert [(it.label, it.paper_count) for it in directory.keywords] == [("GAN", 5), ("Attention", 3)]


def test_before_the_first_count_the_index_leads_to_every_category(client, db):
    response = client.get(reverse("papers:topics"))
    assert "first count is still to come" in response.text
    assert category("q-fin.MF") in response.text


def test_a_paper_leads_to_its_categories_and_a_category_to_those_beside_it(client, db):
    fill(2)
    fill(1, category="cs.CL")
    trends.count()
    text = client.get(category("cs.CV")).text
    assert category("cs.CL") in text
    assert category("cs") in text
    assert category("cs.CV") in client.get(reverse("papers:paper", args=["2512.00001"])).text


def test_a_topics_page_names_its_one_address(client, make):
    make("2601.00001", keywords=["ac/dc"])
    text = client.get(keyword("ac/dc"), {"order": "newest"}).text
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{keyword("ac/dc")}">' in text


def test_crawlers_are_led_to_topics_with_papers_of_some_number(db):
    fill(TopicSitemap.LEAST, keywords=["lora"])
    fill(1, category="hep-th", keywords=["strings"])
    trends.count()
    assert {it.name for it in TopicSitemap().items()} == {"cs", "cs.CV", "hep-th", "lora"}


def test_topics_of_a_hidden_catalogue_are_gone_after_the_count(db):
    fill(1, keywords=["lora"])
    trends.count()
    Paper.objects.hide()
    trends.count()
    assert not Topic.objects.exists()


def test_crawlers_are_kept_from_comparisons_and_completions_but_not_from_topics(client, db):
    lines = client.get("/robots.txt").text.splitlines()
    assert f"Disallow: {reverse('papers:trends')}?" in lines
    assert f"Disallow: {reverse('papers:completions')}" in lines
    assert not any(line.startswith(f"Disallow: {reverse('papers:topics')}") for line in lines)


def test_topics_are_counted_every_night_by_the_worker_for_slow_things(db):
    fill(1, keywords=["lora"])
    count_topics.delay()
    assert Topic.objects.keywords().get().name == "lora"
    assert TIMETABLE["topics"]["task"] == count_topics.name
    assert app.amqp.router.route({}, count_topics.name)["queue"].name == "slow"
