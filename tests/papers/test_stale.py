"""What is stale: taken once, never while somebody is changing it, and nobody waits for ever."""

import threading
from dataclasses import replace

import numpy
import pytest
from django.db import connection, transaction

from papers import documents, embeddings, gists, search, vectors
from papers.arxiv.record import AuthorName, Record
from papers.ingest import ingest
from papers.models import Embedding, Paper, Stale
from papers.query import parse

pytestmark = pytest.mark.django_db(transaction=True)
RECORD = Record(
    arxiv_id="2601.00001",
    title="Wombats",
    version=1,
    abstract="They dig.",
    authors=(AuthorName("Bob Builder"),),
    categories=("cs.CL",),
)


def elsewhere(work) -> threading.Thread:
    """Start it on a connection of its own."""

    def run():
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_what_is_being_changed_is_read_by_search_once_it_has_changed(paper):
    with transaction.atomic():
        Paper.objects.update(title="Kangaroos")
        elsewhere(documents.catch_up).join()
    documents.catch_up()
    assert search.search(parse("kangaroos"), by_meaning=False).papers == [paper.pk]


def test_what_is_filed_elsewhere_is_read_by_search_once_it_is(paper, make_paper):
    robots = make_paper("2601.00002", category="cs.RO").primary_category
    with transaction.atomic():
        paper.categories.set([robots])
        elsewhere(documents.catch_up).join()
    documents.catch_up()
    assert paper.pk in search.search(parse("cat:cs.RO"), by_meaning=False).papers


def test_what_is_being_changed_is_embedded_once_it_has_changed(paper):
    with transaction.atomic():
        Paper.objects.update(title="Kangaroos", abstract="They jump.")
        elsewhere(vectors.catch_up).join()
    vectors.catch_up()
    (expected,) = embeddings.load(embeddings.DEFAULT).embed(["Kangaroos\nThey jump."])
    stored = numpy.array(list(Embedding.objects.get().vector))
    assert numpy.abs(stored[: len(expected)] - expected).max() < 0.001


def test_what_is_being_changed_has_its_sentence_once_it_has_changed(paper):
    with transaction.atomic():
        Paper.objects.update(abstract="Nobody has seen how wombats dig their burrows by night.")
        elsewhere(gists.catch_up).join()
    gists.catch_up()
    assert Paper.objects.get().summary == "Nobody has seen how wombats dig their burrows by night."


@pytest.mark.parametrize("part", Stale.Part.values)
def test_what_is_being_changed_holds_up_no_other(part, paper, make_paper):
    other, taken = make_paper("2601.00002"), []
    with transaction.atomic():
        Paper.objects.filter(pk=paper.pk).update(title="Kangaroos")
        worker = elsewhere(lambda: taken.extend(Stale.objects.take(part, 10)))
        worker.join(timeout=20)
    assert taken == [other.pk]


def test_ingestion_waits_for_nobody_who_changes_a_paper_of_which_it_hears_nothing_new():
    other = replace(RECORD, arxiv_id="2601.00002")
    ingest([RECORD, other])
    Paper.objects.filter(arxiv_id=RECORD.arxiv_id).update(title="Koalas")
    with transaction.atomic():
        Paper.objects.filter(arxiv_id=RECORD.arxiv_id).update(title="Kangaroos")
        ingestion = elsewhere(lambda: ingest([RECORD, other]))
        ingestion.join(timeout=10)
        assert not ingestion.is_alive()
    documents.catch_up()
    assert search.search(parse("kangaroos"), by_meaning=False).papers == [Paper.objects.get(title="Kangaroos").pk]
