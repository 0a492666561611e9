"""Papers that are near by meaning, on a paper's page. WordLlama reads them, as it does on a site."""

import pytest
from django.db import connection
from django.utils import timezone

from papers import vectors
from papers.models import Embedding, EmbeddingModel, Paper
from papers.similar import STATEMENT, similar

HEADING = "Similar papers"


@pytest.fixture
def about(make_paper):
    """Make a paper whose title and abstract are about something, and give it its vector."""

    def make(words: str, **more) -> Paper:
        paper = make_paper(title=words.title(), abstract=f"We study {words}.", **more)
        vectors.catch_up()
        return paper

    return make


def near(paper: Paper, *categories: str):
    return similar(Paper.objects.with_meaning().get(pk=paper.pk), categories)


def titles(paper: Paper) -> list[str]:
    return [it.title for it in near(paper)]


def test_the_nearest_by_meaning_come_first_and_never_the_paper_itself(about):
    cats = about("cats and their kittens")
    about("galaxies and dark matter")
    about("feline animals such as lions and cats")
    assert titles(cats) == ["Feline Animals Such As Lions And Cats", "Galaxies And Dark Matter"]


def test_there_are_six_at_most(about):
    first, *_ = [about(f"graph neural networks, part {number}") for number in range(9)]
    assert len(near(first)) == 6


def test_what_both_have_among_their_keywords_says_why(about):
    cats = about("cats", keywords=["Felines", "purring", "sleep", "whiskers", "paws"])
    about("lions", keywords=["felines", "savannah"])
    assert near(cats, "cs.CL")[0].shared == ["felines"]


def test_many_shared_keywords_are_cut_to_three(about):
    keywords = ["felines", "purring", "sleep", "whiskers"]
    cats = about("cats", keywords=keywords)
    about("lions", keywords=keywords)
    assert near(cats)[0].shared == keywords[:3]


def test_without_a_shared_keyword_the_category_in_common_says_why(about):
    cats = about("cats", keywords=["felines"], category="cs.CV")
    about("lions", keywords=["savannah"], category="cs.CV")
    assert near(cats, "cs.CV")[0].shared == ["cs.CV"]


@pytest.mark.parametrize("field", ["hidden_at", "withdrawn_at", "deleted_at"])
def test_a_paper_that_is_not_to_be_read_is_not_shown(about, field):
    cats = about("cats")
    lions = about("lions")
    Paper.objects.filter(pk=lions.pk).update(**{field: timezone.now()})
    assert near(cats) == []


def test_a_paper_of_unknown_words_is_near_to_nothing(about):
    cats = about("cats")
    unknown = about("lions")
    Embedding.objects.filter(paper=unknown).update(vector=[0] * 384)
    assert near(cats) == []
    assert near(unknown) == []


def test_the_page_shows_them_with_the_reason(client, about):
    cats = about("cats", keywords=["felines"])
    lions = about("lions", keywords=["felines"])
    page = client.get(cats.get_absolute_url()).text
    assert HEADING in page
    assert f'<a href="{lions.get_absolute_url()}">Lions</a> <small>' in page


@pytest.mark.parametrize("missing", ["vector", "model"])
def test_without_a_vector_or_a_model_the_section_is_absent(client, about, missing):
    cats = about("cats")
    about("lions")
    if missing == "vector":
        Embedding.objects.filter(paper=cats).delete()
    else:
        EmbeddingModel.objects.update(is_in_force=False)
    assert HEADING not in client.get(cats.get_absolute_url()).text


def test_they_cost_one_query(about, django_assert_num_queries):
    cats = about("cats")
    about("lions")
    paper = Paper.objects.with_meaning().get(pk=cats.pk)
    with django_assert_num_queries(1):
        similar(paper, [])


def test_the_index_of_the_model_in_force_serves_them(about):
    cats = Paper.objects.with_meaning().get(pk=about("cats").pk)
    with connection.cursor() as cursor:
        # So few rows would be read whole; at size, the index is what counts.
        cursor.execute("set local enable_seqscan = off; set local enable_sort = off; set local enable_bitmapscan = off")
        cursor.execute(f"explain {STATEMENT}", [cats.meaning, cats.meaning_model, cats.pk, cats.meaning, 6])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert EmbeddingModel.objects.get().index in plan
