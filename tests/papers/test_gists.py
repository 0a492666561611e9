"""Papers get keywords and a sentence of their own where nobody has given them any, and lose them to whoever does."""

import sys
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction

from papers import documents, embeddings, gists, search
from papers.arxiv.record import AuthorName, Record
from papers.huggingface.daily_paper import DailyPaper
from papers.ingest import ingest
from papers.models import Paper, Stale
from papers.moderation import moderate
from papers.query import parse

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 5)
RECORD = Record(
    arxiv_id="2601.00001",
    title="How Wombats Dig",
    version=1,
    abstract="Wombats are known. We present burrow planning, a way in which wombats dig deep burrows. Cats sleep.",
    authors=(AuthorName("Bob Builder"),),
    categories=("cs.CL",),
)
SENTENCE = "We present burrow planning, a way in which wombats dig deep burrows."
MIRRORED = DailyPaper(record=replace(RECORD, version=None), day=DAY)


def only() -> Paper:
    return Paper.objects.get()


def test_a_paper_of_arxivs_gets_keywords_and_a_sentence_that_are_marked_as_its_own():
    ingest([RECORD])
    assert gists.catch_up() == 1
    paper = only()
    assert (paper.summary, paper.summary_model) == (SENTENCE, Paper.EXTRACT)
    assert "burrow planning" in paper.keywords
    assert paper.keywords_model == Paper.EXTRACT
    assert gists.catch_up() == 0


def test_a_paper_that_changes_so_is_modified_and_read_anew_by_search():
    ingest([RECORD])
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False):
        gists.catch_up()
    assert only().modified_at == datetime(2030, 1, 1, tzinfo=UTC)
    documents.catch_up()
    assert search.search(parse('keyword:"burrow planning"')).papers == [only().pk]


def test_what_hugging_face_says_later_takes_the_place_of_ours():
    ingest([RECORD])
    gists.catch_up()
    ingest([replace(MIRRORED, summary="They dig.", summary_model="kettle-1", keywords=("digging",))])
    paper = only()
    assert (paper.summary, paper.summary_model) == ("They dig.", "kettle-1")
    assert (paper.keywords, paper.keywords_model) == (["digging"], "")


def test_a_sources_summary_without_a_model_loses_our_mark():
    ingest([RECORD])
    gists.catch_up()
    ingest([replace(MIRRORED, summary="They dig.")])
    paper = only()
    assert (paper.summary, paper.summary_model) == ("They dig.", "")
    assert paper.keywords_model == Paper.EXTRACT


def test_a_sources_model_is_kept_when_a_later_day_does_not_name_it():
    ingest([replace(MIRRORED, summary="They dig.", summary_model="kettle-1")])
    ingest([replace(MIRRORED, day=DAY + timedelta(days=1), summary="They dig deep.")])
    assert (only().summary, only().summary_model) == ("They dig deep.", "kettle-1")


def test_a_model_without_a_summary_says_nothing():
    ingest([RECORD])
    gists.catch_up()
    ingest([replace(MIRRORED, summary_model="kettle-1")])
    assert (only().summary, only().summary_model) == (SENTENCE, Paper.EXTRACT)


def test_what_a_source_has_said_stays():
    ingest([replace(MIRRORED, summary="They dig.", keywords=("digging",))])
    gists.catch_up()
    paper = only()
    assert (paper.summary, paper.summary_model, paper.keywords, paper.keywords_model) == (
        "They dig.",
        "",
        ["digging"],
        "",
    )


def test_a_mirrored_paper_without_a_summary_keeps_ours_however_often_it_is_mirrored():
    ingest([MIRRORED])
    gists.catch_up()
    ingest([replace(MIRRORED, day=DAY + timedelta(days=1), upvotes=9)])
    assert (only().summary, only().summary_model) == (SENTENCE, Paper.EXTRACT)


def test_when_the_abstract_changes_so_does_ours():
    ingest([RECORD])
    gists.catch_up()
    ingest([replace(RECORD, version=2, abstract="Nobody has seen how wombats dig their burrows by night.")])
    assert gists.catch_up() == 1
    assert only().summary == "Nobody has seen how wombats dig their burrows by night."


