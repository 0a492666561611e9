"""The demo's papers are data written by hand, so these tests hold what a slip of the pen would break."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PAPERS = json.loads((Path(__file__).parents[2] / "feed/demo/papers.json").read_text(encoding="utf-8"))["papers"]

# arXiv numbers a paper when it is announced: one submitted on the Friday before a long weekend
# that ends in the next month carries the next month's number (2103.00020 is of 26 February 2021).
ANNOUNCEMENT_DELAY = timedelta(days=4)

each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper["arxiv_id"])


def first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]


def test_there_are_enough_papers_for_ten_days():
    assert len(PAPERS) >= 66


def test_papers_are_sorted_by_their_unique_arxiv_id():
    ids = [paper["arxiv_id"] for paper in PAPERS]
    assert ids == sorted(set(ids))


def test_no_two_summaries_are_alike():
    summaries = {paper["summary"].casefold() for paper in PAPERS}
    assert len(summaries) == len(PAPERS)


def test_an_organization_has_one_full_name():
    pairs = {(org["name"], org["full_name"]) for paper in PAPERS if (org := paper.get("organization"))}
    assert len(pairs) == len({name for name, _ in pairs}) == len({full_name for _, full_name in pairs})


@each_paper
def test_the_arxiv_id_is_of_the_new_style(paper):
    # Four digits after the dot until 2014, five since (https://info.arxiv.org/help/arxiv_identifier.html).
    digits = 4 if paper["arxiv_id"] < "1501" else 5
    assert re.fullmatch(rf"\d\d(0[1-9]|1[0-2])\.\d{{{digits}}}", paper["arxiv_id"])


@each_paper
def test_the_month_of_submission_agrees_with_the_arxiv_id(paper):
    published = datetime.fromisoformat(paper["published_at"])
    assert published.tzinfo == UTC
    month = date(2000 + int(paper["arxiv_id"][:2]), int(paper["arxiv_id"][2:4]), 1)
    assert published.date() >= month - ANNOUNCEMENT_DELAY
    assert published.date() < (month + timedelta(days=31)).replace(day=1)


@each_paper
def test_categories_are_well_formed_and_named_once(paper):
    categories = paper["categories"]
    assert categories
    assert len(set(categories)) == len(categories)
    for category in categories:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*(\.([A-Z]{2}|[a-z]+(-[a-z]+)*))?", category), category


@each_paper
def test_authors_are_named_once_without_stray_spaces(paper):
    authors = paper["authors"]
    assert authors
    assert len(set(authors)) == len(authors)
    for author in authors:
        assert author
        assert author == " ".join(author.split())


@each_paper
def test_the_title_is_one_line_of_at_most_300_characters(paper):
    assert 0 < len(paper["title"]) <= 300
    assert paper["title"] == " ".join(paper["title"].split())


@each_paper
def test_the_first_sentence_of_the_summary_fits_on_the_cover(paper):
    first = first_sentence(paper["summary"])
    assert len(first) <= 150
    assert first.endswith((".", "!", "?"))


@each_paper
def test_the_summary_has_at_most_three_sentences(paper):
    assert len(re.split(r"(?<=[.!?])\s", paper["summary"])) <= 3


@each_paper
def test_there_are_three_to_six_keywords(paper):
    assert 3 <= len(set(paper["keywords"])) == len(paper["keywords"]) <= 6


@each_paper
def test_links_are_complete_https_addresses(paper):
    for link in ("github_repo", "project_page"):
        if link in paper:
            address = urlsplit(paper[link])
            assert address.scheme == "https"
            assert address.netloc
    if "github_repo" in paper:
        assert re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+", paper["github_repo"])
