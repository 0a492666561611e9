"""A category's day is filed whole, and each paper comes into a category once."""

from datetime import date

import pytest

from papers import filing
from papers.arxiv.record import Announcement, Record
from papers.models import Batch, Category, Listing, Paper

pytestmark = pytest.mark.django_db
ROWS = (
    Record("2603.00001", "One", announcements=(Announcement(date(2026, 3, 5), "cs.CV", "new"),)),
    Record("2603.00002", "Two", announcements=(Announcement(date(2026, 3, 5), "cs.CV", "cross"),)),
)


def test_a_day_is_filed_whole_or_not_at_all():
    def broken():
        yield ROWS[0]
        raise KeyError

    with pytest.raises(KeyError):
        filing.file("cs.CV", date(2026, 3, 5), broken(), Batch.Origin.RSS)
    assert not Batch.objects.exists()
    assert not Listing.objects.exists()


def test_filing_it_again_changes_nothing():
    for _ in range(2):
        report = filing.file("cs.CV", date(2026, 3, 5), ROWS, Batch.Origin.RSS)
    assert (report.new, report.changed) == ([], [])
    assert Batch.objects.get().paper_count == 2


def test_a_paper_comes_into_a_category_once():
    filing.file("cs.CV", date(2026, 3, 5), ROWS, Batch.Origin.RSS)
    filing.file("cs.CV", date(2026, 3, 6), ROWS[:1], Batch.Origin.LIST)
    assert list(Listing.objects.values_list("day", flat=True)) == [date(2026, 3, 5)] * 2


def test_of_a_paper_that_is_new_and_replaced_on_one_day_the_arrival_counts():
    replaced = Record(
        "2603.00001", "One", version=2, announcements=(Announcement(date(2026, 3, 5), "cs.CV", "replace"),)
    )
    filing.file("cs.CV", date(2026, 3, 5), [ROWS[0], replaced], Batch.Origin.RSS)
    assert Listing.objects.get().kind == "new"
    assert Paper.objects.get().version == 2


def test_an_empty_day_of_a_category_without_papers_can_be_filed():
    filing.file("cs.GL", date(2026, 3, 5), [], Batch.Origin.LIST)
    assert Category.objects.get(name="cs.GL").title == "General Literature"
    assert Batch.objects.get().paper_count == 0
