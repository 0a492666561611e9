"""Days that only OAI-PMH can tell, by the days of the last changes and by ids."""

from datetime import date

import pytest
import time_machine

from papers import announcements
from papers.models import Source
from tests.papers.invented_march import (
    CATEGORIES,
    asked,
    every_ten_minutes,
    filed,
    listed,
    make,
    march,
    of_day,
    ring,
)
from tests.papers.simulated_arxiv import Fault, SimulatedArxiv

pytestmark = pytest.mark.django_db


class TestHarvest:
    """Nobody asked for two weeks: the week's list begins on the 16th."""

    def test_days_that_no_list_shows_any_more_are_told_by_oai_pmh(self, begun):
        ring(march(20, "12:00"))
        told = {5: "oai", 6: "oai"} | dict.fromkeys((9, 10, 11, 12, 13), "oai")
        assert filed("cs.CV") == {3: "list", 4: "rss"} | told | dict.fromkeys((16, 17, 18, 19, 20), "list")
        for category in CATEGORIES:
            for day in begun.days:
                if date(2026, 3, 5) <= day <= date(2026, 3, 20):
                    assert listed(category, day.day) == begun.arrivals(category, day)

    def test_a_paper_that_was_changed_since_stands_under_the_day_of_its_id(self, begun):
        # The last of Monday the 9th, whose stamps say nothing of that day any more, and the first of the 10th.
        last, first = of_day(date(2026, 3, 9))[-3:], of_day(date(2026, 3, 10))[:2]
        for each in (*last, *first):
            begun.announce(date(2026, 3, 17), each, "replace", 2, each.categories)
        ring(march(20, "12:00"))
        for day in (9, 10):
            assert listed("cs.CV", day) == begun.arrivals("cs.CV", date(2026, 3, day))

    def test_an_old_paper_that_was_cross_listed_meanwhile_stands_under_the_day_of_its_change(self, begun):
        known = of_day(date(2026, 3, 4))[1]
        before_all = of_day(date(2026, 3, 2))[1]
        begun.join(date(2026, 3, 11), known, "cs.CL")
        begun.announce(date(2026, 3, 11), before_all, "replace", 2, (*before_all.categories, "cs.CL"))
        ring(march(20, "12:00"))
        assert listed("cs.CL", 11)[known.arxiv_id] == "cross"
        assert before_all.arxiv_id not in listed("cs.CL", 11)

    def test_it_goes_on_where_it_was_interrupted(self, begun):
        begun.faults = [Fault("/oai", march(20), march(20, "12:05"), only={"from": "2026-03-12"})]
        ring(march(20, "12:00"))
        assert 5 not in filed("cs.CV")
        position = Source.objects.get(name="arxiv-listing").position["recovery"]
        assert position["stamp"] == "2026-03-12"
        before = asked(begun)
        ring(march(20, "12:10"))
        # The days from the 12th to the 20th, three of them without a record: that is asked three times.
        assert (asked(begun) - before)["/oai"] == 9 + 3 * 2
        assert filed("cs.CV")[5] == "oai"
        assert listed("cs.CV", 9) == begun.arrivals("cs.CV", date(2026, 3, 9))

    def test_an_evening_that_comes_empty_by_mistake_closes_no_day(self, begun):
        evening = {"from": "2026-03-11", "until": "2026-03-11"}
        begun.faults = [Fault("/oai", march(20), march(20, "12:05"), shown=march(2), only=evening)]
        ring(march(20, "12:00"))
        assert 12 not in filed("cs.CV")
        assert Source.objects.get(name="arxiv-listing").position["recovery"]["stamp"] == "2026-03-11"
        ring(march(20, "12:10"))
        assert filed("cs.CV")[12] == "oai"
        assert listed("cs.CV", 12) == begun.arrivals("cs.CV", date(2026, 3, 12))


class SlowArxiv(SimulatedArxiv):
    """Each answer takes it two minutes of the `clock`'s."""

    clock = None

    def answer(self, request):
        if self.clock:
            self.clock.shift(120)
        return super().answer(request)


def test_categories_that_take_all_the_time_of_a_bell_leave_it_a_share(settings):
    arxiv = SlowArxiv(dict(make().days), CATEGORIES)
    with arxiv.standing_in(settings):
        ring(march(3), march(4))
        for bell in every_ten_minutes(march(20, "12:00"), march(20, "22:00"))[::2]:
            with time_machine.travel(bell, tick=False) as arxiv.clock:
                announcements.collect()
    for category in CATEGORIES:
        assert listed(category, 5) == arxiv.arrivals(category, date(2026, 3, 5))
        assert set(filed(category)) >= {day.day for day in arxiv.days if 3 <= day.day <= 20}
