from dataclasses import replace
from datetime import date

import pytest

from papers.cursor import Cursor

MONDAY, SUNDAY, LATER = date(2026, 1, 5), date(2026, 1, 11), date(2026, 3, 1)


@pytest.fixture
def window() -> Cursor:
    return Cursor(MONDAY).open(LATER)


@pytest.fixture
def day() -> Cursor:
    return Cursor(MONDAY, last=MONDAY, span=1)


def test_a_window_has_a_week_and_never_reaches_beyond_the_present(window):
    assert (window.day, window.last) == (MONDAY, SUNDAY)
    assert Cursor(MONDAY).open(date(2026, 1, 7)).last == date(2026, 1, 7)


def test_a_window_that_is_being_walked_keeps_its_end(window):
    assert window.open(date(2027, 1, 1)) == window


def test_behind_a_window_of_one_page_the_next_begins(window):
    assert window.turn(token="", count=2400) == Cursor(date(2026, 1, 12))


def test_a_window_of_more_than_a_page_is_made_shorter_until_it_is_one_or_a_day(window):
    shorter = window.turn(token="2", count=2500)
    assert shorter == Cursor(MONDAY, span=3)
    assert shorter.open(LATER).turn(token="2", count=2500) == Cursor(MONDAY, span=1)


def test_a_day_of_several_pages_is_walked_a_second_time_and_then_done(day):
    second = day.turn(token="2", count=2500)
    assert (second.last, second.token) == (MONDAY, "2")
    again = second.turn(token="3", count=2500).turn(token="", count=7)
    assert again == replace(day, is_again=True)
    assert again.turn(token="2", count=2500).turn(token="", count=7) == Cursor(date(2026, 1, 6), span=1)


def test_a_day_that_has_become_one_page_is_not_walked_any_more(day):
    again = day.turn(token="2", count=2500).turn(token="", count=1)
    assert again.turn(token="", count=2500) == Cursor(date(2026, 1, 6), span=1)


def test_windows_grow_again_where_few_records_came(day):
    assert day.turn(token="", count=999) == Cursor(date(2026, 1, 6), span=2)
    assert day.turn(token="", count=1000) == Cursor(date(2026, 1, 6), span=1)
    assert Cursor(MONDAY, last=SUNDAY).turn(token="", count=0).span == 7


def test_a_restart_goes_back_to_the_first_page(day):
    assert day.turn(token="2", count=2500).restart() == day


def test_days_are_walked_again_in_windows_as_long_as_before():
    assert Cursor(SUNDAY, span=1).back(2) == Cursor(date(2026, 1, 9), span=1)


@pytest.mark.parametrize("cursor", [Cursor(MONDAY), Cursor(MONDAY, MONDAY, "2|3", 1, is_again=True)])
def test_what_was_put_down_is_read_again(cursor):
    assert Cursor.read(cursor.written(), start=LATER) == cursor


def test_where_nothing_was_put_down_it_begins_at_the_start():
    assert Cursor.read({}, start=LATER) == Cursor(LATER)
