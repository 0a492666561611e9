import pytest

from papers.arxiv import taxonomy


def test_there_are_as_many_categories_as_arxiv_has():
    assert len(taxonomy.CATEGORIES) == 155


@pytest.mark.parametrize(
    ("name", "title", "group"),
    [
        ("cs.CV", "Computer Vision and Pattern Recognition", "Computer Science"),
        ("hep-th", "High Energy Physics - Theory", "Physics"),
        ("cs", "Computer Science", "Computer Science"),
        ("astro-ph", "Astrophysics", "Physics"),
        ("cmp-lg", "Computation and Language", "Computer Science"),
    ],
)
def test_categories_archives_and_former_archives_are_found_by_name(name, title, group):
    found = taxonomy.find(name)
    assert (found.name, found.title, found.group) == (name, title, group)


@pytest.mark.parametrize("name", ["cs.ZZ", "CS.CV", "cs.", "", "acm-class", "68T50"])
def test_other_names_are_not_known(name):
    assert not taxonomy.is_known(name)


@pytest.mark.parametrize(
    ("name", "canonical"),
    [("cs.SY", "eess.SY"), ("math.MP", "math-ph"), ("alg-geom", "math.AG"), ("cs.CV", "cs.CV"), ("cs.ZZ", "cs.ZZ")],
)
def test_doubles_and_former_archives_have_a_name_of_today(name, canonical):
    assert taxonomy.canonical(name) == canonical


def test_every_name_of_today_is_a_category():
    names = [*taxonomy.CATEGORIES.values(), *taxonomy.FORMER_ARCHIVES.values()]
    assert {category.canonical for category in names} <= taxonomy.CATEGORIES.keys()
