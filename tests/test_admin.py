"""Django's admin: every list and form opens for a moderator, at a number of queries that does not grow."""

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import reverse

from feed.models import Delivery, Digest, Entry, Subscription
from papers.models import (
    Action,
    Batch,
    Listing,
    Organization,
    Paper,
    Person,
    Picture,
    Repository,
    Run,
    Source,
    Upvote,
    Version,
    Wanted,
)
from papers.moderation import moderate, undo

DAY = date(2026, 1, 5)
OURS = [model for model in admin.site._registry if model._meta.app_label in ("papers", "feed")]


@pytest.fixture
def filled(make_entry, ada, bob):
    bob.user_permissions.set(Permission.objects.filter(codename="change_paper"))

    def fill(number):
        Source.objects.get_or_create(name=Source.Name.HARVEST)
        for index in range(number):
            entry = make_entry(DAY, submitted_by=ada)
            entry.paper.upvote(by=ada)
            Listing.objects.create(day=DAY, category_id="cs.CL", kind="new", paper=entry.paper)
            Person.objects.create(handle=f"{entry.pk}-{index}")
            Organization.objects.create(name=f"{entry.pk}-{index}", full_name="Things")
            Version.objects.create(paper=entry.paper, number=1, submitted_at=entry.submitted_at)
            Run.objects.create(
                source=Source.Name.LISTING, state="failed", error="no answer", refusals=[["x", "no title"]]
            )
            Batch.objects.create(category_id="cs.CL", day=entry.day - timedelta(entry.pk), origin="rss", paper_count=1)
            Repository.objects.create(url=f"https://github.com/things/{entry.pk}")
            Picture.objects.create(url=f"https://example.org/{entry.pk}.png", use="media")
            Wanted.objects.ask(f"2512.{entry.pk:05}", by=ada)
            subscription = Subscription.objects.ask(email=f"{entry.pk}-{index}@example.org", rhythm="daily")
            day = DAY - timedelta(entry.pk)
            digest = Digest.objects.create(kind="day", first_day=day, paper_count=1, papers=[{"entry": entry.pk}])
            Delivery.objects.create(digest=digest, subscription=subscription)
            moderate(entry.paper, by=bob, title=f"Title {entry.pk}-{index}")

    return fill


def url(model, page, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=arguments)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_list_costs_the_same_queries_however_long_it_is(client, mod, filled, model, django_assert_max_num_queries):
    client.force_login(mod)
    filled(2)
    client.get(url(model, "changelist"))
    with django_assert_max_num_queries(20) as few:
        client.get(url(model, "changelist"), {"q": "a"} if model is not Upvote else {})
    filled(8)
    with django_assert_max_num_queries(len(few)):
        assert client.get(url(model, "changelist"), {"q": "a"} if model is not Upvote else {}).status_code == 200


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_a_form_opens(client, mod, filled, model):
    client.force_login(mod)
    filled(1)
    assert client.get(url(model, "change", model.objects.first().pk)).status_code == 200


def test_hiding_papers_from_their_list_takes_them_from_the_site(client, mod, filled):
    client.force_login(mod)
    filled(2)
    keys = list(Paper.objects.values_list("pk", flat=True))
    client.post(url(Paper, "changelist"), {"action": "hide", "_selected_action": keys})
    assert not Paper.objects.visible().exists()
    client.post(url(Paper, "changelist"), {"action": "show", "_selected_action": keys})
    assert Paper.objects.visible().count() == 2


def test_an_entry_moved_to_another_day_is_there(client, mod, make_entry):
    client.force_login(mod)
    entry = make_entry(DAY)
    form = client.get(url(Entry, "change", entry.pk)).context["adminform"].form
    data = {form.add_prefix(name): value or "" for name, value in form.initial.items()}
    data |= {
        "day": "2026-01-07",
        "submitted_at_0": "2026-01-07",
        "submitted_at_1": "08:00:00",
        "hidden_at_0": "",
        "hidden_at_1": "",
    }
    response = client.post(url(Entry, "change", entry.pk), data)
    assert response.status_code == 302
    entry.refresh_from_db()
    assert entry.day == date(2026, 1, 7)


