"""Moderators set a paper's fields on its page, hand them back, hide and show it: by plain forms."""

import html
import re

import pytest
from django.urls import reverse

from papers.models import Action, Organization, Paper
from papers.moderation import moderate

PAGES = ["papers:edit", "papers:hand_back", "papers:hide", "papers:show"]


@pytest.fixture
def moderator(client, mod):
    client.force_login(mod)
    return client


def shown(client, paper) -> dict:
    """What the form shows when it is opened, as a browser sends it back."""
    page = client.get(reverse("papers:edit", args=[paper.arxiv_id])).text
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', page)
    return {
        "title": paper.title, "summary": paper.summary, "keywords": ",".join(paper.keywords), "organization": "",
        "project_page": paper.project_page, "github_repo": paper.github_repo, "reason": "", "seen": html.unescape(seen),
    }  # fmt: skip


def save(client, paper, form: dict, **changed):
    return client.post(reverse("papers:edit", args=[paper.arxiv_id]), {**form, **changed})


@pytest.mark.parametrize("name", PAGES)
def test_only_moderators_edit(client, paper, ada, mod, name):
    address = reverse(name, args=[paper.arxiv_id])
    assert client.post(address).status_code == 302
    assert reverse("account_login") in client.post(address).url
    client.force_login(ada)
    assert client.post(address).status_code == 403
    client.force_login(mod)
    mod.is_active = False
    mod.save()
    assert reverse("account_login") in client.post(address).url
    assert not Action.objects.exists()


def test_what_is_different_is_saved_and_nothing_else(moderator, paper):
    form = shown(moderator, paper)
    # A source speaks meanwhile of what this moderator leaves alone.
    Paper.objects.update(project_page="https://example.org/new")
    save(moderator, paper, form, title="  Attention Is\r\nAll You Need ", keywords="a, b", reason="A typo")
    paper.refresh_from_db()
    assert (paper.title, paper.keywords) == ("Attention Is All You Need", ["a", "b"])
    assert paper.project_page == "https://example.org/new"
    assert set(Action.objects.get().after) == {"title", "keywords", "marked"}


def test_nothing_different_is_nothing_done(moderator, paper):
    response = save(moderator, paper, shown(moderator, paper))
    assert response.status_code == 302
    assert not Action.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("title", "", "This field is required."),
        ("organization", "nobody", "There is no organization “nobody” here."),
        ("github_repo", "javascript:alert(1)", "Enter a valid URL."),
        ("seen", "{}", "This form is not whole. Open it anew."),
        ("seen", "nonsense", "This form is not whole. Open it anew."),
    ],
)
def test_what_can_not_be_comes_back_with_the_reason_and_what_was_typed(moderator, paper, field, value, reason):
    form = shown(moderator, paper)
    page = save(moderator, paper, {**form, "summary": "Not lost."}, **{field: value}).text
    assert reason in html.unescape(page)
    assert "Not lost." in page
    assert not Action.objects.exists()


def test_what_another_changed_meanwhile_is_shown_and_replaced_only_when_saved_again(moderator, paper, mod, bob):
    bob.user_permissions.set(mod.user_permissions.all())
    form = shown(moderator, paper)
    moderate(paper, by=bob, title="Bob's")
    page = html.unescape(save(moderator, paper, form, title="Mine").text)
    assert "Bob has set this meanwhile: “Bob's”. Save again to replace it." in page
    assert ">\nMine</textarea>" in page
    assert Paper.objects.get().title == "Bob's"
    (seen,) = re.findall(r'name="seen" value="([^"]*)"', save(moderator, paper, form, title="Mine").text)
    save(moderator, paper, {**form, "seen": html.unescape(seen)}, title="Mine")
    assert Paper.objects.get().title == "Mine"
    assert Action.objects.count() == 2


def test_a_field_is_handed_back(moderator, paper, mod):
    title = paper.title
    moderate(paper, by=mod, title="Mine", summary="Ours.")
    page = moderator.get(reverse("papers:edit", args=[paper.arxiv_id])).text
    assert "Hand back the title" in page
    moderator.post(reverse("papers:hand_back", args=[paper.arxiv_id]), {"field": "title"})
    paper.refresh_from_db()
    assert (paper.title, paper.summary) == (title, "Ours.")
    assert moderator.post(reverse("papers:hand_back", args=[paper.arxiv_id]), {"field": "hidden"}).status_code == 400


def test_a_paper_is_hidden_with_a_reason_and_shown_again(moderator, paper):
    moderator.post(reverse("papers:hide", args=[paper.arxiv_id]), {"reason": "Spam"})
    assert moderator.get(paper.get_absolute_url()).status_code == 404
    assert "It is hidden" in moderator.get(reverse("papers:edit", args=[paper.arxiv_id])).text
    moderator.post(reverse("papers:show", args=[paper.arxiv_id]))
    assert moderator.get(paper.get_absolute_url()).status_code == 200
    assert [(action.kind, action.reason) for action in Action.objects.all()] == [("show", ""), ("hide", "Spam")]


def test_an_organization_is_named_whatever_its_capitals(moderator, paper):
    Organization.objects.create(name="NVIDIA", full_name="NVIDIA Research")
    save(moderator, paper, shown(moderator, paper), organization="nvidia")
    paper.refresh_from_db()
    assert paper.organization.full_name == "NVIDIA Research"


def test_the_way_to_it_stands_on_the_papers_page_for_moderators_alone(client, paper, ada, mod):
    address = reverse("papers:edit", args=[paper.arxiv_id])
    assert address not in client.get(paper.get_absolute_url()).text
    client.force_login(ada)
    assert address not in client.get(paper.get_absolute_url()).text
    client.force_login(mod)
    assert address in client.get(paper.get_absolute_url()).text
