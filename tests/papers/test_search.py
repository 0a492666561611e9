"""The site's search: by words, by meaning, by both; and that what is hidden is not found."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from papers import documents, gists, rarity, search, vectors
from papers.models import Author, Category, EmbeddingModel, Organization, Paper, SearchDocument, Stale
from papers.query import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def find():
    """Search, once all that is stale has been read; return the arXiv ids found, the best first."""

    def find(text: str, **parts) -> list[str]:
        documents.catch_up()
        rarity.forget()
        names = dict(Paper.objects.values_list("pk", "arxiv_id"))
        return [names[pk] for pk in search.search(parse(text), **parts).papers]

    return find


@pytest.fixture
def embedded(make_paper):
    """Papers about three things, embedded."""
    make_paper("2601.00011", title="Cats and dogs", abstract="We study kittens and puppies at home.")
    make_paper("2601.00012", title="Galaxies", abstract="Stars and black holes far away, seen by telescopes.")
    make_paper("2601.00013", title="Bread", abstract="Flour, water, yeast and a hot oven.")
    vectors.catch_up()


def test_words_are_found_in_title_abstract_and_authors(make_paper, find):
    make_paper("2601.00011", title="On Wombats", author_names=["Carol Reader"])
    make_paper("2601.00012", abstract="There are wombats.", author_names=["Carol Reader"])
    make_paper("2601.00013", author_names=["Paul Wombat"])
    make_paper("2601.00014")
    assert find("wombats") == ["2601.00011", "2601.00012", "2601.00013"]


def test_other_forms_of_a_word_are_found_and_letters_without_their_accents(make_paper, find):
    make_paper("2601.00011", title="Compressing Images", author_names=["Paul Lévy"])
    for text in ("compressed image", "levy", "Lévy", 'author:"paul levy"'):
        assert find(text) == ["2601.00011"], text


def test_of_several_words_the_more_and_the_rarer_count(make_paper, find):
    make_paper("2601.00011", title="A model of a model")
    make_paper("2601.00012", title="A model of wombats")
    make_paper("2601.00013", title="Wombats")
    make_paper("2601.00014", title="A model")
    assert find("model wombats")[:2] == ["2601.00012", "2601.00013"]
    assert set(find("model wombats")) == {"2601.00011", "2601.00012", "2601.00013", "2601.00014"}


def test_words_count_more_where_they_stand_together_as_in_the_query(make_paper, find):
    make_paper("2601.00011", abstract="Fields of light, and radiance of stars that is neural to no one.")
    make_paper("2601.00012", abstract="Stars that light no one, and neural radiance fields of stars.")
    make_paper("2601.00013", abstract="Radiance to no one: light fields, neural stars of stars.")
    assert find("neural radiance fields", by_meaning=False)[0] == "2601.00012"
    assert find("fields of light", by_meaning=False)[0] == "2601.00011"


def test_a_word_counts_more_where_the_title_has_it_as_it_was_written(make_paper, find):
    make_paper("2601.00011", title="The transformer")
    make_paper("2601.00012", title="The transformation")
    for text in ("transformer", "Transformers"):
        assert find(text, by_meaning=False)[0] == "2601.00011", text
    assert find("transformation", by_meaning=False)[0] == "2601.00012"


def test_a_phrase_must_stand_there_and_what_is_left_out_must_not(make_paper, find):
    make_paper("2601.00011", title="A chain of thought")
    make_paper("2601.00012", title="A thought of a chain")
    make_paper("2601.00013", title="A chain of thought in mathematics")
    assert set(find('"chain of thought"')) == {"2601.00011", "2601.00013"}
    assert set(find('"chain of thought" -mathematics')) == {"2601.00011"}


def test_operators_narrow(make_paper, find):
    nvidia = Organization.objects.create(name="NVIDIA", full_name="NVIDIA")
    make_paper("2601.00011", title="Wombats", category="cs.CV", organization=nvidia)
    make_paper("2601.00012", title="Wombats", category="stat.ML", github_repo="https://github.com/a/b")
    make_paper("2601.00013", title="Wombats", author_names=["Wanda Wombat", "Bob Builder"], keywords=["Marsupials"])
    assert find("wombats cat:cs.CV") == ["2601.00011"]
    assert find("wombats cat:cs.CV,stat.ML has:code") == ["2601.00012"]
    assert find("org:nvidia") == ["2601.00011"]
    assert find("wombats -cat:cs.CV -has:code") == ["2601.00013"]
    assert find('author:"bob builder" author:wanda') == ["2601.00013"]
    assert find("keyword:marsupials") == ["2601.00013"]
    assert find("title:builder") == []
    assert find("year:2025 wombats") == []
    assert len(find("year:2026 wombats")) == 3


def test_what_is_in_the_feed_can_be_asked_for(make_entry, make_paper, find):
    from datetime import date

    make_paper("2601.00011", title="Wombats")
    entry = make_entry(date(2026, 1, 5), paper=make_paper("2601.00012", title="Wombats"))
    assert find("wombats in:feed") == [entry.paper.arxiv_id]


def test_meaning_is_found_without_a_common_word(embedded, find):
    assert find("pets", by_words=False)[0] == "2601.00011"
    assert find("astronomy")[0] == "2601.00012"
    assert find("baking recipes")[0] == "2601.00013"


def test_what_nothing_is_near_to_finds_nothing(embedded, find):
    assert find("xyzzy plugh") == []
    assert find("xyzzy plugh bread")[0] == "2601.00013"


def test_a_paper_is_found_by_its_words_before_it_has_its_vector(embedded, make_paper, find):
    make_paper("2601.00014", title="Sourdough")
    assert find("sourdough")[0] == "2601.00014"


def test_a_filter_holds_for_what_is_found_by_meaning_too(embedded, make_paper, find):
    make_paper("2601.00014", title="Dough", abstract="Yeast and flour.", category="cs.RO")
    vectors.catch_up()
    assert find("bread cat:cs.RO") == ["2601.00014"]


@pytest.mark.parametrize("text", ["wombats", "marsupials of Australia", "year:2026", '"common wombat"'])
def test_a_hidden_paper_is_not_found_at_once_and_again_when_it_is_shown(text, make_paper):
    paper = make_paper("2601.00011", title="The common wombat", abstract="Marsupials that dig.")
    documents.catch_up()
    vectors.catch_up()
    assert search.search(parse(text)).papers == [paper.pk]
    Paper.objects.filter(pk=paper.pk).hide()
    # Nothing was read anew yet.
    assert search.search(parse(text)).papers == []
    documents.catch_up()
    assert not SearchDocument.objects.exists()
    Paper.objects.filter(pk=paper.pk).show()
    documents.catch_up()
    assert search.search(parse(text)).papers == [paper.pk]


def test_whatever_changes_a_paper_it_is_found_by_what_it_is_now(make_paper, find):
    paper = make_paper("2601.00011", title="Wombats")
    assert find("wombats") == ["2601.00011"]
    Paper.objects.filter(pk=paper.pk).update(title="Kangaroos")
    assert (find("wombats"), find("kangaroos")) == ([], ["2601.00011"])
    paper.categories.add(Category.objects.create(name="cs.RO"))
    assert find("cat:cs.RO") == ["2601.00011"]
    paper.categories.remove("cs.RO")
    assert find("cat:cs.RO") == []


def test_many_papers_are_read_until_it_is_enough_and_by_the_command_all(make_paper, monkeypatch):
    monkeypatch.setattr(documents, "BATCH_SIZE", 2)
    monkeypatch.setattr(documents, "ENOUGH", timedelta())
    for _ in range(7):
        make_paper()
    assert documents.catch_up() == 2
    call_command("embed")
    assert SearchDocument.objects.count() == 7


def test_a_vote_makes_nothing_stale(make_paper, ada, find):
    paper = make_paper("2601.00011")
    gists.catch_up()
    find("x")
    vectors.catch_up()
    paper.upvote(by=ada)
    assert not Stale.objects.exists()


def test_without_its_model_search_goes_by_words_and_says_so(embedded, find, caplog):
    EmbeddingModel.objects.update(name="nobody/has-this-model")
    assert find("kittens") == ["2601.00011"]
    assert not search.search(parse("kittens")).is_by_meaning
    assert "by words alone" in caplog.text
    assert "searches go by words alone" in vectors.trouble()


def test_readiness_notes_what_search_lacks(client, embedded):
    assert client.get("/readyz").content == b"ready\n"
    EmbeddingModel.objects.update(name="nobody/has-this-model")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert "nobody/has-this-model" in answer.content.decode()


HOSTILE = [
    "- - -", '"""', '"' * 10_000, "author: cat: year:", "\x00wombat\x00", "مرحبا بالعالم", "🦘🦘", "'; drop table papers_paper; --",
    r"$\frac{a}{b}$ \mathcal{O}", "a:* & b | !c", "<script>alert(1)</script>", "\\", "'", "''", "year:2025'", 'org:"a\'b\\"',
    "-" * 200, "a " * 120, "%s %(x)s %", "the of and", "\ud800",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_anything_typed_finds_something_or_nothing(text, embedded, find):
    find(text)
    assert Paper.objects.count() == 3


