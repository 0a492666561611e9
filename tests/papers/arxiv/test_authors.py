import pytest

from papers.arxiv import authors
from papers.arxiv.record import AuthorName


def names(line):
    return [author.name for author in authors.split(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ada Byron, Bob Son", ["Ada Byron", "Bob Son"]),
        ("Ada Byron", ["Ada Byron"]),
        ("", []),
        (" , ,", []),
        ("Ada Byron, Bob Son, and Eve Black", ["Ada Byron", "Bob Son", "Eve Black"]),
        ("John Smith, Jr., Ada Byron", ["John Smith, Jr.", "Ada Byron"]),
        ("Sammy Doe, III, Carl Roe, Ph.D., Ada Byron", ["Sammy Doe, III", "Carl Roe, Ph.D.", "Ada Byron"]),
        ("Jonathan Karr Jr., Ada Byron", ["Jonathan Karr Jr.", "Ada Byron"]),
        ("ATLAS Collaboration, Ada Byron", ["ATLAS Collaboration", "Ada Byron"]),
        ("ATLAS Collaboration: Ada Byron, Bob Son", ["ATLAS Collaboration", "Ada Byron", "Bob Son"]),
        ("The ATLAS and CMS Collaborations", ["The ATLAS and CMS Collaborations"]),
        (r"Nikola Pi\v{z}urica, J\"org Hoff", ["Nikola Pižurica", "Jörg Hoff"]),
        ("Ada Byron (1), Bob Son (1 and 2) ((1) Here, (2) There)", ["Ada Byron", "Bob Son"]),
        ("Ada Byron (1),(2), Bob Son (2) ((1) Here, (2) There)", ["Ada Byron", "Bob Son"]),
        ("Ada (Byron, Bob Son", ["Ada (Byron", "Bob Son"]),
        ("Ada Byron and Bob Son", ["Ada Byron", "Bob Son"]),
        ("Ada Byron,\n Bob Son\n  and Eve Black", ["Ada Byron", "Bob Son", "Eve Black"]),
        ("Ada Byron & Bob Son, Jr. and Eve Black", ["Ada Byron", "Bob Son, Jr.", "Eve Black"]),
        ("Ada Byron (Home and Away) and Bob Son (Lab)", ["Ada Byron", "Bob Son"]),
        ("Ada Byron and the ATLAS Collaboration", ["Ada Byron", "the ATLAS Collaboration"]),
        ("ATLAS and CMS Collaborations, Data and AI Team", ["ATLAS and CMS Collaborations", "Data and AI Team"]),
        ("Andy Sand, Rand Anders", ["Andy Sand", "Rand Anders"]),
        ("Ada Byron, et al.", ["Ada Byron"]),
        ("Ada Byron, :, Bob Son", ["Ada Byron", "Bob Son"]),
    ],
)
def test_a_line_is_split_into_its_names(line, expected):
    assert names(line) == expected


def test_an_affiliation_stands_in_parentheses_commas_and_all():
    assert authors.split("Ada Byron (Home, London), Bob Son (Lab (East))") == (
        AuthorName("Ada Byron", affiliation="Home, London"),
        AuthorName("Bob Son", affiliation="Lab (East)"),
    )


def test_a_marker_with_a_legend_behind_it_is_no_affiliation():
    line = "Ada Byron (Home), Bob Son (2) (on behalf of the team, (1) Here, (2) There)"
    assert authors.split(line) == (AuthorName("Ada Byron", affiliation="Home"), AuthorName("Bob Son"))


def test_three_thousand_authors_are_all_kept():
    line = ", ".join(f"Author {number:04}" for number in range(3_000))
    assert len(authors.split(line)) == 3_000


def test_a_name_longer_than_any_is_cut():
    assert len(names("x" * 5_000)[0]) == 200
