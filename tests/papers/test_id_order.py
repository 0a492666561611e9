"""Where ids tell the day."""

from datetime import date

import pytest

from papers.id_order import Boundaries, key

MONDAY, TUESDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)


def test_ids_grow_with_time_whatever_their_form():
    written = ["hep-th/9901001", "0704.0001", "1412.9999", "1501.00001", "2602.24999", "2603.00001"]
    assert sorted(reversed(written), key=key) == written
    assert key("math/0611800") == key("hep-th/9901001")


@pytest.mark.parametrize("order", [1, -1])
def test_an_id_was_announced_by_the_first_day_that_has_a_higher_one(order):
    known = [(MONDAY, "2603.00100"), (TUESDAY, "2603.00050"), (WEDNESDAY, "2603.00300")]
    boundaries = Boundaries()
    for day, arxiv_id in known[::order]:
        boundaries.raise_to(day, arxiv_id)
    ids = ["2601.00001", "2603.00100", "2603.00101", "2603.00300", "2603.00301"]
    assert [boundaries.day(each) for each in ids] == [MONDAY, MONDAY, WEDNESDAY, WEDNESDAY, None]


def test_a_day_of_which_nothing_is_known_ends_where_the_day_before_did():
    boundaries = Boundaries({MONDAY: "2603.00100", WEDNESDAY: "2603.00300"})
    ends = [boundaries.until(day) for day in (date(2026, 3, 1), MONDAY, TUESDAY, WEDNESDAY, date(2026, 3, 5))]
    assert ends == [(0, 0), (2603, 100), (2603, 100), (2603, 300), (2603, 300)]
