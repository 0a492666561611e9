"""Trends: what is counted every night, what rises, and how topics are compared."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from papers import comparison, trends
from papers.curves import BOX
from papers.models import Category, Paper, Topic, Trend

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture(autouse=True)
def _clock(db):
    with time_machine.travel(NOW, tick=False):
        yield


def fill(count: int, *, at: datetime, category="", **more) -> list[Paper]:
    """So many papers of a moment."""
    first = Paper.objects.count() + 1
    papers = Paper.objects.bulk_create(
        Paper(arxiv_id=f"2601.{number:05}", title=f"Paper {number}", published_at=at, **more)
        for number in range(first, first + count)
    )
    if category:
        Category.objects.get_or_create(name=category)
        through = Paper.categories.through
        through.objects.bulk_create(through(paper=paper, category_id=category) for paper in papers)
    return papers


def months(kind: str, name: str) -> dict[date, tuple[int, int]]:
    """What was counted of a topic: papers and upvotes."""
    rows = Trend.objects.filter(topic__kind=kind, topic__name=name).order_by("month")
    return {it.month: (it.paper_count, it.upvote_count) for it in rows}


def counted() -> list[tuple]:
    """Everything that a count leaves behind, with the rows' keys."""
    topics = Topic.objects.order_by("pk").values_list()
    return [*topics, *Trend.objects.order_by("pk").values_list()]


def test_papers_and_their_upvotes_are_counted_by_the_month_of_publication_in_utc(settings):
    settings.FEED_TIME_ZONE = "America/New_York"
    # In New York it is still January.
    fill(1, at=datetime(2026, 2, 1, 0, tzinfo=UTC), category="cs.CV", mirrored_upvote_count=3)
    fill(2, at=datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), category="cs.CV", mirrored_upvote_count=2, upvote_count=5)
    fill(1, at=datetime(2026, 3, 5, tzinfo=UTC), category="cs.CV")
    trends.count()
    assert months("category", "cs.CV") == {JANUARY: (2, 14), FEBRUARY: (1, 3), MARCH: (1, 0)}
    assert months("category", "cs") == months("category", "cs.CV")
    assert months("all", "") == months("category", "cs.CV")
    topic = Topic.objects.get(kind="category", name="cs.CV")
    assert (topic.paper_count, topic.recent_count) == (4, 1)


def test_a_paper_under_two_names_of_one_category_counts_once():
    [paper] = fill(1, at=NOW, category="cs.SY")
    Category.objects.create(name="eess.SY")
    paper.categories.add("eess.SY")
    trends.count()
    assert months("category", "eess.SY") == {MARCH: (1, 0)}
    assert months("category", "eess") == {MARCH: (1, 0)}
    # Of computer science it is one, too.
    assert months("category", "cs") == {MARCH: (1, 0)}
    assert not Topic.objects.filter(name="cs.SY").exists()


def test_former_categories_count_as_those_of_today_and_what_arxiv_has_not_as_none():
    fill(1, at=datetime(1995, 5, 1, tzinfo=UTC), category="cmp-lg")
    fill(1, at=NOW, category="ACM")
    trends.count()
    assert months("category", "cs.CL") == {date(1995, 5, 1): (1, 0)}
    assert set(Topic.objects.categories().values_list("name", flat=True)) == {"cs", "cs.CL"}


def test_keywords_count_once_a_paper_and_are_written_as_most_papers_do():
    fill(2, at=NOW, keywords=["LoRA", "attention"])
    fill(1, at=NOW, keywords=["lora", "LORA", "Attention", ""])
    trends.count()
    assert months("keyword", "lora") == {MARCH: (3, 0)}
    assert [(it.name, it.label) for it in Topic.objects.keywords().most_used()] == [
        ("attention", "attention"),
        ("lora", "LoRA"),
    ]


def test_hidden_papers_count_nowhere():
    fill(1, at=NOW, category="cs.CV", keywords=["lora"], mirrored_upvote_count=3)
    fill(2, at=NOW, category="cs.CV", keywords=["lora"], mirrored_upvote_count=5, hidden_at=NOW)
    trends.count()
    assert months("category", "cs.CV") == months("keyword", "lora") == months("all", "") == {MARCH: (1, 3)}


def test_counting_again_changes_nothing_and_writes_no_row():
    fill(3, at=NOW, category="cs.CV", keywords=["lora"])
    fill(2, at=NOW - timedelta(60), category="hep-th", keywords=["strings"])
    assert trends.count() == trends.count() == 6
    before = counted()
    with connection.cursor() as cursor:
        cursor.execute("select max(xmin::text::bigint) from papers_topic")
        [written] = cursor.fetchone()
    trends.count()
    assert counted() == before
    with connection.cursor() as cursor:
        cursor.execute("select max(xmin::text::bigint) from papers_topic")
        assert cursor.fetchone() == (written,)


