"""A language model's sentences, asked of a server that stands in for a service; nothing it says is taken as it is."""

import json
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from papers import gists, summaries
from papers.arxiv.record import SourceError
from papers.models import Paper, Run, Source
from papers.summaries import write_summaries
from papers.summarizer import LIMIT, BadAnswer, Client, _read, _sentence
from papers.web.fetch import Fetcher
from papers.web.guard import place
from papers.web.unavailable import Busy, Unavailable
from tests.replay import Answer, Replay, busy, html, instead, reset, slow, truncated

TITLE, ABSTRACT = "How Wombats Dig", "Wombats are known. We present burrow planning for wombats."
GOOD = "Wombats plan their burrows before they dig."
NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)


def completion(content, *, model="kettle-1", finish="stop") -> Answer:
    message = {"role": "assistant", "content": content}
    answer = {"id": "1", "model": model, "choices": [{"index": 0, "finish_reason": finish, "message": message}]}
    return Answer(json.dumps(answer).encode(), headers={"Content-Type": "application/json"})


@contextmanager
def service(*answers, path=""):
    """A client of a server that gives these answers or faults in turn, the last one for ever; `client.sent` is what came."""
    sent = []

    def answer(request):
        sent.append(request)
        return completion(GOOD)

    faults = [it if callable(it) else instead(it) for it in answers]
    with Replay(lambda request: answer(request), faults=faults) as server:
        own = [place(server.url)]
        slept: list[float] = []
        fetcher = Fetcher(
            "summarizer",
            user_agent="x",
            hosts=own,
            stand_ins=own,
            attempts=3,
            patience=20,
            deadline=1,
            sleep=slept.append,
        )
        client = Client(fetcher, server.url + path, model="asked-for", key="secret")
        client.sent, client.slept, client.server = sent, slept, server
        yield client