def test_a_language_models_sentence_on_an_older_abstract_gives_way():
    ingest([RECORD])
    gists.catch_up()
    Paper.objects.update(summary="Wombats plan.", summary_model="qwen")
    ingest([replace(RECORD, version=2, abstract="Nobody has seen how wombats dig their burrows by night.")])
    gists.catch_up()
    assert only().summary_model == Paper.EXTRACT


def test_what_a_moderator_has_set_stays_even_where_it_is_nothing(make_paper):
    make_paper(summary="Mine.", keywords=[], edited_fields=["keywords", "summary"])
    gists.catch_up()
    paper = only()
    assert (paper.summary, paper.summary_model, paper.keywords) == ("Mine.", "", [])


def test_a_summary_that_nobody_has_signed_is_not_ours(make_paper):
    make_paper(summary="From the demo.", keywords=["demo"])
    gists.catch_up()
    assert (only().summary, only().keywords) == ("From the demo.", ["demo"])


def test_nothing_else_makes_a_paper_wait(make_paper, ada):
    paper = make_paper()
    gists.catch_up()
    paper.upvote(by=ada)
    Paper.objects.update(comment="12 pages", summary="x")
    assert not Stale.objects.filter(part=Stale.Part.GIST).exists()


def test_a_deleted_paper_that_waits_is_passed_over(make_paper):
    make_paper().delete()
    assert gists.catch_up() == 1


def test_papers_are_read_in_batches_the_newest_first(make_paper, monkeypatch):
    monkeypatch.setattr(gists, "BATCH_SIZE", 2)
    papers = [make_paper() for _ in range(5)]
    monkeypatch.setattr(gists, "ENOUGH", timedelta())
    assert gists.catch_up() == 0
    monkeypatch.undo()
    monkeypatch.setattr(gists, "BATCH_SIZE", 2)
    assert gists._catch_up_with_some() == 2
    assert set(Paper.objects.exclude(summary="")) == set(papers[3:])
    assert gists.catch_up() == 3


def test_without_the_model_all_papers_go_on_waiting(make_paper, monkeypatch):
    make_paper()
    monkeypatch.setitem(sys.modules, "wordllama", None)
    embeddings.load.cache_clear()
    with pytest.raises(embeddings.Unavailable):
        gists.catch_up()
    embeddings.load.cache_clear()
    assert Stale.objects.filter(part=Stale.Part.GIST).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_paper_that_somebody_is_changing_is_read_later_and_holds_up_no_other(make_paper):
    busy, other = make_paper(), make_paper()
    is_locked, may_end = threading.Event(), threading.Event()

    def change():
        with transaction.atomic():
            Paper.objects.select_for_update().get(pk=busy.pk)
            is_locked.set()
            may_end.wait(20)
        connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        assert is_locked.wait(20)
        assert gists._catch_up_with_some() == 1
        assert list(Stale.objects.filter(part=Stale.Part.GIST).values_list("paper_id", flat=True)) == [busy.pk]
        assert Paper.objects.get(pk=other.pk).summary
    finally:
        may_end.set()
        thread.join()
    assert gists.catch_up() == 1
    assert Paper.objects.get(pk=busy.pk).summary


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Paper.EXTRACT, "The abstract’s most central sentence."),
        ("kettle-1", "Written by kettle-1, a language model; it may err."),
        ("", None),
    ],
)
def test_the_page_says_how_a_summary_came_to_be(client, make_paper, model, words):
    paper = make_paper(summary="They dig.", summary_model=model)
    section = (
        client.get(paper.get_absolute_url()).text.partition('<section class="summary">')[2].partition("</section>")[0]
    )
    assert "They dig." in section
    assert (words in section) if words else "<small>" not in section


def test_a_moderators_summary_bears_nobody_elses_name(mod, make_paper):
    paper = make_paper(summary="Extracted.", summary_model=Paper.EXTRACT, keywords=["a"], keywords_model=Paper.EXTRACT)
    moderate(paper, by=mod, summary="Mine.", keywords=["mine"])
    paper.refresh_from_db()
    assert (paper.summary, paper.summary_model, paper.keywords, paper.keywords_model) == ("Mine.", "", ["mine"], "")
    assert paper.edited_fields == ["keywords", "keywords_model", "summary", "summary_model"]
