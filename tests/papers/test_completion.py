"""What a search field offers while one types."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from papers.completion import MOST, complete
from papers.models import Author, Authorship, Organization, Paper, Topic
from papers.models.author import SURNAME
from papers.query import LIMIT, parse


@pytest.fixture
def people(make_paper):
    """Two papers of one Yann, one of another, and a Müller; of NVIDIA and of Acme."""
    nvidia = Organization.objects.create(name="nvidia", full_name="NVIDIA")
    make_paper(author_names=["Yann LeCun", "Léon Bottou"], organization=nvidia)
    make_paper(author_names=["Yann LeCun"])
    make_paper(author_names=["Yann Yannson", "Jürgen Müller"])
    acme = Organization.objects.create(name="acme-labs", full_name="Acme Laboratories")
    make_paper(author_names=["Someone"], organization=acme)


def offered(text, *kinds) -> list[str]:
    return [it.fills for it in complete(text, *kinds)]


@pytest.mark.parametrize(
    ("typed", "fills"),
    [
        ("author:yann", ['author:"Yann LeCun"', 'author:"Yann Yannson"']),
        ('author:"Yann L', ['author:"Yann LeCun"']),
        ("author:“Yann L", ['author:"Yann LeCun"']),
        ("AUTHOR:lecun", ['author:"Yann LeCun"']),
        ("sharp needles -author:lec", ['author:"Yann LeCun"']),
        ("author:mull", ['author:"Jürgen Müller"']),
        ("author:müll", ['author:"Jürgen Müller"']),
        ('author:"leon bott', ['author:"Léon Bottou"']),
        ("org:nv", ["org:nvidia"]),
        ('org:"acme lab', ["org:acme-labs"]),
        ("cat:cs.cv", ["cat:cs.CV"]),
        ("category:hep-t", ["cat:hep-th"]),
        ("cat:robo", ["cat:cs.RO"]),
        ('cat:"natural lang', []),
        ("author:y", []),
        ('author:"Yann LeCun"', []),
        ("author: ", []),
        ("title:yann", []),
    ],
)
def test_an_operator_that_is_begun_is_completed(people, typed, fills):
    assert offered(typed) == fills


@pytest.mark.parametrize(
    ("typed", "fills"),
    [
        ("yann lec", ['author:"Yann LeCun"']),
        ("papers by yann lec", ['author:"Yann LeCun"']),
        ("lecun", ['author:"Yann LeCun"']),
        ("LÉON", ['author:"Léon Bottou"']),
        ("acme l", ["org:acme-labs"]),
        ("yann l", ['author:"Yann LeCun"']),
        ("vision by nvid", ["org:nvidia"]),
        ("computer vi", ["cat:cs.CV"]),
        ("lecun ", []),
        ('"yann lec', []),
        ('"a phrase" lecun', ['author:"Yann LeCun"']),
        ("y", []),
        ("", []),
        ("   ", []),
    ],
)
def test_the_last_words_may_be_the_beginning_of_a_name(people, typed, fills):
    assert offered(typed) == fills


@pytest.mark.parametrize("typed", ["papers by  yann   lec", "x  author:“Yann L", "yann lec", "see\tyann\u00a0lec"])
def test_what_is_replaced_stands_at_the_end_of_the_field_as_it_was_typed(people, typed):
    found = complete(typed)
    assert found
    assert all(typed.endswith(it.typed) for it in found)
    assert {it.fills for it in found} == {'author:"Yann LeCun"'}


def test_those_with_the_most_papers_come_first_and_say_how_many(people):
    assert [(it.label, it.detail) for it in complete("author:yann")] == [
        ("Yann LeCun", "2 papers"),
        ("Yann Yannson", "1 paper"),
    ]


def test_who_stands_on_hidden_papers_alone_is_not_offered(people):
    Paper.objects.filter(author_names__contains=["Yann Yannson"]).hide()
    assert offered("author:yann") == ['author:"Yann LeCun"']
    Authorship.objects.filter(name="Yann LeCun").update(is_hidden=True)
    assert offered("author:yann") == []
    Paper.objects.hide()
    assert offered("org:nv") == []


def test_a_list_that_nobody_asked_for_is_shorter(make_paper):
    for number in range(12):
        organization = Organization.objects.create(name=f"compute-{number}", full_name=f"Compute {number}")
        make_paper(author_names=[f"Compute Person {chr(97 + number)}"], organization=organization)
    assert [len(offered(text)) for text in ("author:comp", "org:comp", "cat:comp")] == [MOST, MOST, MOST]
    assert [it.kind for it in complete("comp")] == [*["category"] * 2, *["organization"] * 2, *["author"] * 2]


@pytest.mark.parametrize("signs", ["%%", "__", "a%", "a_", "100%", "\\\\", "_n", "[a-z]+", "$$"])
@pytest.mark.parametrize("before", ["", "author:", "org:", "cat:", "keyword:"])
def test_signs_of_patterns_stand_for_themselves(people, signs, before):
    Topic.objects.create(kind="keyword", name="anything", paper_count=1)
    assert offered(before + signs) == []


def test_keywords_are_offered_where_they_are_asked_for_with_those_used_most_first(db):
    for name, count in [("diffusion", 3), ("diffusion models", 30), ("diffuse light", 1), ("100% recall", 2)]:
        Topic.objects.create(kind="keyword", name=name, spelling=name.title(), paper_count=count)
    fills = ['keyword:"diffusion models"', 'keyword:"diffusion"']
    assert offered("sharp keyword:Diffusio") == fills
    assert offered('keyword:"diffusion m') == fills[:1]
    assert offered('keyword:"100%') == ['keyword:"100% recall"']
    assert offered("diffusio") == []
    assert offered("diffusio", ("category", "keyword")) == fills
    assert offered("author:diff", ("category", "keyword"), ("category", "keyword")) == []


@pytest.mark.parametrize(
    ("purpose", "typed", "fills"),
    [
        ("authors", "bob builder, yann", ["Yann LeCun", "Yann Yannson"]),
        ("authors", 'author:"yann l', ["Yann LeCun"]),
        ("authors", "nvi", []),
        ("organizations", "acme lab", ["acme-labs"]),
        ("categories", "computer vi", ["cs.CV"]),
        ("categories", "cs.CL, quantitative f", ["q-fin"]),
    ],
)
def test_a_field_of_one_kind_is_offered_its_names_alone(client, people, purpose, typed, fills):
    response = client.get(reverse("papers:completions"), {"q": typed, "for": purpose})
    assert [it["fills"] for it in response.json()["completions"]] == fills


def test_a_field_of_one_kind_is_offered_more_of_it(people):
    assert len(complete("cs.", ["category"])) == MOST


def test_an_author_who_goes_by_another_key_than_the_name_is_filled_in_by_it(make_paper):
    make_paper(author_names=["Yann LeCun"])
    Author.objects.update(slug="yann-lecun-2")
    (it,) = complete("yann", ["author"])
    assert it.without_operator.fills == "yann-lecun-2"


@pytest.mark.parametrize("typed", ["author:yann", "org:nv", "cat:cs.C", "computer vi", "keyword:att", "leon"])
def test_what_is_filled_in_is_understood_by_search(people, typed):
    Topic.objects.create(kind="keyword", name="attention", paper_count=1)
    found = complete(typed)
    assert found
    for it in found:
        query = parse(typed[: -len(it.typed)] + it.fills)
        assert not query.problems
        assert query.authors or query.facets


def test_the_address_answers_the_script(client, people):
    response = client.get(reverse("papers:completions"), {"q": "by yann lecu"})
    assert response.json() == {
        "completions": [
            {
                "kind": "author",
                "key": "yann-lecun",
                "label": "Yann LeCun",
                "detail": "2 papers",
                "typed": "yann lecu",
                "fills": 'author:"Yann LeCun"',
            }
        ]
    }
    assert "max-age=600" in response["Cache-Control"]
    assert client.post(reverse("papers:completions")).status_code == 405


@pytest.mark.parametrize(
    "text", ["a\0b", "author:a\0b", "\0\0\0", "x" * 10_000, "author:" + "x" * 10_000, "a " * 5_000]
)
@pytest.mark.parametrize("what", ["search", "topics", "nonsense", "\0"])
def test_whatever_is_sent_is_answered(client, db, text, what):
    response = client.get(reverse("papers:completions"), {"q": text, "for": what})
    assert (response.status_code, response.json()) == (200, {"completions": []})


def test_of_a_long_text_the_end_counts(people):
    assert offered("word " * 2_000 + "author:lecun") == ['author:"Yann LeCun"']
    assert offered("author:lecun" + " word" * LIMIT) == []


@given(st.text())
@example("author:" + "\u0958")
@example('org:"')
@example("cat:( [")
@pytest.mark.django_db
def test_any_text_can_be_completed(text):
    assert all(text.endswith(it.typed) for it in complete(text))


@pytest.mark.parametrize(
    ("text", "most"), [("author:yann", 1), ("org:nv", 1), ("cat:cs", 0), ("keyword:att", 1), ("papers by yann", 2)]
)
def test_a_kind_costs_one_query_and_categories_none(people, text, most):
    with CaptureQueriesContext(connection) as queries:
        complete(text)
    assert len(queries) == most


# What begins with some letters, as completion asks for it.
QUERIES = {
    "author_slug_unique": lambda: Author.objects.filter(slug__startswith="yann").order_by("slug"),
    "author_surname": lambda: (
        Author.objects.alias(surname=SURNAME).filter(surname__startswith="lecun").order_by("surname")
    ),
    "topic_unique": lambda: Topic.objects.keywords().filter(name__startswith="diff").order_by("name"),
}


@pytest.mark.parametrize("index", QUERIES)
def test_names_that_begin_alike_lie_together_in_an_index(people, index):
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_sort = off")
        cursor.execute("set local enable_bitmapscan = off")
    plan = QUERIES[index]().explain()
    assert index in plan
    assert "Index Cond" in plan


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        ("author:yann", {"author_slug_unique", "author_surname"}),
        ("org:nv", {"organization_name_begins", "organization_full_name_begins"}),
        ("keyword:diff", {"topic_unique"}),
    ],
)
def test_a_completion_reads_no_table_whole(people, text, indexes):
    with CaptureQueriesContext(connection) as queries:
        complete(text)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        # An order of all topics would also do for so few.
        cursor.execute("drop index topic_most_used")
        cursor.execute(f"explain {queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert {name for name in indexes if name in plan} == indexes
    assert "Seq Scan on papers_author" not in plan
    assert "Seq Scan on papers_organization" not in plan
