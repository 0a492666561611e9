from datetime import UTC, date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from papers.models import Organization, Paper, Person

DAY = date(2026, 1, 5)


def test_the_page_shows_what_is_known(client, make_paper, make_entry, ada):
    paper = make_paper(
        title="Attention in $O(n^2)$",
        abstract="We use $\\alpha$.",
        doi="10.1000/182",
        journal_reference="Journal of Things 1, 2",
        comment="12 pages",
        license="http://creativecommons.org/licenses/by/4.0/",
        organization=Organization.objects.create(name="things", full_name="Things Inc."),
        keywords=["attention"],
        summary="It works.",
        github_repo="https://github.com/bob/thing",
        github_stars=14200,
        version=3,
    )
    make_entry(DAY, paper=paper, submitted_by=ada)
    page = client.get(paper.get_absolute_url()).text
    for words in (
        "<math",
        "10.1000/182",
        "Journal of Things",
        "12 pages",
        "CC BY",
        "Things Inc.",
        "attention",
        "It works.",
        "14.2k",
        "v3",
        "#1 paper of the day",
        "Bob Builder",
        reverse("papers:author", args=["bob-builder"]),
    ):
        assert words in page, words


def test_programs_read_its_citation(client, paper):
    page = client.get(paper.get_absolute_url()).text
    assert '<meta name="citation_title" content="A Thing That Works">' in page
    assert '<meta name="citation_author" content="Carol Reader">' in page
    assert 'name="citation_arxiv_id" content="2601.00001"' in page
    assert 'property="og:title"' in page
    assert "https://schema.org/ScholarlyArticle" in page


def test_other_peoples_text_is_never_markup(client, make_paper):
    paper = make_paper(
        title="<script>alert(1)</script> $\\href{javascript:alert(2)}{x}$", abstract='"><img src=x onerror=alert(3)>'
    )
    page = client.get(paper.get_absolute_url()).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript:' not in page


@pytest.mark.parametrize("spelling", ["2601.00001v2", "arXiv:2601.00001", "https://arxiv.org/abs/2601.00001"])
def test_another_spelling_leads_to_the_papers_one_address(client, paper, spelling):
    response = client.get(f"/papers/{spelling}")
    assert (response.status_code, response.url) == (301, paper.get_absolute_url())


@pytest.mark.parametrize("path", ["2601.99999", "2601.99999v1", "nonsense", "hep-th/9901001"])
def test_a_paper_that_is_not_there_is_no_page(client, paper, path):
    assert client.get(f"/papers/{path}").status_code == 404


def test_an_old_style_id_has_a_page_and_can_be_upvoted(client, make_paper, ada):
    paper = make_paper("hep-th/9901001")
    client.force_login(ada)
    assert client.get(paper.get_absolute_url()).status_code == 200
    client.post(reverse("papers:upvote", args=[paper.arxiv_id]))
    assert paper.upvotes.count() == 1


def test_a_hidden_paper_is_no_page(client, paper):
    Paper.objects.hide()
    assert client.get(paper.get_absolute_url()).status_code == 404


def test_a_withdrawn_paper_says_so(client, make_paper):
    paper = make_paper(withdrawn_at=timezone.now())
    assert "withdrawn" in client.get(paper.get_absolute_url()).text.lower()


def test_faces_of_upvoters_lead_to_their_profiles(client, paper, ada, bob):
    paper.upvote(by=ada)
    paper.upvote(by=bob)
    page = client.get(paper.get_absolute_url()).text
    assert ada.get_absolute_url() in page
    assert bob.get_absolute_url() in page


def test_the_page_says_what_a_mixed_count_is_made_of(client, make_paper, ada):
    paper = make_paper(mirrored_upvote_count=41)
    paper.upvote(by=ada)
    page = client.get(paper.get_absolute_url()).text
    assert "1 member here, 41 on" in page


def test_an_author_has_a_page_of_their_papers_but_hidden_names_lead_nowhere(client, make_paper):
    shown, hidden = make_paper(), make_paper()
    hidden.authorships.update(is_hidden=True)
    page = client.get(reverse("papers:author", args=["bob-builder"])).text
    assert shown.title in page
    assert hidden.title not in page


def test_an_organization_is_found_whatever_its_capitals(client, make_paper):
    organization = Organization.objects.create(name="Things-Inc", full_name="Things Inc.")
    paper = make_paper(organization=organization)
    page = client.get(reverse("papers:organization", args=["things-inc"])).text
    assert paper.title in page


def test_a_person_elsewhere_is_linked_elsewhere(client, paper, make_entry):
    person = Person.objects.create(handle="carol", name="Carol There")
    make_entry(DAY, paper=paper, submitted_by_person=person)
    assert "https://huggingface.co/carol" in client.get(paper.get_absolute_url()).text


def test_bibtex_keeps_mathematics_and_breaks_on_nothing(make_paper):
    paper = make_paper(
        "2601.00009",
        title="50% of $\\alpha_1$ & {more",
        author_names=["Łukasz Kaiser", "Ada B. Lovelace"],
        published_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    assert paper.bibtex.startswith("@misc{kaiser2026more,\n")
    assert "title = {{50\\% of $\\alpha_1$ \\& more}}" in paper.bibtex
    assert "author = {Łukasz Kaiser and Ada B. Lovelace}" in paper.bibtex
    assert paper.bibtex.count("{") == paper.bibtex.count("}")
