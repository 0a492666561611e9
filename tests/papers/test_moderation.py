"""Moderators change papers by one verb, which writes the log: who, when, what, why, and how it is undone."""

import threading
from dataclasses import replace

import hypothesis
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from hypothesis import strategies as some

from papers.ingest import ingest
from papers.models import Action, Organization, Paper
from papers.moderation import Conflict, hand_back, moderate, state, undo
from tests.papers.test_ingest import MIRRORED, NEXT_DAY, RECORD

FIELDS = ("title", "summary", "keywords", "organization", "project_page", "github_repo", "media_urls", "hidden")


def values(paper: Paper) -> dict:
    paper.refresh_from_db()
    return state(paper, FIELDS)


def test_a_change_is_logged_with_who_what_and_why(paper, mod):
    before = paper.title
    action = moderate(paper, by=mod, reason="A typo\nin it", title="Attention Is All You Need")
    paper.refresh_from_db()
    assert (paper.title, paper.edited_fields) == ("Attention Is All You Need", ["title"])
    assert (action.by, action.kind, action.reason, action.paper) == (mod, "edit", "A typo in it", paper)
    assert action.before == {"title": before, "marked": []}
    assert action.after == {"title": "Attention Is All You Need", "marked": ["title"]}


def test_a_paper_that_was_moderated_has_changed_for_those_who_ask_when(paper, mod):
    before = paper.modified_at
    moderate(paper, by=mod, title="New")
    paper.refresh_from_db()
    assert paper.modified_at > before


def test_a_change_that_changes_nothing_is_not_logged(paper, mod):
    moderate(paper, by=mod, title="New")
    assert moderate(paper, by=mod, title="New") is None
    assert Action.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"title": ""},
        {"title": "x" * 1001},
        {"github_repo": "javascript:alert(1)"},
        {"organization": "nobody"},
        {"keywords": ["x" * 201]},
        {"media_urls": ["no address"]},
    ],
)
def test_a_value_that_can_not_be_is_refused_and_nothing_is_logged(paper, mod, change):
    before = values(paper)
    with pytest.raises(ValidationError):
        moderate(paper, by=mod, **change)
    assert values(paper) == before
    assert not Action.objects.exists()


def test_who_may_not_changes_nothing(paper, ada, mod):
    with pytest.raises(PermissionDenied):
        moderate(paper, by=ada, title="Mine")
    action = moderate(paper, by=mod, title="New")
    mod.is_active = False
    for attempt in (
        lambda: moderate(paper, by=mod, title="Mine"),
        lambda: undo(action, by=mod),
        lambda: undo(action, by=ada),
        lambda: hand_back(paper, "title", by=ada),
    ):
        with pytest.raises(PermissionDenied):
            attempt()
    assert values(paper)["title"] == "New"


def test_an_action_is_undone_and_that_undone_again(paper, mod):
    before = values(paper)
    action = moderate(paper, by=mod, title="New")
    undoing = undo(action, by=mod, reason="It was right before")
    assert values(paper) == before
    assert (undoing.undoes, action.undone_by) == (action, undoing)
    undo(undoing, by=mod)
    assert values(paper)["title"] == "New"
    assert values(paper)["marked"] == ["title"]


def test_an_action_is_undone_once_and_only_while_what_it_made_is_there(paper, mod):
    first = moderate(paper, by=mod, title="First")
    second = moderate(paper, by=mod, title="Second")
    with pytest.raises(Conflict) as found:
        undo(first, by=mod)
    assert (found.value.current, found.value.latest) == ({"title": "Second"}, second)
    undo(second, by=mod)
    undo(first, by=mod)
    with pytest.raises(Conflict):
        undo(first, by=mod)


def test_what_comes_round_to_the_same_is_undone_from_its_end(paper, mod):
    there, _, back = (moderate(paper, by=mod, title=title) for title in ("A", "B", "A"))
    with pytest.raises(Conflict):
        undo(there, by=mod)
    undo(back, by=mod)
    assert values(paper)["title"] == "B"


def test_a_paper_is_hidden_shown_and_hidden_again(paper, mod):
    action = moderate(paper, by=mod, kind=Action.Kind.HIDE, hidden=True)
    assert not Paper.objects.visible().exists()
    assert undo(action, by=mod).kind == "show"
    assert Paper.objects.visible().exists()
    assert values(paper)["marked"] == []