def test_a_count_forgets_what_is_no_more():
    papers = fill(2, at=NOW, category="cs.CV", keywords=["lora"])
    [old] = fill(1, at=NOW - timedelta(60), category="cs.CV", keywords=["strings"])
    trends.count()
    kept = Topic.objects.get(name="lora").pk
    Paper.objects.filter(pk=old.pk).hide()
    Paper.objects.filter(pk=papers[0].pk).update(keywords=[], published_at=NOW - timedelta(30))
    trends.count()
    assert months("category", "cs.CV") == {FEBRUARY: (1, 0), MARCH: (1, 0)}
    assert months("keyword", "lora") == {MARCH: (1, 0)}
    assert not Topic.objects.filter(name="strings").exists()
    assert Topic.objects.get(name="lora").pk == kept


def test_on_a_large_site_rare_keywords_are_not_kept(monkeypatch):
    fill(5, at=NOW, keywords=["frequent"])
    fill(4, at=NOW, keywords=["rare"])
    trends.count()
    assert set(Topic.objects.keywords().values_list("name", flat=True)) == {"frequent", "rare"}
    monkeypatch.setattr(trends, "MANY_PAPERS", 9)
    trends.count()
    assert set(Topic.objects.keywords().values_list("name", flat=True)) == {"frequent"}
    assert set(Trend.objects.filter(topic__kind="keyword").values_list("topic__name", flat=True)) == {"frequent"}


def test_the_command_counts_and_says_how_many(capsys):
    fill(1, at=NOW, category="cs.CV")
    call_command("count_topics")
    assert capsys.readouterr().out == "3 topics are counted.\n"


def test_a_rise_compares_shares_with_five_papers_added_on_both_sides():
    before = NOW - timedelta(100)
    fill(60, at=before, keywords=["other"])
    fill(40, at=before, keywords=["steady"])
    fill(20, at=NOW - timedelta(3), keywords=["steady"])
    fill(30, at=NOW - timedelta(3), keywords=["new"])
    trends.count()
    # Of 100 papers before, 50 now: 40 of "steady" let 20 be expected, of "new" none.
    rises = {it.name: (it.recent_count, it.usual_count, it.rise) for it in Topic.objects.keywords()}
    assert rises["new"] == (30, 0.0, pytest.approx((30 + 5) / (0 + 5)))
    assert rises["steady"] == (20, 20.0, None)
    assert rises["other"] == (0, 30.0, None)
    assert [it.name for it in Topic.objects.rising()] == ["new"]


def test_where_nothing_rises_the_page_says_so(client):
    fill(1, at=NOW, keywords=["lora"])
    trends.count()
    assert "Nothing stands out" in page(client).text


@pytest.mark.parametrize(("recent", "rise"), [(4, None), (5, 10 / 5), (6, 11 / 5)])
def test_a_handful_of_papers_does_not_rise(recent, rise):
    fill(100, at=NOW - timedelta(100), keywords=["other"])
    fill(recent, at=NOW - timedelta(3), keywords=["new"])
    trends.count()
    assert Topic.objects.get(name="new").rise == (rise and pytest.approx(rise))


def test_less_than_a_quarter_more_is_no_rise():
    fill(30, at=NOW - timedelta(100), keywords=["one"])
    fill(20, at=NOW - timedelta(100), keywords=["other"])
    fill(22, at=NOW - timedelta(3), keywords=["one"])
    fill(18, at=NOW - timedelta(3), keywords=["other"])
    trends.count()
    assert not Topic.objects.rising().exists()


def test_where_the_months_before_hold_less_than_this_one_nothing_rises():
    fill(3, at=NOW - timedelta(100), keywords=["other"])
    fill(30, at=NOW - timedelta(3), keywords=["new"])
    trends.count()
    assert not Topic.objects.rising().exists()


def test_thirty_days_and_a_half_year_begin_at_midnight():
    today = datetime(2026, 3, 20, tzinfo=UTC)
    fill(7, at=today - trends.RECENT, keywords=["recent"])
    fill(8, at=today - trends.RECENT - timedelta(seconds=1), keywords=["before"])
    fill(9, at=today - trends.RECENT - trends.BEFORE, keywords=["before"])
    fill(9, at=today - trends.RECENT - trends.BEFORE - timedelta(seconds=1), keywords=["long ago"])
    trends.count()
    found = {it.name: (it.recent_count, it.usual_count) for it in Topic.objects.keywords()}
    assert found == {"recent": (7, 0), "before": (0, 7), "long ago": (0, 0)}


def page(client, *topics, **query):
    return client.get(reverse("papers:trends"), {"topic": topics, **query})