def test_nobody_can_subscribe_somebody_here(client, mod):
    mod.is_superuser = True
    mod.save()
    client.force_login(mod)
    assert client.get(url(Subscription, "add")).status_code == 403


def test_a_member_has_no_business_here(client, ada):
    client.force_login(ada)
    assert client.get(reverse("admin:index")).status_code in (302, 403)


def test_a_title_corrected_here_is_kept_against_the_sources(client, mod, make_paper):
    client.force_login(mod)
    paper = make_paper()
    form = client.get(url(Paper, "change", paper.pk)).context["adminform"].form
    data = {name: "" if value is None else value for name, value in form.initial.items() if name in form.fields}
    data |= {"title": "As It Should Be", "keywords": "", "media_urls": ""}
    data |= {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}
    response = client.post(url(Paper, "change", paper.pk), data)
    assert response.status_code == 302, response.context["adminform"].form.errors
    paper.refresh_from_db()
    assert (paper.title, paper.edited_fields) == ("As It Should Be", ["title"])
    action = Action.objects.get()
    assert (action.by, action.paper, action.after["title"]) == (mod, paper, "As It Should Be")


def test_what_is_not_logged_can_not_be_changed_here(client, mod, make_paper, make_entry):
    mod.is_superuser = True
    mod.save()
    client.force_login(mod)
    fields = client.get(url(Paper, "change", make_paper().pk)).context["adminform"].form.fields
    assert set(fields) == {"title", "summary", "keywords", "organization", "project_page", "github_repo", "media_urls"}
    entry = make_entry(DAY)
    assert set(client.get(url(Entry, "change", entry.pk)).context["adminform"].form.fields) == {"day", "note"}
    for row in (entry, entry.paper):
        assert client.post(url(type(row), "delete", row.pk), {"post": "yes"}).status_code == 403
    assert client.get(url(Paper, "add")).status_code == 403


def test_an_entry_made_here_is_logged_and_its_undoing_takes_it_from_the_feed(client, mod, paper):
    client.force_login(mod)
    client.post(url(Entry, "add"), {"paper": paper.pk, "day": "2026-01-07", "note": "Read this."})
    entry = Entry.objects.get()
    assert (entry.day, entry.note, entry.submitted_by, entry.hidden_at) == (date(2026, 1, 7), "Read this.", mod, None)
    note, made = Action.objects.of(entry)
    assert (note.kind, made.kind) == ("edit", "feature")
    assert Paper.objects.trending().exists()
    undo(made, by=mod)
    assert not Entry.objects.visible().exists()
    assert not Paper.objects.trending().exists()


def test_a_vote_withdrawn_here_is_counted_no_more(client, mod, paper, ada):
    client.force_login(mod)
    paper.upvote(by=ada)
    client.post(url(Upvote, "delete", paper.upvotes.get().pk), {"post": "yes"})
    paper.refresh_from_db()
    assert (paper.upvote_count, paper.upvotes.count()) == (0, 0)


def test_an_entry_is_not_moved_to_a_day_where_its_paper_stands_already(client, mod, make_entry):
    client.force_login(mod)
    entry = make_entry(DAY)
    make_entry(date(2026, 1, 7), paper=entry.paper)
    page = client.post(url(Entry, "change", entry.pk), {"day": "2026-01-07", "note": ""}, follow=True).text
    assert "Not saved. The paper has an entry on 2026-01-07 already" in page
    entry.refresh_from_db()
    assert entry.day == DAY


def test_an_entry_hidden_from_the_list_takes_its_paper_from_trending(client, mod, make_entry):
    client.force_login(mod)
    entry = make_entry(DAY)
    client.post(url(Entry, "changelist"), {"action": "hide", "_selected_action": [entry.pk]})
    assert not Paper.objects.trending().exists()
    assert Action.objects.get().kind == "hide"