def test_what_another_changed_meanwhile_is_not_overwritten_unseen(paper, mod):
    seen = {"title": paper.title}
    theirs = moderate(paper, by=mod, title="Theirs")
    with pytest.raises(Conflict) as found:
        moderate(paper, by=mod, seen=seen, title="Mine")
    assert (found.value.current, found.value.latest) == ({"title": "Theirs"}, theirs)
    # Having seen it, one chooses; and who wants what is there already disturbs nobody.
    assert moderate(paper, by=mod, seen={"title": "Theirs"}, title="Mine")
    assert moderate(paper, by=mod, seen=seen, title="Mine") is None


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_instant_one_wins_and_the_other_is_told(paper, mod, transactional_db):
    seen, gate, found = {"title": paper.title}, threading.Barrier(2), []

    def change(title: str) -> None:
        gate.wait()
        try:
            found.append(moderate(paper, by=mod, seen=seen, title=title))
        except Conflict as conflict:
            found.append(conflict)
        finally:
            connection.close()

    both = [threading.Thread(target=change, args=[title]) for title in ("One", "Other")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    (conflict,) = [it for it in found if isinstance(it, Conflict)]
    (action,) = Action.objects.all()
    assert conflict.latest == action
    assert conflict.current == {"title": action.after["title"]}


def test_what_a_moderator_set_no_source_changes_until_it_is_handed_back(mod):
    ingest([MIRRORED])
    paper = Paper.objects.get()
    moderate(paper, by=mod, title="As It Should Be", summary="Ours.")
    ingest(
        [
            replace(RECORD, title="What arXiv Says Now", version=9),
            replace(MIRRORED, day=NEXT_DAY, summary="Theirs, new."),
        ]
    )
    assert (values(paper)["title"], values(paper)["summary"]) == ("As It Should Be", "Ours.")
    action = hand_back(paper, "title", "summary", by=mod)
    assert (values(paper)["title"], values(paper)["summary"]) == ("What arXiv Says Now", "Theirs, new.")
    assert (paper.edited_fields, paper.withheld) == ([], {})
    undo(action, by=mod)
    assert values(paper)["title"] == "As It Should Be"
    ingest([replace(RECORD, title="Newest", version=10)])
    assert values(paper)["title"] == "As It Should Be"


def test_undone_a_field_is_the_sources_again(mod):
    ingest([MIRRORED])
    action = moderate(Paper.objects.get(), by=mod, title="As It Should Be")
    ingest([replace(RECORD, title="What arXiv Says Now", version=9)])
    undo(action, by=mod)
    assert Paper.objects.get().title == "What arXiv Says Now"
    ingest([replace(RECORD, title="Newest", version=10)])
    assert Paper.objects.get().title == "Newest"


changes = some.one_of(
    some.builds(lambda value: {"title": value}, some.sampled_from(["A", "B", "C"])),
    some.builds(lambda value: {"summary": value}, some.sampled_from(["", "One.", "Two."])),
    some.builds(lambda value: {"keywords": value}, some.sampled_from([[], ["x"], ["x", "y"]])),
    some.builds(lambda value: {"organization": value}, some.sampled_from([None, "acme", "things"])),
    some.builds(lambda value: {"hidden": value}, some.booleans()),
    some.builds(lambda title, value: {"title": title, "summary": value}, some.sampled_from("AB"), some.just("Two.")),
)
steps = some.lists(some.one_of(changes, some.integers(0, 30), some.sampled_from(["title", "summary"])), max_size=25)


@hypothesis.given(steps=steps)
@hypothesis.settings(suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_whatever_is_done_and_undone_ends_as_the_log_says_and_undoing_all_ends_as_it_began(make_paper, mod, steps):
    for name in ("acme", "things"):
        Organization.objects.get_or_create(name=name, defaults={"full_name": name})
    paper = make_paper()
    first = values(paper)
    mine = Action.objects.filter(paper=paper).order_by("pk")
    for step in steps:
        try:
            if isinstance(step, dict):
                moderate(paper, by=mod, **step)
            elif isinstance(step, str):
                hand_back(paper, step, by=mod)
            elif mine.exists():
                undo(mine[step % mine.count()], by=mod)
        except Conflict:
            pass
    said = dict(first)
    marked = set(first["marked"])
    for action in mine:
        names = action.after.keys() - {"marked"}
        said |= {name: action.after[name] for name in names}
        marked = marked - names | set(action.after.get("marked", []))
    assert values(paper) == {**said, "marked": sorted(marked)}
    while latest := mine.in_force().order_by("-pk").first():
        undo(latest, by=mod)
    assert values(paper) == first


@pytest.mark.parametrize(
    "attempt",
    [
        "update papers_action set reason = ''",
        "delete from papers_action",
        "truncate papers_action cascade",
        "update papers_action set reason = '' where false",
    ],
)
def test_the_log_can_not_be_rewritten_in_sql(paper, mod, attempt):
    moderate(paper, by=mod, title="New")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set local papers.is_cleaning = 'off'")
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            cursor.execute(attempt)
    assert Action.objects.count() == 1


def test_the_log_can_not_be_rewritten_in_python(paper, mod):
    action = moderate(paper, by=mod, title="New")
    action.reason = "Another"
    for attempt in (action.save, action.delete, Action.objects.all().delete, lambda: Action.objects.update(reason="x")):
        with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
            attempt()


def test_the_log_stands_when_its_moderator_has_left(paper, mod):
    action = moderate(paper, by=mod, title="New")
    mod.delete_account()
    action.refresh_from_db()
    assert action.by.get_full_name() == "A former member"
