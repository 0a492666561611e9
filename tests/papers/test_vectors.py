"""Papers into vectors: in batches, again when they change, and from one model to another without a gap."""

import threading
from contextlib import closing
from datetime import timedelta

import numpy
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection

from papers import bulk, embeddings, search, vectors
from papers.models import Embedding, EmbeddingModel, Paper, Stale
from papers.query import parse

pytestmark = pytest.mark.django_db


def meaning_of(paper) -> list[float]:
    return list(Embedding.objects.get(paper=paper).vector)


def test_new_papers_are_embedded_and_wait_no_more(make_paper):
    papers = [make_paper() for _ in range(3)]
    assert vectors.catch_up() == 3
    assert set(Embedding.objects.values_list("paper", flat=True)) == {paper.pk for paper in papers}
    assert vectors.catch_up() == 0


def test_a_vector_is_the_models_with_zeros_behind_it(make_paper):
    paper = make_paper(title="Wombats", abstract="They dig.")
    vectors.catch_up()
    (expected,) = embeddings.load(embeddings.DEFAULT).embed(["Wombats\nThey dig."])
    stored = numpy.array(meaning_of(paper))
    assert numpy.abs(stored[: len(expected)] - expected).max() < 0.001
    assert not stored[len(expected) :].any()
    assert abs(numpy.linalg.norm(stored) - 1) < 0.01


def test_a_changed_text_is_embedded_again_and_nothing_else_is(make_paper):
    paper, other = make_paper(), make_paper()
    vectors.catch_up()
    before = meaning_of(paper)
    Paper.objects.filter(pk=other.pk).update(comment="12 pages")
    Paper.objects.filter(pk=paper.pk).update(abstract="All about bread.")
    assert vectors.catch_up() == 1
    assert meaning_of(paper) != before


def test_a_deleted_paper_that_waits_is_passed_over(make_paper):
    make_paper().delete()
    assert vectors.catch_up() == 1
    assert not Embedding.objects.exists()


def test_without_its_model_all_papers_go_on_waiting(make_paper):
    make_paper()
    EmbeddingModel.objects.create(name="nobody/has-this-model", is_in_force=True)
    with pytest.raises(embeddings.Unavailable, match="nobody/has-this-model"):
        vectors.catch_up()
    assert Stale.objects.filter(part=Stale.Part.MEANING).count() == 1


def test_a_worker_stops_when_it_is_enough_and_the_command_goes_on_batch_by_batch(make_paper, monkeypatch):
    monkeypatch.setattr(vectors, "BATCH_SIZE", 2)
    monkeypatch.setattr(vectors, "ENOUGH", timedelta())
    for _ in range(7):
        make_paper()
    assert vectors.catch_up() == 2
    assert next(vectors.embed_stale()) == 2
    call_command("embed")
    assert Embedding.objects.count() == 7


def test_the_command_fills_what_is_missing(make_paper, capsys):
    make_paper()
    call_command("embed")
    assert "wordllama: 1 papers are found by their meaning." in capsys.readouterr().out


def test_the_command_embeds_again_what_is_there(make_paper):
    paper = make_paper()
    call_command("embed")
    Embedding.objects.update(vector=[1.0] + [0.0] * 383)
    call_command("embed", "--again")
    assert meaning_of(paper)[0] != 1.0


def test_a_filling_that_was_stopped_goes_on_where_it_was(make_paper, monkeypatch):
    monkeypatch.setattr(vectors, "BATCH_SIZE", 2)
    for _ in range(5):
        make_paper()
    model = EmbeddingModel.objects.create(name=embeddings.DEFAULT)
    assert next(vectors.fill(model)) == 2
    again = EmbeddingModel.objects.get(pk=model.pk)
    assert vectors.left(again) == 3
    assert list(vectors.fill(again)) == [2, 1]
    assert Embedding.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_another_model_takes_the_place_of_the_one_before(make_paper):
    make_paper(title="Cats", abstract="Kittens and their homes.")
    old = EmbeddingModel.objects.create(name="nobody/had-this-model", is_in_force=True)
    Embedding.objects.create(model=old, paper=Paper.objects.get(), vector=[1.0] + [0.0] * 383)
    vectors.make_index(old)
    old_index = old.index
    new = vectors.model(embeddings.DEFAULT)
    assert not new.is_in_force
    list(vectors.fill(new))
    vectors.put_in_force(new)
    assert EmbeddingModel.objects.get() == new
    assert new.is_in_force
    assert Embedding.objects.get().model == new
    with connection.cursor() as cursor:
        cursor.execute("select indexname from pg_indexes where indexname in (%s, %s)", [old_index, new.index])
        assert cursor.fetchall() == [(new.index,)]
    assert search.search(parse("pets")).is_by_meaning


@pytest.mark.django_db(transaction=True)
def test_an_index_whose_making_was_interrupted_is_made_again(make_paper):
    make_paper()
    model = EmbeddingModel.objects.create(name=embeddings.DEFAULT)
    list(vectors.fill(model))
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        # The making waits for whoever writes vectors.
        other.cursor().execute("lock table papers_embedding in row exclusive mode")
        bulk.execute("set statement_timeout = 500")
        with pytest.raises(OperationalError, match="timeout"):
            vectors.make_index(model)
    bulk.execute("reset statement_timeout")
    assert not is_valid(model.index)
    vectors.put_in_force(model)
    assert is_valid(model.index)