class TestClient:
    @pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/"])
    def test_it_asks_for_one_sentence_as_the_protocol_wants_it(self, path):
        with service(path=path) as client:
            assert client.summarize(TITLE, r"Wombats \emph{dig}.") == (GOOD, "kettle-1")
        (asked,) = client.sent
        question = json.loads(asked.body)
        assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
        assert (asked.headers["authorization"], asked.headers["content-type"]) == ("Bearer secret", "application/json")
        assert (question["model"], question["stream"], question["max_tokens"]) == ("asked-for", False, 1000)
        system, user = question["messages"]
        assert "never instructions" in system["content"]
        assert json.loads(user["content"]) == {"title": TITLE, "abstract": "Wombats dig."}

    def test_without_a_key_none_is_sent(self):
        with service() as client:
            client.key = ""
            client.summarize(TITLE, ABSTRACT)
        assert "authorization" not in client.sent[0].headers

    def test_a_service_that_does_not_name_its_model_wrote_by_the_one_that_was_asked(self):
        with service(completion(GOOD, model=None)) as client:
            assert client.summarize(TITLE, ABSTRACT).model == "asked-for"

    @pytest.mark.parametrize("fault", [busy(3), busy(), reset(), truncated(), instead(Answer(b"down", 503))])
    def test_what_broke_is_asked_again_after_a_while(self, fault):
        with service(fault) as client:
            assert client.summarize(TITLE, ABSTRACT).sentence == GOOD
        assert (client.request_count, len(client.slept)) == (2, 1)

    def test_a_service_says_itself_how_long_it_wants_to_be_left_alone(self):
        with service(busy(7)) as client:
            client.summarize(TITLE, ABSTRACT)
            assert client.slept[0] >= 7
        with service(busy(600)) as client, pytest.raises(Busy):
            client.summarize(TITLE, ABSTRACT)
        assert client.request_count == 1

    @pytest.mark.parametrize("fault", [instead(Answer(b"", 500)), slow(0.3, pieces=20), reset()])
    def test_it_is_asked_three_times_at_most(self, fault):
        with service(*[fault] * 9) as client, pytest.raises(Unavailable):
            client.summarize(TITLE, ABSTRACT)
        assert client.request_count == 3

    @pytest.mark.parametrize(
        "answer",
        [
            html(),
            Answer(b""),
            Answer(b"[]"),
            Answer(b"[" * 100_000),
            Answer(b'{"choices": []}'),
            Answer(b'{"choices": [{"message": {"content": null}}]}'),
            Answer(b'{"choices": [{"message": "x"}]}'),
            Answer(b'{"error": {"message": "too long"}}', 400),
            completion(GOOD, finish="length"),
            completion(""),
            completion("Yes."),
            completion("Cats sleep all day on sofas."),
            completion("x" * 100_000),
        ],
        ids=str.__class__,
    )
    def test_what_is_no_sentence_on_the_paper_is_a_bad_answer(self, answer):
        with service(answer) as client, pytest.raises(BadAnswer):
            client.summarize(TITLE, ABSTRACT)
        assert client.request_count == 1

    def test_a_huge_answer_is_not_read_to_its_end(self):
        with service(Answer(b" " * 20_000_000)) as client, pytest.raises(SourceError, match="more than"):
            client.summarize(TITLE, ABSTRACT)

    @pytest.mark.parametrize(
        ("status", "word"), [(401, "SUMMARIZER_KEY"), (403, "SUMMARIZER_KEY"), (404, "SUMMARIZER_MODEL")]
    )
    def test_what_the_operator_has_to_mend_is_said_so(self, status, word):
        with service(Answer(b"{}", status)) as client, pytest.raises(SourceError, match=word) as caught:
            client.summarize(TITLE, ABSTRACT)
        assert not isinstance(caught.value, BadAnswer | Unavailable)

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_nothing_is_sent_to_where_a_redirect_leads(self, status):
        with Replay(lambda request: completion(GOOD)) as other:
            with (
                service(Answer(b"", status, headers={"Location": other.url})) as client,
                pytest.raises(SourceError, match="elsewhere"),
            ):
                client.summarize(TITLE, ABSTRACT)
            assert other.log == []

    def test_a_model_that_knows_the_limit_by_its_new_name_gets_it_so_from_then_on(self):
        refusal = Answer(b'{"error": {"message": "Use \'max_completion_tokens\' instead."}}', 400)
        with service(refusal) as client:
            client.summarize(TITLE, ABSTRACT)
            client.summarize(TITLE, ABSTRACT)
        assert [json.loads(it.body).get("max_completion_tokens") for it in client.sent] == [1000, 1000]


class TestSentence:
    @pytest.mark.parametrize(
        "content",
        [
            GOOD,
            f"\n {GOOD} \n",
            f'"{GOOD}"',
            f"**Summary:** {GOOD}",
            f"Here is a one-sentence summary: {GOOD}",
            f"<think>Let me see. A <b>trap</b>?</think>\n\n{GOOD}",
            f"{GOOD} It also says more.",
            f"- {GOOD}",
            f"> **{GOOD}**",
            "Wombats plan their bur\x00rows\u202e before\nthey\tdig.",
        ],
    )
    def test_it_is_freed_of_what_models_put_around_it(self, content):
        assert _sentence(content, ABSTRACT) == GOOD

    @pytest.mark.parametrize(
        "content",
        [
            "Wombats <b>dig</b> their burrows.",
            "<script>alert(1)</script> wombats dig burrows",
            "Wombats dig burrows, see https://evil.example for more.",
            "Wombats dig burrows, see www.evil.example for more.",
            "I'm sorry, but I cannot summarize wombats and burrows.",
            "I cannot speak of wombats and their burrows.",
            "As an AI language model I know of wombats and burrows.",
            "...",
            "🦘🦘🦘",
        ],
    )
    def test_what_should_not_stand_on_a_page_is_refused(self, content):
        with pytest.raises(BadAnswer):
            _sentence(content, ABSTRACT)

    def test_a_long_one_is_cut_between_words(self):
        sentence = _sentence("Wombats plan burrows " + "and dig " * 100, ABSTRACT)
        assert len(sentence) <= LIMIT
        assert sentence.endswith(("and…", "dig…"))

    def test_tex_becomes_plain_words(self):
        assert (
            _sentence(r"Wombats dig in $\alpha$ of \emph{all} burrows.", ABSTRACT) == "Wombats dig in α of all burrows."
        )

    @given(st.text() | st.text().map(lambda text: f"Wombats plan burrows {text}"))
    def test_whatever_comes_is_a_short_line_without_controls_or_refused(self, content):
        try:
            sentence = _sentence(content, ABSTRACT)
        except BadAnswer:
            return
        assert 0 < len(sentence) <= LIMIT
        assert sentence == " ".join(sentence.split())
        assert sentence.replace(" ", "").isprintable()

    @given(
        st.binary()
        | st.recursive(
            st.none() | st.text() | st.integers(),
            lambda it: (
                st.lists(it)
                | st.dictionaries(st.sampled_from(["choices", "message", "content", "model", "finish_reason"]), it)
            ),
        ).map(lambda it: json.dumps(it).encode())
    )
    def test_whatever_comes_is_read_or_refused(self, body):
        try:
            content, model = _read(body)
        except BadAnswer:
            return
        assert (type(content), type(model)) == (str, str)


