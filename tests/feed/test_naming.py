"""The names of a kind are read as people write them; where that is no name, or several, they are told what to do."""

import pytest

from feed.naming import KINDS, Name, in_words, names_of
from papers.models import Author, Authorship, Organization


@pytest.fixture(autouse=True)
def _here(make_paper):
    nvidia = Organization.objects.create(name="NVIDIA", full_name="NVIDIA Corporation")
    make_paper(author_names=["Yann LeCun", "Ada Lovelace"], organization=nvidia)
    make_paper(author_names=["Aimé LeCun", "Sammy Davis, Jr."])


def read(kind, typed):
    names, problems = KINDS[kind].read(typed, 50)
    return [name.key for name in names], {it.text: [name.key for name in it.options] for it in problems}


@pytest.mark.parametrize(
    ("kind", "typed", "keys"),
    [
        ("categories", "cs.CV", ["cs.CV"]),
        ("categories", "CS.cv, stat.ml;hep-TH", ["cs.CV", "stat.ML", "hep-th"]),
        ("categories", "cs", ["cs"]),
        ("categories", "Robotics", ["cs.RO"]),
        ("categories", "computer science", ["cs"]),
        ("categories", "Computational Engineering, Finance, and Science", ["cs.CE"]),
        # Doubles and former names mean those of today.
        ("categories", "cs.SY, cmp-lg, Systems and Control", ["eess.SY", "cs.CL", "eess.SY"]),
        # As search fields have it.
        ("categories", " cat:cs.CL , ", ["cs.CL"]),
        ("authors", "Yann LeCun", ["yann-lecun"]),
        ("authors", "yann lecun, ADA LOVELACE", ["yann-lecun", "ada-lovelace"]),
        ("authors", "LeCun, Yann", ["yann-lecun"]),
        ("authors", "aime lecun\nada-lovelace", ["aime-lecun", "ada-lovelace"]),
        ("authors", "Sammy Davis, Jr.", ["sammy-davis-jr"]),
        ("authors", 'author:"Yann LeCun" ', ["yann-lecun"]),
        ("organizations", "nvidia", ["nvidia"]),
        ("organizations", "nvidia corporation, org:NVIDIA", ["nvidia", "nvidia"]),
        ("authors", "", []),
        ("authors", " ,;\n\0", []),
    ],
)
def test_names_are_read_as_people_write_them(kind, typed, keys):
    assert read(kind, typed) == (keys, {})


@pytest.mark.parametrize(
    ("kind", "typed", "options"),
    [
        ("categories", "machine learning", ["cs.LG", "stat.ML"]),
        ("categories", "computer vis", ["cs.CV"]),
        ("categories", "cs.ZZ", []),
        ("authors", "LeCun", ["aime-lecun", "yann-lecun"]),
        ("authors", "Nobody Known", []),
        ("organizations", "nvi", ["nvidia"]),
        ("organizations", "acme", []),
    ],
)
def test_what_is_no_name_or_several_comes_with_what_it_may_mean(kind, typed, options):
    assert read(kind, typed) == ([], {typed: options})


def test_what_is_understood_is_not_lost_beside_what_is_not():
    assert read("authors", "Ada Lovelace, Nobody Known") == (["ada-lovelace"], {"Nobody Known": []})


def test_who_stands_on_hidden_papers_alone_is_not_here():
    Authorship.objects.filter(author__slug="ada-lovelace").update(is_hidden=True)
    assert read("authors", "Ada Lovelace") == ([], {"Ada Lovelace": []})


def test_two_organizations_of_one_name_are_told_apart():
    Organization.objects.create(name="nvidia-labs", full_name="NVIDIA Corporation")
    assert read("organizations", "nvidia corporation")[1] == {"nvidia corporation": ["nvidia", "nvidia-labs"]}


@pytest.mark.parametrize("kind", ["authors", "organizations"])
def test_many_names_cost_one_query_and_those_not_understood_a_few(kind, django_assert_num_queries):
    with django_assert_num_queries(1 + 5):
        KINDS[kind].read(", ".join(f"somebody {number}" for number in range(40)), 50)


def test_names_are_shown_as_people_know_them(django_assert_num_queries):
    interest = {"categories": ["cs", "cs.CV"], "authors": ["yann-lecun", "gone-away"], "organizations": ["nvidia"]}
    with django_assert_num_queries(2):
        names = names_of(interest)
    assert names == {
        "categories": [
            Name("cs", "Computer Science", "all of cs"),
            Name("cs.CV", "Computer Vision and Pattern Recognition", "cs.CV"),
        ],
        "authors": [Name("gone-away", "gone-away"), Name("yann-lecun", "Yann LeCun")],
        "organizations": [Name("nvidia", "NVIDIA Corporation", "NVIDIA")],
    }


@pytest.mark.parametrize(
    ("categories", "authors", "organizations", "words"),
    [
        ([], [], [], ""),
        (["cs.CV"], [], [], "Papers in cs.CV"),
        (["cs"], [], [], "Papers in all of cs"),
        (["cs.CV"], ["Ada Lovelace"], [], "Papers in cs.CV or by Ada Lovelace"),
        (["cs.CV", "hep-th"], ["Ada"], [], "Papers in cs.CV or hep-th, or by Ada"),
        (["cs.CV"], ["Ada"], ["NVIDIA"], "Papers in cs.CV, by Ada, or from NVIDIA"),
        ([], ["Ada", "Bob", "Carol", "Dan"], [], "Papers by Ada, Bob, Carol or Dan"),
        ([], ["Ada", "Bob", "Carol", "Dan", "Eve"], [], "Papers by Ada, Bob, Carol or 2 others"),
    ],
)
def test_an_interest_is_told_in_words(categories, authors, organizations, words):
    named = {"categories": categories, "authors": authors, "organizations": organizations}
    assert in_words({kind: [Name(key, key) for key in keys] for kind, keys in named.items()}) == words


def test_an_author_of_another_key_than_the_name_is_found_by_it():
    Author.objects.filter(slug="ada-lovelace").update(slug="ada-lovelace-2")
    assert read("authors", "ada-lovelace-2") == (["ada-lovelace-2"], {})
    assert read("authors", "Ada Lovelace") == ([], {"Ada Lovelace": ["ada-lovelace-2"]})