def test_a_search_takes_a_constant_number_of_queries(embedded, find):
    find("wombats")
    with CaptureQueriesContext(connection) as queries:
        search.search(parse('cats dogs "at home" author:bob -bread year:2026'))
    # The words, the model, the rarity of a site without statistics, and the search with its settings.
    assert len([it for it in queries if "savepoint" not in it["sql"].lower()]) <= 6


def test_more_than_a_thousand_are_said_to_be_more():
    category = Category.objects.create(name="cs.CL")
    from django.utils import timezone

    Paper.objects.bulk_create(
        Paper(arxiv_id=f"2601.1{number:04}", title="Wombats", primary_category=category, published_at=timezone.now())
        for number in range(search.MOST + 1)
    )
    documents.catch_up()
    found = search.search(parse("wombats"))
    assert (len(found.papers), found.is_more) == (search.MOST, True)


def fill(make_paper, count, **more):
    for number in range(count):
        make_paper(f"2602.{number + 1:05}", **more)


def test_of_frequent_words_it_is_said_that_not_all_were_looked_at(make_paper, find, monkeypatch):
    fill(make_paper, 5, title="Wombats", abstract="Of wombats.")
    assert not search.search(parse("wombats")).is_more
    monkeypatch.setattr(search, "WALK", 2)
    # Those that have the words are few enough to be gathered, however great their share.
    assert (len(find("wombats")), search.search(parse("wombats")).is_more) == (5, False)
    monkeypatch.setattr(search, "TITLED", 2)
    monkeypatch.setattr(search, "MATCHING", 2)
    monkeypatch.setattr(search, "RARE", 0)
    monkeypatch.setattr(search, "MOST_MATCHES", 0)
    assert len(find("wombats")) < 5
    assert search.search(parse("wombats")).is_more


