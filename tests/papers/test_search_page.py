"""The search page, seen from outside."""

import json
import re
import time
from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse
from lxml import html

from papers import documents, vectors
from papers.arxiv.record import AuthorName, Record
from papers.ingest import ingest
from papers.models import Category, Organization, Paper
from papers.search import MOST
from papers.views.search import PAGE_SIZE

MOST_QUERIES = 10
# Seconds of the processor's; a page takes a tenth of it.
QUICKLY = 2


@pytest.fixture(autouse=True)
def _spring():
    with time_machine.travel(datetime(2026, 4, 1, 12, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def search(client):
    """Ask for the search page: the words, then what is chosen beside them."""

    def search(words: str, **chosen):
        return client.get(reverse("feed:papers"), {"q": words, **chosen})

    return search


@pytest.fixture
def shelf(make_paper):
    """Make papers that search knows: the names of their titles, and what each is besides."""

    def shelf(**papers: dict) -> dict[str, Paper]:
        made = {name: make_paper(title=name.replace("_", " "), **more) for name, more in papers.items()}
        documents.catch_up()
        return made

    return shelf


@pytest.fixture
def many(db):
    """Make so many papers about needles at once; the later, the more often they say it."""

    def many(count: int) -> None:
        Category.objects.get_or_create(name="cs.CL", defaults={"title": "Language"})
        Paper.objects.bulk_create(
            Paper(
                arxiv_id=f"2602.{number:05}",
                title=f"Needle {number}",
                abstract="needle " * (number % 7),
                published_at=datetime(2026, 2, 1 + number % 28, tzinfo=UTC),
                mirrored_upvote_count=number % 11,
                primary_category_id="cs.CL",
            )
            for number in range(1, count + 1)
        )
        documents.catch_up()

    return many


def rows(response) -> list:
    return html.fromstring(response.content).xpath("//li[@data-paper]")


def shown(response) -> list[str]:
    return [row.xpath("string(h3)").strip() for row in rows(response)]


def found(response) -> str:
    return " ".join(html.fromstring(response.content).xpath("string(//p[@class='found']/span)").split())


def count_beside(response, name: str, value: str) -> str:
    return html.fromstring(response.content).xpath(f"string(//input[@name='{name}'][@value='{value}']/../small)")


def test_papers_are_found_by_their_words_the_best_first(search, shelf):
    shelf(A_needle={"abstract": "On needles."}, Hay={"abstract": "A needle is in it."}, Nothing={})
    assert shown(search("needle")) == ["A needle", "Hay"]


def test_papers_are_found_by_what_they_mean(search, shelf):
    shelf(Feline_animals={"abstract": "Felines."}, Stock_markets={"abstract": "Trading shares."})
    vectors.catch_up()
    response = search("cat")
    assert shown(response)[0] == "Feline animals"
    assert found(response) == "1 paper near in meaning; none has these words"


def test_without_vectors_the_page_says_that_words_alone_were_looked_for(search, shelf):
    shelf(A_needle={})
    assert found(search("needle")) == "1 paper, by words"


def test_a_row_holds_the_whole_abstract_with_the_matched_words_marked(search, shelf):
    abstract = "It begins. " + "It goes on. " * 200 + r"Needles of $needle^2$, and <needle>, end it."
    shelf(Needling={"abstract": abstract})
    (row,) = rows(search("needle"))
    assert [mark.text for mark in row.iter("mark")] == ["Needling", "Needles", "needle"]
    assert "It begins." in row.text_content()
    assert row.text_content().count("It goes on.") == 200


def test_a_row_names_the_organization_or_counts_the_authors(search, shelf, make_paper):
    shelf(Needle_one={"organization": Organization.objects.create(name="acme", full_name="Acme")}, Needle_two={})
    of_acme, of_two = sorted(rows(search("needle")), key=lambda row: row.xpath("string(h3)"))
    assert "Acme" in of_acme.text_content()
    assert "authors" not in of_acme.text_content()
    assert "2 authors" in of_two.text_content()


def test_a_date_of_this_year_is_told_without_the_year(search, shelf):
    shelf(Needle_now={}, Needle_then={"published_at": datetime(2017, 6, 12, tzinfo=UTC)})
    dates = {row.xpath("string(h3)"): row.xpath("string(.//time)") for row in rows(search("needle"))}
    assert dates == {"Needle now": "Jan 5", "Needle then": "Jun 12, 2017"}


def test_an_empty_search_is_the_feed(client, make_entry):
    entry = make_entry(datetime(2026, 3, 31).date())
    for words in ("", "   ", "\0"):
        response = client.get(reverse("feed:papers"), {"q": words})
        assert entry.paper.title in response.text
        assert response.context["tab"] == "day"


def test_beside_the_results_stands_how_many_papers_each_choice_has(search, shelf, make_entry):
    papers = shelf(
        Needle_a={"category": "cs.CV", "github_repo": "https://github.com/a/b"},
        Needle_b={"category": "cs.CV", "published_at": datetime(2020, 1, 1, tzinfo=UTC)},
        Needle_c={"category": "cs.LG"},
        Hay={"category": "cs.RO"},
    )
    make_entry(datetime(2026, 3, 31).date(), paper=papers["Needle_c"])
    documents.catch_up()
    choices = [
        ("category", "cs.CV"),
        ("category", "cs.LG"),
        ("category", "cs.RO"),
        ("year", "2026"),
        ("year", "2020"),
        ("code", "1"),
        ("feed", "1"),
    ]
    # What is chosen of one kind narrows what the others are counted among.
    for chosen, counts in (
        ({}, ["2", "1", "", "2", "1", "1", "1"]),
        ({"category": "cs.LG"}, ["2", "1", "", "1", "", "0", "1"]),
        ({"year": "2020"}, ["1", "", "", "2", "1", "0", "0"]),
        ({"code": "1", "category": "cs.CV"}, ["1", "", "", "1", "", "1", "0"]),
        ({"category": "cs.LG", "year": "1999"}, ["", "0", "", "1", "", "0", "0"]),
    ):
        response = search("needle", **chosen)
        assert [count_beside(response, *choice) for choice in choices] == counts, chosen


@pytest.mark.parametrize(
    ("chosen", "left"),
    [
        ({"category": "cs.CV"}, {"Needle a", "Needle b"}),
        ({"category": ["cs.CV", "cs.LG"]}, {"Needle a", "Needle b", "Needle c"}),
        ({"category": "cs.CV", "year": "2020"}, {"Needle b"}),
        ({"year": ["2020", "2026"]}, {"Needle a", "Needle b", "Needle c"}),
        ({"code": "1"}, {"Needle a"}),
        ({"feed": "1"}, {"Needle c"}),
        ({"code": "1", "feed": "1"}, set()),
        (
            {"category": ["\0", "cs.ZZ"], "year": ["x", "99999", "٢٠٢٦"], "order": "odd"},
            {"Needle a", "Needle b", "Needle c"},
        ),
    ],
)
def test_what_is_chosen_narrows_the_results(search, shelf, make_entry, chosen, left):
    papers = shelf(
        Needle_a={"category": "cs.CV", "github_repo": "https://github.com/a/b"},
        Needle_b={"category": "cs.CV", "published_at": datetime(2020, 1, 1, tzinfo=UTC)},
        Needle_c={"category": "cs.LG"},
    )
    make_entry(datetime(2026, 3, 31).date(), paper=papers["Needle_c"])
    documents.catch_up()
    assert set(shown(search("needle", **chosen))) == left


def test_a_choice_finds_papers_beyond_the_thousand_that_are_ranked(search, shelf, many):
    old = shelf(Needle_of_old={"published_at": datetime(2009, 1, 1, tzinfo=UTC), "abstract": ""})["Needle_of_old"]
    many(MOST + 50)
    assert old.pk not in search("needle").context["found"].papers
    assert shown(search("needle", year="2009")) == [old.title]


def test_a_choice_that_leaves_nothing_can_be_dropped(search, shelf):
    shelf(Needle={})
    response = search("needle", year="1999")
    assert "No paper fits" in response.text
    assert '<a class="button" href="?q=needle">Without the filters</a>' in response.text
    assert 'value="1999" checked' in response.text


def test_results_stand_by_date_or_by_upvotes_where_that_is_asked_for(search, shelf):
    shelf(
        Needle_needle={"mirrored_upvote_count": 5},
        A_needle={"mirrored_upvote_count": 9, "published_at": datetime(2020, 1, 1, tzinfo=UTC)},
        The_newest_needle_of_all={"published_at": datetime(2026, 3, 1, tzinfo=UTC)},
    )
    newest, first, best = "The newest needle of all", "Needle needle", "A needle"
    assert shown(search("needle", order="date")) == [newest, first, best]
    assert shown(search("needle", order="upvotes")) == [best, first, newest]


@pytest.mark.parametrize("order", ["", "date", "upvotes"])
def test_pages_follow_each_other_without_gaps_or_repeats(search, many, order):
    many(2 * PAGE_SIZE + 3)
    seen, cursor = [], ""
    while True:
        response = search("needle", order=order, after=cursor)
        seen.append(shown(response))
        if not (cursor := response.context["page"].next_cursor):
            break
    assert [len(page) for page in seen] == [PAGE_SIZE, PAGE_SIZE, 3]
    assert len({title for page in seen for title in page}) == 2 * PAGE_SIZE + 3


def test_the_next_page_goes_on_where_the_last_paper_shown_has_vanished(search, many):
    many(PAGE_SIZE + 3)
    first = search("needle")
    everything = shown(first) + shown(search("needle", after=first.context["page"].next_cursor))
    Paper.objects.filter(pk=first.context["page"].items[-1].pk).hide()
    assert shown(search("needle", after=first.context["page"].next_cursor)) == everything[PAGE_SIZE:]


@pytest.mark.parametrize("cursor", ["x", "\0", "9-9", "20-", "-1", "1-1-1", "9" * 5000, "٣-٣", "WzFd"])
def test_a_cursor_that_leads_nowhere_is_no_page_and_says_so(search, shelf, cursor):
    shelf(Needle={})
    response = search("needle", after=cursor)
    assert response.status_code == 404
    assert "Go back to the first one" in response.text


def test_more_than_a_thousand_papers_are_not_counted(search, many):
    many(MOST + 50)
    assert found(search("needle")) == "More than 1,000 papers, by words"
    assert "the best 1,000, the newest first" in found(search("needle", order="date"))


@pytest.mark.parametrize(
    "spelling",
    [
        "2601.00001",
        "2601.00001v3",
        "arXiv: 2601.00001 [cs.CL]",
        "https://arxiv.org/pdf/2601.00001v2",
        "huggingface.co/papers/2601.00001",
    ],
)
def test_an_arxiv_id_or_address_leads_to_its_paper(search, paper, spelling):
    response = search(spelling)
    assert response.status_code == 302
    assert response.url == paper.get_absolute_url()


@pytest.mark.parametrize("is_hidden", [True, False])
def test_an_arxiv_id_that_is_not_here_leads_to_arxiv(search, paper, is_hidden):
    Paper.objects.hide()
    response = search("2601.00001" if is_hidden else "hep-th/9901001")
    assert response.status_code == 200
    assert "is not in this catalogue" in response.text
    assert f"https://arxiv.org/abs/{'2601.00001' if is_hidden else 'hep-th/9901001'}" in response.text
    assert not rows(response)


def test_a_hidden_paper_is_not_found(search, shelf):
    shelf(Needle={}, Another_needle={})
    Paper.objects.filter(title="Needle").hide()
    assert shown(search("needle")) == ["Another needle"]
    assert count_beside(search("needle"), "year", "2026") == "1"


def test_where_nothing_is_found_the_page_suggests_less(search, shelf):
    shelf(Needle={})
    response = search('"needle haystack" -straw cat:cs.CL')
    assert "No paper fits" in response.text
    assert [*response.context["suggestions"]] == ["needle haystack", "needle", "haystack"]
    assert shown(search("needle"))


@pytest.mark.parametrize(
    ("words", "problem"),
    [("needle " * 40, "A search may have 250 characters"), ("cat:cs.ZZ needle", "arXiv has no category “cs.ZZ”")],
)
def test_what_cannot_be_looked_for_is_told_at_the_field_which_keeps_it(search, shelf, words, problem):
    shelf(Needle={})
    response = search(words)
    page = html.fromstring(response.content)
    assert response.status_code == 200
    assert problem in page.xpath("string(//form[@id='search']/*[@id='search-problem'])")
    assert page.xpath("string(//input[@name='q']/@value)") == words.strip()
    assert page.xpath("//details[contains(@class, 'operators')]/@open")


HOSTILE = {
    "operators only": 'author: cat: -"" OR AND NOT () & | ! :* <->',
    "a minus": "-",
    "what must not be there alone": "-needle",
    "ten thousand quotes": '"' * 10_000,
    "quotes within the limit": '"' * 249,
    "null bytes": "nee\0dle\0",
    "controls": "".join(map(chr, range(1, 32))) + "x",
    "half a surrogate": "\ud800 needle".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "right to left": "‮إبرة מחט‬ needle",
    "emoji": "🪡👩‍🔬🏳️‍🌈",
    "SQL": "'; drop table papers_paper; --",
    "more SQL": r"\' or 1=1 %s %(x)s {0} $$",
    "TeX": r"$\frac{a}{b}$ \textbf{needle} \\ \begin{equation}",
    "HTML": '"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "a template": "{{ settings.SECRET_KEY }} {% load x %}",
    "combining": "n" + "\u0301" * 200,
    "one long word": "n" * 250,
    "many words": "a b c d e f g h i j k l m n o p q r s t u v w x y z " * 4,
    "many operators": "year:2020 " * 24,
    "ligatures that grow": "ﷺ" * 200,
    "a year of another script": "year:٢٠٢٦ has:code",
    "a backslash": "needle\\",
    "an address of nothing": "https://arxiv.org/abs/",
    "an address of the site": "http://testserver/papers/" + "9" * 200,
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_whatever_is_typed_a_page_comes_quickly(search, shelf, words):
    shelf(Needle={"abstract": "A needle. " * 100})
    vectors.catch_up()
    began = time.process_time()
    response = search(words)
    assert time.process_time() - began < QUICKLY
    assert response.status_code == 200
    assert response.context["query"].text
    assert "<script>alert" not in response.text
    assert Paper.objects.count() == 1


@pytest.mark.parametrize("who", ["a visitor", "a member"])
@pytest.mark.parametrize("chosen", [{}, {"category": "cs.CL", "code": "1"}, {"order": "date"}])
def test_a_search_costs_the_same_few_queries_however_much_it_finds(
    client, search, many, shelf, ada, who, chosen, django_assert_max_num_queries
):
    shelf(Needle={"github_repo": "https://github.com/a/b"})
    vectors.catch_up()
    if who == "a member":
        client.force_login(ada)
    with django_assert_max_num_queries(MOST_QUERIES) as few:
        search("needle", **chosen)
    many(2 * PAGE_SIZE)
    Paper.objects.update(github_repo="https://github.com/a/b")
    documents.catch_up()
    with django_assert_max_num_queries(len(few)):
        assert search("needle", **chosen).status_code == 200


def test_a_visitors_search_may_be_kept_by_anyone_and_indexed_by_nobody(client, search, shelf):
    shelf(Needle={})
    response = search("needle", year="2026", order="date")
    page = html.fromstring(response.content)
    assert not response.cookies
    assert "public" in response["Cache-Control"]
    assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]
    assert page.xpath("//link[@rel='canonical']/@href")[0].endswith("/papers?q=needle")
    assert page.xpath("string(//title)") == "needle · Search · Daily Papers"


def test_a_search_has_one_body_whether_htmx_asks_or_not(client, search, shelf):
    shelf(Needle={})
    asked = client.get(reverse("feed:papers"), {"q": "needle"}, headers={"HX-Request": "true", "HX-Target": "feed"})
    assert asked.content == search("needle").content
    assert " style=" not in asked.text
    assert "<style" not in asked.text


@pytest.fixture(scope="module")
def seed(recorded):
    """The 57 papers of the page that this project starts from; those without an id get well-formed ones."""
    rows = json.loads((recorded / "seed_papers.json").read_text())["papers"]
    return [{**row, "arxiv_id": row["arxiv_id"] or f"2512.9{number:04}"} for number, row in enumerate(rows)]


@pytest.fixture
def seed_site(seed, db):
    ingest(
        Record(
            arxiv_id=row["arxiv_id"],
            title=row["title"],
            abstract=row["abstract"],
            authors=tuple(AuthorName(f"Author {number}") for number in range(row["authors_count"] or 2)),
            categories=("cs.CV",),
            published_at=datetime(2025, 12, 1, tzinfo=UTC),
        )
        for row in seed
    )
    documents.catch_up()
    vectors.catch_up()
    return seed


def bare(text: str) -> str:
    return re.sub(r"\W", "", text)


def test_the_seeds_own_search_shows_its_papers_with_whole_abstracts(search, seed_site):
    query = "compressing images into patches and primitives"
    first = search(query)
    shown_rows = rows(first) + rows(search(query, after=first.context["page"].next_cursor))
    shown_rows += rows(search(query, after=f"{2 * PAGE_SIZE}-{first.context['found'].papers[2 * PAGE_SIZE - 1]}"))
    assert len(shown_rows) == 57
    by_id = {row["arxiv_id"]: row for row in seed_site}
    for row in shown_rows:
        paper = by_id[row.get("data-paper")]
        abstract = row.xpath("*[contains(@class, 'abstract')]")[0]
        if "$" not in paper["abstract"] and "\\" not in paper["abstract"]:
            assert bare(abstract.text_content()).startswith(bare(paper["abstract"])[:150])
            assert bare(abstract.text_content())[-60:] == bare(paper["abstract"])[-60:]
        assert row.xpath(".//time")
        assert re.search("[0-9]+ authors|Author 0", row.text_content())
    assert shown_rows[0].xpath(".//mark")


def test_every_seed_paper_is_found_first_by_its_title_and_soon_by_its_first_sentence(search, seed_site):
    late = {}
    for row in seed_site:
        title = row["title"][:250]
        sentence = row["abstract"].split(". ")[0][:250]
        for words, most in [(title, 1), (sentence, 3)]:
            places = [paper.arxiv_id for paper in search(words).context["page"]][:most]
            if row["arxiv_id"] not in places:
                late[words] = places
    assert late == {}


def test_the_seeds_broken_mathematics_is_shown_as_it_came(search, seed_site):
    for artefact in ("10times", "cdot"):
        response = search(artefact)
        assert response.status_code == 200
        assert any(artefact in row.text_content() for row in rows(response))