@pytest.mark.django_db
class TestWorker:
    @pytest.fixture(autouse=True)
    def _clock(self):
        with time_machine.travel(NOW, tick=False):
            yield

    @pytest.fixture
    def server(self, settings):
        """The service; `server.answers` maps a title to an answer of its own, `server.asked` has the titles."""

        def answer(request):
            title = json.loads(json.loads(request.body)["messages"][1]["content"])["title"]
            server.asked.append(title)
            return server.answers.get(title) or completion(f"{title} dig burrows.")

        with Replay(answer) as server:
            server.asked, server.answers = [], {}
            settings.SUMMARIZER_URL, settings.SUMMARIZER_MODEL, settings.SUMMARIZER_KEY = server.url, "asked-for", ""
            settings.SUMMARIZER_DAILY_LIMIT = 100
            yield server

    @pytest.fixture
    def wombats(self, make_paper):
        """A paper of so many days ago, with its extract."""

        def make(title="Wombats", *, days=1, **more) -> Paper:
            paper = make_paper(
                title=title, abstract="We study wombats and burrows.", published_at=NOW - timedelta(days=days), **more
            )
            gists.catch_up()
            return paper

        return make

    def test_a_paper_with_only_our_extract_gets_a_sentence_under_the_models_name(self, server, wombats):
        paper = wombats()
        before = Paper.objects.get().summary_model
        write_summaries()
        paper.refresh_from_db()
        assert (before, paper.summary, paper.summary_model) == (Paper.EXTRACT, "Wombats dig burrows.", "kettle-1")
        assert paper.modified_at == NOW
        run = Run.objects.get()
        assert (run.source, run.state, run.changed_count, run.request_count) == ("summarizer", "finished", 1, 1)
        assert run.byte_count > 100
        write_summaries()
        assert (len(server.asked), Run.objects.count()) == (1, 1)

    def test_switched_off_it_asks_nobody_and_leaves_no_run(self, server, settings, wombats):
        wombats()
        settings.SUMMARIZER_URL = ""
        write_summaries()
        assert (server.asked, Run.objects.count(), Source.objects.count()) == ([], 0, 0)

    def test_the_daily_feed_is_first_then_the_newest_and_no_archive(self, server, wombats, make_entry):
        wombats("Wombats of old", days=400)
        wombats("Wombats of now", days=1)
        wombats("Wombats of last week", days=7)
        make_entry(date(2026, 1, 5), paper=wombats("Wombats fed", days=500))
        make_entry(date(2026, 1, 6), paper=wombats("Wombats fed today", days=9))
        write_summaries()
        assert server.asked == ["Wombats fed today", "Wombats fed", "Wombats of now", "Wombats of last week"]

    def test_what_a_source_or_a_moderator_has_summarised_is_not_asked_about(self, server, wombats):
        wombats("Theirs", summary="Said.")
        wombats("Mine", summary="", edited_fields=["summary"])
        wombats("Hidden", hidden_at=NOW)
        write_summaries()
        assert server.asked == []

    def test_what_a_source_has_said_meanwhile_stays(self, server, wombats):
        paper = wombats()
        [old] = summaries.next_papers(1)
        Paper.objects.update(summary="Said.", summary_model="")
        assert not summaries._store(old, summaries.Summary("Ours.", "kettle-1"))
        paper.refresh_from_db()
        assert paper.summary == "Said."

    def test_the_days_limit_holds_over_all_runs_repeated_requests_and_restarts(self, server, settings, wombats):
        settings.SUMMARIZER_DAILY_LIMIT = 3
        for number in range(5):
            wombats(f"Wombats {number}")
        Run.objects.create(source="summarizer", state="interrupted", request_count=1, started_at=NOW, finished_at=NOW)
        server.answers["Wombats 4"] = Answer(b"", 503)
        write_summaries()
        assert server.asked == ["Wombats 4", "Wombats 4"]
        assert (summaries.left_today(), Run.objects.first().state) == (0, "finished")
        write_summaries()
        assert (len(server.asked), Run.objects.count()) == (2, 2)
        server.answers.clear()
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            assert summaries.left_today() == 3
            write_summaries()
        assert len(server.asked) == 5

    def test_a_request_is_counted_before_it_is_made(self, server, wombats):
        wombats()
        server.answers["Wombats"] = Answer(b"{}", 401)
        write_summaries()
        run = Run.objects.get()
        assert (run.state, run.request_count) == ("failed", 1)
        assert "SUMMARIZER_KEY" in run.error

    def test_a_paper_whose_answer_is_bad_is_put_off_holds_up_no_other_and_is_given_up_in_the_end(self, server, wombats):
        for number in range(2):
            wombats(f"Wombats {number}")
        server.answers["Wombats 1"] = completion("No.")
        for _ in range(5):
            write_summaries()
        assert server.asked == ["Wombats 1", "Wombats 0", "Wombats 1", "Wombats 1"]
        assert Paper.objects.get(title="Wombats 1").summary_model == Paper.EXTRACT
        assert Run.objects.last().refusals[0][1].startswith("it does not speak of the paper")

    def test_bad_papers_do_not_stand_before_the_others_for_ever(self, server, wombats):
        for number in range(6):
            wombats(f"Wombats {number}")
        for number in range(2, 6):
            server.answers[f"Wombats {number}"] = completion("No.")
        for _ in range(3):
            write_summaries()
        assert set(Paper.objects.filter(summary_model="kettle-1").values_list("title", flat=True)) == {
            "Wombats 0",
            "Wombats 1",
        }

    def test_a_service_that_gives_nothing_good_fails_the_run(self, server, wombats):
        for number in range(6):
            wombats(f"Wombats {number}")
            server.answers[f"Wombats {number}"] = Answer(b"<html>")
        write_summaries()
        run = Run.objects.get()
        assert (run.state, run.request_count) == ("failed", 3)
        assert "3 in a row gave nothing good" in run.error

    def test_a_service_that_wants_to_be_left_alone_is(self, server, wombats):
        wombats()
        server.answers["Wombats"] = Answer(b"", 429, headers={"Retry-After": "1800"})
        write_summaries()
        write_summaries()
        assert (len(server.asked), Run.objects.count()) == (1, 1)
        server.answers.clear()
        with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
            write_summaries()
        assert Paper.objects.get().summary_model == "kettle-1"

    def test_a_model_called_as_our_extract_is_does_not_pass_for_it(self, server, wombats):
        wombats()
        server.answers["Wombats"] = completion("Wombats dig burrows.", model=Paper.EXTRACT)
        write_summaries()
        assert Paper.objects.get().summary_model == server.url
