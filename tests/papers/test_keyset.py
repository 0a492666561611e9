from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import Http404
from hypothesis import given
from hypothesis import strategies as st

from feed.models import Entry
from papers.keyset import paginate
from papers.models import Paper

DAY = date(2026, 1, 5)


def walk(queryset, order, size):
    rows, cursor = [], ""
    while True:
        page = paginate(queryset, order=order, cursor=cursor, size=size)
        rows.extend(page.items)
        cursor = page.next_cursor
        if not cursor:
            return rows


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_pages_hold_every_row_once_in_the_order_of_the_whole(make_entry, size):
    for number in range(12):
        make_entry(DAY, upvotes=number % 3, minutes=number % 4)
    whole = list(Entry.objects.ranked())
    assert walk(Entry.objects.all(), Entry.objects.all().RANKED, size) == whole


def test_a_row_that_comes_in_between_moves_no_other_row(make_paper):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(6):
        make_paper(published_at=start + timedelta(days=number))
    order = Paper.objects.all().NEWEST
    first = paginate(Paper.objects.all(), order=order, size=3)
    make_paper(published_at=start + timedelta(days=30))
    second = paginate(Paper.objects.all(), order=order, cursor=first.next_cursor, size=3)
    assert len({paper.pk for paper in [*first, *second]}) == 6


def test_the_last_page_has_no_next(make_paper):
    make_paper()
    assert paginate(Paper.objects.all(), order=("id",), size=1).next_cursor == ""


@pytest.mark.django_db
@given(cursor=st.text(min_size=1, max_size=60) | st.sampled_from(["W10", "WzFd", "W251bGwsbnVsbF0", "WyJ4IiwxXQ"]))
def test_a_cursor_that_nobody_gave_is_no_page(cursor):
    with pytest.raises(Http404):
        paginate(Paper.objects.all(), order=("-published_at", "-id"), cursor=cursor)


def test_an_outlandish_number_in_a_cursor_does_no_harm(make_paper):
    make_paper()
    cursor = "WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgOTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTld"
    assert paginate(Paper.objects.all(), order=("-published_at", "-id"), cursor=cursor).items == []