def is_valid(index: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select indisvalid from pg_index where indexrelid = %s::regclass", [index])
        return cursor.fetchone()[0]


def test_while_another_model_is_filled_new_papers_are_embedded_by_both_or_wait_for_it(make_paper):
    before = make_paper()
    vectors.catch_up()
    other = EmbeddingModel.objects.create(name="nobody/has-this-model", position=before.pk + 1_000)
    Paper.objects.filter(pk=before.pk).update(abstract="All about bread.")
    assert vectors.catch_up() == 1
    other.refresh_from_db()
    assert other.position == before.pk - 1


def test_what_is_edited_during_a_filling_is_embedded_with_its_new_text(make_paper, monkeypatch):
    monkeypatch.setattr(vectors, "BATCH_SIZE", 2)
    papers = [make_paper() for _ in range(3)]
    model = EmbeddingModel.objects.create(name=embeddings.DEFAULT)
    filling = vectors.fill(model)
    next(filling)
    before = meaning_of(papers[0])
    Paper.objects.filter(pk=papers[0].pk).update(abstract="All about bread.")
    # As a worker does that can't load the model.
    EmbeddingModel.objects.get().set_back(to=papers[0].pk)
    assert list(filling) == [2, 1]
    assert meaning_of(papers[0]) != before


@pytest.mark.django_db(transaction=True)
def test_what_is_edited_during_a_batch_of_a_filling_is_embedded_with_its_new_text(make_paper):
    paper = make_paper()
    model = EmbeddingModel.objects.create(name=embeddings.DEFAULT)
    worker = threading.Thread(target=in_a_thread(lambda: model.set_back(to=paper.pk)))
    filling = threading.Thread(target=in_a_thread(lambda: list(vectors.fill(EmbeddingModel.objects.get()))))
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        # The batch is read, and can't be written.
        other.cursor().execute("lock table papers_embedding in exclusive mode")
        filling.start()
        filling.join(timeout=1)
        Paper.objects.update(abstract="All about bread.")
        worker.start()
        worker.join(timeout=1)
        other.rollback()
    filling.join()
    worker.join()
    list(vectors.fill(EmbeddingModel.objects.get()))
    (expected,) = embeddings.load(embeddings.DEFAULT).embed([f"{paper.title}\nAll about bread."])
    assert numpy.abs(numpy.array(meaning_of(paper))[: len(expected)] - expected).max() < 0.001


def in_a_thread(work):
    """The work, which closes its connection in the end."""

    def run():
        try:
            work()
        finally:
            connection.close()

    return run


def test_a_model_that_is_made_while_a_worker_is_at_it_misses_nothing(make_paper, monkeypatch):
    monkeypatch.setattr(vectors, "BATCH_SIZE", 1)
    first, last = make_paper(), make_paper()
    embedding = vectors.embed_stale()
    next(embedding)
    other = EmbeddingModel.objects.create(name="nobody/has-this-model", position=last.pk)
    next(embedding)
    other.refresh_from_db()
    assert other.position == first.pk - 1


@pytest.mark.django_db(transaction=True)
def test_whoever_names_the_model_in_force_is_rid_of_the_others(make_paper, capsys):
    paper = make_paper()
    call_command("embed")
    abandoned = EmbeddingModel.objects.create(name="nobody/has-this-model")
    Embedding.objects.create(model=abandoned, paper=paper, vector=[1.0] + [0.0] * 383)
    call_command("embed")
    assert "nobody/has-this-model is filled in part" in capsys.readouterr().out
    assert EmbeddingModel.objects.count() == 2
    call_command("embed", "--model", "wordllama")
    assert EmbeddingModel.objects.get().name == Embedding.objects.get().model.name == "wordllama"
    assert "in part" not in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_a_model_whose_removal_was_interrupted_can_be_gone_back_to(make_paper):
    make_paper()
    call_command("embed")
    new = EmbeddingModel.objects.create(name="nobody/has-this-model")
    vectors.make_index(new)
    with closing(connection.copy()) as other:
        other.set_autocommit(False)
        # The removal waits for whoever writes vectors.
        other.cursor().execute("lock table papers_embedding in row exclusive mode")
        bulk.execute("set statement_timeout = 500")
        with pytest.raises(OperationalError, match="timeout"):
            vectors.put_in_force(new)
    bulk.execute("reset statement_timeout")
    assert EmbeddingModel.objects.get(is_in_force=True) == new
    Embedding.objects.all().delete()
    call_command("embed", "--model", "wordllama")
    assert EmbeddingModel.objects.get().name == Embedding.objects.get().model.name == "wordllama"


@pytest.mark.django_db(transaction=True)
def test_a_model_that_is_there_no_more_can_be_left_while_papers_wait_for_it(make_paper):
    paper = make_paper()
    EmbeddingModel.objects.create(name="nobody/has-this-model", is_in_force=True)
    call_command("embed", "--model", "wordllama")
    assert EmbeddingModel.objects.get(is_in_force=True).name == "wordllama"
    assert Embedding.objects.get().paper == paper
    assert not Stale.objects.filter(part=Stale.Part.MEANING).exists()


def test_a_model_that_cannot_be_had_is_one_line(db):
    with pytest.raises(CommandError) as caught:
        call_command("embed", "--model", "nobody/has-this-model")
    assert str(caught.value).startswith("The model nobody/has-this-model")
    assert "\n" not in str(caught.value)
    assert not EmbeddingModel.objects.exists()


def test_neighbours_by_meaning_are_found_through_the_models_index(make_paper):
    for number in range(20):
        make_paper(abstract=f"Words {number}")
    vectors.catch_up()
    model = EmbeddingModel.objects.get()
    vector = vectors.written(embeddings.load(model.name).embed(["words"])[0])
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off; set local enable_sort = off")
        cursor.execute(
            f"explain select paper_id from papers_embedding where model_id = {model.pk} order by vector <=> %s::halfvec limit 5",
            [vector],
        )
        assert model.index in "\n".join(line for (line,) in cursor.fetchall())
