import re
from datetime import UTC, datetime

import pytest

from papers.arxiv import withdrawal
from papers.arxiv.record import Version


@pytest.mark.parametrize(
    "notice",
    [
        "This paper has been withdrawn",
        "This paper has been withdrawn by the author(s) due to a crucial error in equation 1",
        "this paper\n  has been withdrawn\n  by the authors.",
        "This papers has been withdrawn",
        "This article has been withdrawn because it has been merged with an earlier one",
        "The paper is withdrawn. The proof has an error.",
        "The paper was temporarily withdrawn",
        "The manuscript is withdrawn pending more experiments",
        "This paper is hereby withdrawn.",
        "This submission has been withdrawn by arXiv administrators because it was submitted under a pseudonym",
        "arXiv admin note: This paper has been withdrawn by arXiv due to disputed authorship",
        "arXiv admin note: This version has been removed by arXiv administrators as the submitter had no rights to it",
        "This paper has been removed by arXiv administrators because it plagiarizes gr-qc/9901001",
        "[This paper has been withdrawn by the author]",
        "- Paper withdrawn by the author -",
        "paper withdrawn due to a possible error",
        "Withdrawn",
        "WITHDRAWN.",
        "(withdrawn)",
        "Withdrawn by the author",
        "withdrawn by arXiv administrators due to plagiarism",
        "Withdrawn due to an error in Eq. 3",
        "Withdrawn for revision",
        "Withdrawn, since we found a mistake",
        "The authors have withdrawn this manuscript because of a flaw",
        "We withdraw this submission since a part of it was found to be faulty",
        "The following paper has been withdrawn from consideration for publication because there are mistakes",
        "This paper has been withdrawn from arXiv",
    ],
)
class TestNotice:
    def test_it_is_told_in_a_comment(self, notice):
        assert withdrawal.is_told(notice)

    def test_it_is_told_in_an_abstract(self, notice):
        assert withdrawal.is_told("12 pages", notice)


@pytest.mark.parametrize(
    "comment",
    [
        "10 pages, 3 figures. This paper has been withdrawn by the authors due to an error",
        "4 pages, this paper has been withdrawn by the author",
        "11 pages; This work has been withdrawn",
        "Superseded by arXiv:2405.00001 - this paper has been withdrawn",
    ],
)
def test_a_notice_may_follow_the_pages_of_a_comment(comment):
    assert withdrawal.is_told(comment)
    assert not withdrawal.is_told("", comment)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Section 3 withdrawn",
        "Section 6 (the separation) is withdrawn. Lemma 6.1 extends the rate.",
        "v2: withdrawn claims",
        "v3: v2's central claims are withdrawn",
        "v2: symmetry correction (the coupling of v1 is forbidden and withdrawn)",
        "12 pages. Complete rewrite of v1, new title. Withdrawn as erroneous: the definition",
        "A previous version of this paper has been withdrawn due to an error",
        "An earlier version of this manuscript was withdrawn.",
        "This is a replacement for the previously withdrawn paper.",
        "14 pages, replaces the withdrawn manuscript arXiv:quant-ph/0703001",
        "This paper has been withdrawn from ICLR 2026",
        "Withdrawn from ICLR 2026; under review elsewhere",
        "This paper was withdrawn by mistake and is available again",
        "It could be withdrawn if accepted",
        "This paper has not been withdrawn",
        "This paper will be withdrawn on request",
        "Withdrawn, Cooperative and Adversarial are three kinds of clients",
        "Utilizing papers withdrawn from arXiv, we validate our methods.",
        "Papers withdrawn from journals are surveyed",
        "We consider the withdrawal of a ball from a fluid reservoir.",
        "Withdrawn drugs are a burden",
        "Selective withdrawal extracts a single phase",
        "Many drugs have been withdrawn from the market.",
        "We show that when a submission has been withdrawn, reviewers change their minds.",
        "arXiv admin note: substantial text overlap with arXiv:1234.5678",
        "These laws grant users the right to withdraw their data",
        "We withdraw this assumption in Section 4",
        "Stop words were removed by hand",
    ],
)
def test_other_withdrawals_do_not_count(text):
    assert not withdrawal.is_told(text)
    assert not withdrawal.is_told("", text)


@pytest.mark.parametrize(
    ("source_type", "size", "is_marked"),
    [("I", 0, True), ("I", None, True), ("SI", 3, True), ("", 0, True), ("D", 853, False), ("", None, False)],
)
def test_a_version_without_files_is_marked(source_type, size, is_marked):
    assert withdrawal.is_marked(source_type, size) is is_marked


def version(number: int, is_withdrawal: bool) -> Version:
    return Version(number, datetime(2026, 1, number, tzinfo=UTC), is_withdrawal=is_withdrawal)


def test_it_dates_from_the_first_of_the_last_versions_that_are_withdrawals():
    assert withdrawal.since([version(1, False), version(2, True), version(3, True)]) == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_paper_that_came_back_is_not_withdrawn():
    assert withdrawal.since([version(1, True), version(2, False)]) is None
    assert withdrawal.since([]) is None


def test_every_recorded_withdrawn_paper_is_told_by_its_comment(recorded):
    paths = sorted((recorded / "arxiv_listings" / "abs_withdrawn").glob("*.abs"))
    assert len(paths) == 8
    for path in paths:
        text = path.read_text()
        comment = re.search(r"^Comments: (.*?)(?=^\S)", text, re.DOTALL | re.MULTILINE)[1]
        (*_, marks) = re.findall(r"\((\d+)kb,?(\w*)\)", text)
        assert withdrawal.is_told(comment), path.name
        assert withdrawal.is_marked(marks[1], int(marks[0])), path.name