def test_frequent_words_are_found_in_the_years_that_are_asked_for(make_paper, find, monkeypatch):
    make_paper("2001.00001", title="Old", abstract="Wombats.", published_at=datetime(2020, 12, 31, 23, tzinfo=UTC))
    make_paper("2001.00002", title="Older", abstract="Wombats.", published_at=datetime(2019, 1, 1, tzinfo=UTC))
    fill(make_paper, 5, title="New", abstract="Wombats.", published_at=datetime(2026, 2, 1, tzinfo=UTC))
    for name, value in {"WALK": 2, "MATCHING": 1, "RARE": 0, "MOST_MATCHES": 0, "FREQUENT": 0.01}.items():
        monkeypatch.setattr(search, name, value)
    assert "2001.00001" in find("wombats year:2018-2020")
    assert find("year:2020") == ["2001.00001"]


def test_who_is_left_out_may_still_be_written_about(make_paper, find):
    make_paper("2601.00011", title="Chorales by Bach", author_names=["Ada X"])
    make_paper("2601.00012", title="Chorales", author_names=["Johann Bach"], abstract="A survey.")
    assert find("chorales -author:bach") == ["2601.00011"]
    assert set(find("chorales -title:survey")) == {"2601.00011", "2601.00012"}


def test_one_name_ends_where_the_next_begins(make_paper, find):
    make_paper("2601.00011", title="Two", author_names=["Jane Lee", "Kim Park"])
    assert find('author:"lee kim"') == []
    assert find('author:"kim park"') == find('author:"jane lee"') == ["2601.00011"]


def test_authors_are_no_part_of_a_title(make_paper, find):
    make_paper("2601.00011", title="Nothing", author_names=["Wanda Wombat"])
    assert Author.objects.exists()
    assert find("title:wombat") == []
    assert find("author:wombat") == ["2601.00011"]