def labels(response) -> list[list[str]]:
    return [[course.label for course in curves.courses] for _, curves in response.context["plots"]]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("cs.CV", "cs.CV"),
        ("CS.cv", "cs.CV"),
        ("cat:cs.cv", "cs.CV"),
        ("category:cs.CV", "cs.CV"),
        ("cs.SY", "eess.SY"),
        ("cs", "cs"),
        ("lora", "LoRA"),
        (" LORA ", "LoRA"),
        ("keyword:lora", "LoRA"),
        ('keyword:"LoRA"', "LoRA"),
        ("keyword:“LoRA”", "LoRA"),
        ('"lora"', "LoRA"),
        ("ratio 1:2", "ratio 1:2"),
        ('keyword:"cs"', "cs"),
    ],
)
def test_a_topic_is_found_however_it_is_written(client, text, label):
    fill(2, at=NOW, category="cs.CV", keywords=["LoRA", "ratio 1:2", "cs"])
    fill(1, at=NOW, category="eess.SY")
    trends.count()
    response = page(client, text)
    assert labels(response) == [[label]]
    assert "errorlist" not in response.text


def test_what_is_not_counted_is_told_and_stays_in_the_field(client):
    fill(1, at=NOW, category="cs.CV")
    trends.count()
    response = page(client, "zebras", "cs.CV")
    assert labels(response) == [["cs.CV"]]
    assert "“zebras” is not among the topics counted here" in response.text
    assert 'value="zebras"' in response.text
    assert "“zebras”, “cs.ZZ” are not among" in page(client, "zebras", "cs.ZZ").text


@pytest.mark.parametrize("text", ["", " ", "\0", "<script>", "x" * 10_000, "cat:", 'keyword:""', "%", "author:lecun"])
def test_whatever_is_asked_for_is_answered(client, text):
    fill(1, at=NOW, category="cs.CV")
    trends.count()
    response = page(client, text)
    assert response.status_code == 200
    assert "<script>" not in response.text.replace("<script>alert", "")


def test_at_most_six_topics_are_drawn_once_each(client):
    fill(1, at=NOW, keywords=[f"word {number}" for number in range(9)])
    trends.count()
    response = page(client, "word 1", "WORD 1", *[f"word {number}" for number in range(9)])
    assert labels(response) == [["word 1", "word 0", *[f"word {number}" for number in range(2, 6)]]]
    assert "6 lines are as many as can be told apart" in response.text
    assert 'data-completes="/papers/complete?for=topics"' not in response.text
    assert page(client, *[f"word {number}" for number in range(200)]).status_code == 200


def test_each_chosen_topic_can_be_taken_away_again(client):
    fill(1, at=NOW, category="cs.CV", keywords=["ratio 1:2 & more"])
    trends.count()
    response = page(client, "cs.CV", "ratio 1:2 & more", by="month")
    assert (
        'href="?topic=keyword%3A%22ratio%201%3A2%20%26%20more%22&amp;by=month" aria-label="Remove cs.CV"'
        in response.text
    )
    assert labels(client.get(reverse("papers:trends") + "?topic=keyword%3A%22ratio%201%3A2%20%26%20more%22")) == [
        ["ratio 1:2 & more"]
    ]


def test_without_a_choice_the_sites_categories_and_the_foremost_keywords_are_drawn(client, settings):
    settings.ARXIV_CATEGORIES = ["cs.CV", "math.AG"]
    fill(2, at=NOW, category="cs.CV", keywords=["lora"])
    fill(1, at=NOW, category="cs.CL", keywords=["attention"])
    trends.count()
    assert labels(page(client)) == [["cs.CV"], ["lora", "attention"]]


def test_before_the_first_count_the_page_says_what_to_do(client):
    response = page(client)
    assert response.status_code == 200
    assert "Nothing is counted yet" in response.text
    assert "What rises" not in response.text


def test_years_are_drawn_where_the_last_two_have_nothing(client):
    fill(1, at=datetime(2017, 6, 12, tzinfo=UTC), category="cs.CL", keywords=["attention"])
    fill(1, at=NOW, keywords=["lora"])
    trends.count()
    [(_, curves)] = page(client, "cs.CL").context["plots"]
    assert (curves.unit, [it.year for it in curves.moments]) == ("year", list(range(2017, 2027)))
    [(_, curves)] = page(client, "cs.CL", by="month").context["plots"]
    assert (curves.unit, len(curves.moments), curves.moments[0], curves.moments[-1]) == (
        "month",
        24,
        date(2024, 4, 1),
        MARCH,
    )
    assert page(client, "cs.CL", by="week").status_code == 404


