from datetime import date

import pytest

from papers.cursor import Cursor

MONDAY, SUNDAY, LATER = date(2026, 1, 5), date(2026, 1, 11), date(2026, 3, 1)


@pytest.fixture
def window() -> Cursor:
    return Cursor(MONDAY).open(LATER)


def test_a_window_has_a_week_and_never_reaches_beyond_the_present(window):
    assert (window.day, window.last) == (MONDAY, SUNDAY)
    assert Cursor(MONDAY).open(date(2026, 1, 7)).last == date(2026, 1, 7)


def test_a_window_that_is_being_walked_keeps_its_end(window):
    assert window.open(date(2027, 1, 1)) == window


def test_behind_the_last_page_the_next_window_begins(window):
    second = window.turn(token="2", seen=200, size=300)
    assert (second.token, second.seen, second.size) == ("2", 200, 300)
    assert second.turn(token="", seen=100, size=300) == Cursor(date(2026, 1, 12))


def test_a_window_that_ends_short_is_walked_once_more_and_then_believed(window):
    again = window.turn(token="2", seen=200, size=300).turn(token="", seen=99, size=300)
    assert (again.day, again.last, again.token, again.seen) == (MONDAY, SUNDAY, "", 0)
    second = again.turn(token="2", seen=200, size=300)
    assert second.shortfall(99) == 1
    assert second.turn(token="", seen=99, size=300) == Cursor(date(2026, 1, 12))


def test_a_last_page_without_a_size_is_held_against_what_the_first_said(window):
    assert window.turn(token="2", seen=200, size=300).turn(token="", seen=99, size=None).last == SUNDAY


def test_a_window_without_any_size_ends_where_it_ends(window):
    assert window.turn(token="", seen=7, size=None) == Cursor(date(2026, 1, 12))


def test_that_all_was_seen_is_known_only_where_a_number_was_said(window):
    assert window.turn(token="2", seen=300, size=300).has_seen_all
    assert not window.turn(token="2", seen=299, size=300).has_seen_all
    assert not window.turn(token="2", seen=300, size=None).has_seen_all


def test_a_restart_goes_back_to_the_first_page(window):
    assert window.turn(token="2", seen=200, size=300).restart() == window


@pytest.mark.parametrize("cursor", [Cursor(MONDAY), Cursor(MONDAY, SUNDAY, "2|3", 200, 300, 1)])
def test_what_was_put_down_is_read_again(cursor):
    assert Cursor.read(cursor.written(), start=LATER) == cursor


def test_where_nothing_was_put_down_it_begins_at_the_start():
    assert Cursor.read({}, start=LATER) == Cursor(LATER)