def test_a_run_says_what_was_refused_and_why(client, mod, db):
    client.force_login(mod)
    refusals = [["2611.01234", "no title"], ["entry 12", "<b>no id</b>"]]
    run = Run.objects.create(source=Source.Name.HARVEST, refusals=refusals, refused_count=70, error="no good page came")
    page = client.get(url(Run, "change", run.pk)).text
    for words in ("2611.01234", "no title", "&lt;b&gt;no id&lt;/b&gt;", "and 68 more", "no good page came"):
        assert words in page


@pytest.mark.parametrize(
    "model", [Action, Batch, Delivery, Picture, Repository, Run, Source, Version], ids=lambda model: model.__name__
)
def test_what_the_site_writes_about_itself_is_changed_by_nobody(client, mod, filled, model):
    mod.is_superuser = True
    mod.save()
    client.force_login(mod)
    filled(1)
    if model is not Version:
        assert client.get(url(model, "add")).status_code == 403
        assert client.post(url(model, "change", model.objects.first().pk), {"state": "finished"}).status_code == 403
        assert client.post(url(model, "delete", model.objects.first().pk), {"post": "yes"}).status_code == 403
    else:
        page = client.get(url(Paper, "change", Paper.objects.first().pk)).text
        assert 'name="versions-0-number"' not in page


def test_a_source_begins_anew_when_its_position_is_forgotten_but_not_while_it_runs(client, mod, db):
    client.force_login(mod)
    for name in (Source.Name.LISTING, Source.Name.BACKFILL):
        Source.objects.create(name=name, position={"day": "2026-01-05"})
    Run.objects.create(source=Source.Name.BACKFILL)
    keys = [Source.Name.LISTING.value, Source.Name.BACKFILL.value]
    client.post(url(Source, "changelist"), {"action": "forget_position", "_selected_action": keys})
    positions = dict(Source.objects.values_list("name", "position"))
    assert positions == {"arxiv-listing": {}, "arxiv-backfill": {"day": "2026-01-05"}}


def test_a_harvest_that_forgets_its_position_leaves_out_no_day(client, mod, db):
    client.force_login(mod)
    position = {"day": "2026-01-05", "last": "2026-01-05", "token": "2", "done_at": "2026-01-05T03:45:00+00:00"}
    source = Source.objects.create(name=Source.Name.HARVEST, position=position)
    client.post(url(Source, "changelist"), {"action": "forget_position", "_selected_action": [source.pk]})
    source.refresh_from_db()
    assert source.position == {"day": "2026-01-05"}


def test_a_delivery_is_found_by_its_readers_address(client, mod, filled):
    client.force_login(mod)
    filled(2)
    found = Delivery.objects.select_related("subscription").first()
    results = client.get(url(Delivery, "changelist"), {"q": found.subscription.email}).context["cl"].result_list
    assert [delivery.pk for delivery in results] == [found.pk]


def test_who_may_only_look_forgets_no_position(client, ada, db):
    ada.is_staff = True
    ada.save()
    ada.user_permissions.set(Permission.objects.filter(codename="view_source"))
    client.force_login(ada)
    source = Source.objects.create(name=Source.Name.HARVEST, position={"day": "2026-01-05"})
    client.post(url(Source, "changelist"), {"action": "forget_position", "_selected_action": [source.pk]})
    source.refresh_from_db()
    assert source.position


def test_a_refused_picture_can_be_fetched_once_more(client, mod, db):
    client.force_login(mod)
    picture = Picture.objects.create(url="https://example.org/a.png", use="media", state="refused", tries=4)
    client.post(url(Picture, "changelist"), {"action": "ask_again", "_selected_action": [picture.pk]})
    picture.refresh_from_db()
    assert (picture.state, picture.tries) == ("waiting", 0)