def test_two_drawings_on_a_page_have_one_step(client, settings):
    settings.ARXIV_CATEGORIES = ["cs.CL"]
    fill(1, at=datetime(2017, 6, 12, tzinfo=UTC), category="cs.CL")
    fill(1, at=NOW, keywords=["lora"])
    trends.count()
    assert [curves.unit for _, curves in page(client).context["plots"]] == ["year", "year"]


def test_what_is_published_in_months_to_come_is_not_drawn(client):
    fill(1, at=NOW, keywords=["lora"])
    fill(1, at=NOW + timedelta(40), keywords=["lora"])
    trends.count()
    [(_, curves)] = page(client, "lora").context["plots"]
    assert curves.courses[0].paper_count == 1


def points(path: str) -> list[float]:
    """The heights of a path's points, from left to right."""
    return [float(y) for _, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)]


def test_the_lines_and_the_table_say_the_same_numbers(client):
    for month, (images, words) in enumerate([(4, 0), (1, 3), (0, 2)], 1):
        at = datetime(2026, month, 5, tzinfo=UTC)
        fill(images, at=at, category="cs.CV", mirrored_upvote_count=2)
        fill(words, at=at, category="cs.CL", mirrored_upvote_count=7)
    trends.count()
    response = page(client, "cs.CV", "cs.CL")
    [(_, curves)] = response.context["plots"]
    table = [(month, counts) for month, counts in curves.rows if month >= JANUARY]
    assert table == [
        (MARCH, [(0, 0), (2, 14)]),
        (FEBRUARY, [(1, 2), (3, 21)]),
        (JANUARY, [(4, 8), (0, 0)]),
    ]
    for number in (1, 2):
        papers, upvotes = [line for line in curves.lines if line.number == number]
        for line, lane, which in ((papers, curves.papers, 0), (upvotes, curves.upvotes, 1)):
            drawn = [*points(line.path), points(line.open_path)[-1]]
            told = [lane.y(counts[number - 1][which]) for _, counts in curves.rows[::-1]]
            assert drawn == told
            assert f'd="{line.path}"' in response.text
    cells = re.findall(r"<td>(\d+)(?: <small>.*?</span> (\d+)</small>)?</td>", response.text)
    assert cells[:6] == [("0", ""), ("2", "14"), ("1", "2"), ("3", "21"), ("4", "8"), ("0", "")]
    assert "cs.CL: 3 papers, 21 upvotes" in response.text


def test_a_lines_points_stand_in_the_middles_of_their_months():
    fill(1, at=NOW, keywords=["lora"])
    trends.count()
    curves = comparison.draw([Topic.objects.get(name="lora")])
    places = [float(x) for x, _ in re.findall(r"[ML]([\d.]+) ([\d.]+)", curves.lines[0].path)]
    assert places[0] == pytest.approx(BOX / 24 / 2, abs=0.1)
    assert len(places) == 23
    assert curves.lines[0].open_path.startswith(f"M{curves.lines[0].path.split('L')[-1]}L")


def test_what_rises_leads_to_its_papers_and_to_its_trend(client):
    fill(100, at=NOW - timedelta(100), keywords=["other"])
    fill(20, at=NOW - timedelta(3), keywords=["ac/dc"])
    trends.count()
    text = page(client).text
    assert reverse("papers:keyword", args=["ac/dc"]) in text
    assert "?topic=keyword%3A%22ac%2Fdc%22" in text
    assert "5.0 ×" in text
    assert "20 papers, 0 would be usual" in text


def test_the_page_costs_the_same_queries_whatever_it_draws(client):
    def cost(*topics, **query):
        with CaptureQueriesContext(connection) as queries:
            assert page(client, *topics, **query).status_code == 200
        return len(queries)

    fill(1, at=NOW, category="cs.CV", keywords=["lora"])
    trends.count()
    few = [cost(), cost("cs.CV"), cost("cs.CV", by="year")]
    for number in range(8):
        fill(12, at=NOW - timedelta(40 * number), category="cs.CL", keywords=[f"word {number}", "lora"])
    trends.count()
    many = [f"word {number}" for number in range(5)]
    assert [cost(), cost("cs.CV", *many), cost("cs.CV", *many, by="year")] <= few
    assert max(few) <= 8


QUERIES = {
    "topic_rising": lambda: Topic.objects.rising()[:20],
    "topic_most_used": lambda: Topic.objects.keywords().most_used()[:20],
    "topic_lately": lambda: Topic.objects.keywords().filter(recent_count__gt=0).order_by("-recent_count", "name")[:20],
    "trend_unique": lambda: Trend.objects.filter(topic__in=[1, 2], month__lte=NOW.date()),
}


@pytest.mark.parametrize("index", QUERIES)
def test_topics_are_listed_by_their_indexes(index):
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_sort = off")
        cursor.execute("set local enable_bitmapscan = off")
    assert index in QUERIES[index]().explain()
