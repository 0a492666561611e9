"""What is asked of arXiv for a category, and which day is told by it."""

from datetime import date

import pytest

from papers.models import Batch, Listing, Paper, Run
from tests.papers.arxiv_pages import Item
from tests.papers.invented_march import CATEGORIES, asked, every_ten_minutes, filed, listed, march, of_day, paper, ring
from tests.papers.simulated_arxiv import Fault

pytestmark = pytest.mark.django_db


class TestFeeds:
    def test_a_new_day_is_filed_from_each_categorys_own_feed(self, begun):
        before = asked(begun)
        ring(march(5))
        assert asked(begun) - before == {"/atom/cs.CL": 1, "/atom/cs.CV": 1}
        for category in CATEGORIES:
            assert listed(category, 5) == begun.arrivals(category, date(2026, 3, 5))
            batch = Batch.objects.get(category=category, day=date(2026, 3, 5))
            assert (batch.origin, batch.paper_count, batch.filed_at) == ("rss", 11, march(5))

    def test_nothing_is_asked_when_nothing_is_missing(self, begun):
        before, runs = asked(begun), Run.objects.count()
        ring(*every_ten_minutes(march(4), march(4, "23:50")))
        assert (asked(begun), Run.objects.count()) == (before, runs)

    def test_one_that_shows_the_day_before_files_nothing_whatever_date_it_bears(self, begun):
        yesterday = march(4, "12:00")
        begun.faults = [Fault("/atom/cs.CV", march(5), march(5, "01:00"), shown=yesterday, is_dated_now=True)]
        ring(march(5))
        assert 5 not in filed("cs.CV")
        assert filed("cs.CL")[5] == "rss"
        ring(march(5, "01:00"))
        assert filed("cs.CV")[5] == "rss"
        assert listed("cs.CV", 5) == begun.arrivals("cs.CV", date(2026, 3, 5))

    def test_one_that_stays_behind_is_asked_at_every_bell_for_an_hour_and_then_each_half_hour(self, begun):
        begun.faults = [Fault("/atom/cs.CV", march(5), march(6), shown=march(4, "12:00"))]
        before = asked(begun)
        ring(*every_ten_minutes(march(5), march(5, "02:50")))
        # Seven times in the first hour, at 01:40, 02:10 and 02:40.
        assert asked(begun) - before == {"/atom/cs.CL": 1, "/atom/cs.CV": 10}

    def test_one_that_stays_behind_until_three_is_passed_over_for_the_list(self, begun):
        begun.faults = [Fault("/atom/cs.CV", march(5), march(6), shown=march(4, "12:00"))]
        ring(*every_ten_minutes(march(5), march(5, "03:10")))
        assert filed("cs.CV")[5] == "list"
        assert listed("cs.CV", 5) == begun.arrivals("cs.CV", date(2026, 3, 5))

    def test_where_the_list_has_nothing_newer_either_nothing_is_filed(self, begun):
        begun.faults = [Fault("/cs.CV", march(5), march(6), shown=march(4, "12:00"))]
        ring(*(march(5, f"{hour:02}:10") for hour in range(12)))
        assert 5 not in filed("cs.CV")
        assert Run.objects.filter(state="failed").count() == 0

    def test_one_of_another_category_is_refused(self, begun):
        begun.instead["/atom/cs.CV"] = begun.feed("cs.CL", march(5), march(5))
        ring(march(5))
        assert 5 not in filed("cs.CV")
        assert "is one of cs.CL" in Run.objects.first().error

    def test_of_one_that_was_cut_off_the_papers_are_kept_and_the_list_tells_the_rest(self, begun):
        whole = begun.feed("cs.CV", march(5), march(5))
        begun.instead["/atom/cs.CV"] = whole[: len(whole) // 2]
        begun.faults = [Fault("/list/", march(5), march(5, "00:15"))]
        ring(march(5))
        assert 5 not in filed("cs.CV")
        assert Paper.objects.filter(arxiv_id=of_day(date(2026, 3, 5))[1].arxiv_id).exists()
        ring(march(5, "00:20"))
        assert filed("cs.CV")[5] == "list"
        assert listed("cs.CV", 5) == begun.arrivals("cs.CV", date(2026, 3, 5))

    def test_one_with_papers_of_the_day_before_among_its_own_is_held_against_the_list(self, begun):
        straggler = paper(399, "cs.CV")
        day = date(2026, 3, 5)
        begun.announced["cs.CV"][day].append(Item(straggler, "new", 1))
        before = asked(begun)
        ring(march(5))
        assert (asked(begun) - before)["/list/cs.CV/new"] == 1
        assert filed("cs.CV")[5] == "list"
        assert listed("cs.CV", 5) == begun.arrivals("cs.CV", day)

    def test_an_old_paper_that_is_cross_listed_now_stands_under_this_day(self, begun):
        begun.join(date(2026, 3, 5), of_day(date(2026, 3, 3))[1], "cs.CL")
        ring(march(5))
        assert filed("cs.CL")[5] == "rss"
        assert listed("cs.CL", 5)[of_day(date(2026, 3, 3))[1].arxiv_id] == "cross"

    def test_one_that_cannot_be_read_costs_the_others_nothing(self, begun):
        begun.faults = [Fault("/atom/cs.CL", march(5), march(6))]
        ring(march(5))
        assert filed("cs.CV")[5] == "rss"
        run = Run.objects.first()
        assert (run.state, run.error) == (
            "failed",
            "cs.CL: the answer is an HTML page, not a feed; it says ‘Down for maintenance’",
        )

    def test_a_category_that_arxiv_has_not_costs_the_others_nothing(self, begun, settings):
        settings.ARXIV_CATEGORIES = ["cs.XX", *CATEGORIES]
        ring(march(5))
        assert filed("cs.CV")[5] == "rss"
        assert "‘cs.XX’ is not one of arXiv's categories" in Run.objects.first().error


class TestReplacements:
    def test_they_stand_under_their_day_once_a_version(self, begun):
        replaced = of_day(date(2026, 3, 3))[1]
        for day, version in ((5, 2), (6, 2), (9, 3)):
            begun.announce(date(2026, 3, day), replaced, "replace", version, replaced.categories)
        ring(march(5), march(6), march(9))
        listings = Listing.objects.filter(paper__arxiv_id=replaced.arxiv_id, kind="replace").order_by("day")
        assert [listing.day.day for listing in listings] == [5, 9]
        assert Paper.objects.get(arxiv_id=replaced.arxiv_id).version == 3


class TestLists:
    def test_the_first_start_files_the_day_that_the_list_prints(self, arxiv):
        ring(march(4, "12:00"))
        assert filed("cs.CV") == {4: "list"}
        assert listed("cs.CV", 4) == arxiv.arrivals("cs.CV", date(2026, 3, 4))
        # The feed says more of the same papers than the list.
        assert not Paper.objects.filter(abstract="").exists()
        assert not Paper.objects.filter(license="").exists()

    def test_a_first_start_in_the_evening_begins_with_the_new_list(self, arxiv):
        ring(march(4, "21:00"), march(5))
        assert filed("cs.CV") == {5: "list"}

    def test_days_that_were_missed_are_told_by_the_week(self, begun):
        ring(march(9, "12:00"))
        assert filed("cs.CV") == {3: "list", 4: "rss", 5: "list", 6: "list", 9: "list"}
        for day in (5, 6, 9):
            assert listed("cs.CV", day) == begun.arrivals("cs.CV", date(2026, 3, day))

    def test_a_day_that_the_week_passes_over_had_no_announcement(self, begun):
        begun.hush(date(2026, 3, 5))
        ring(march(6))
        assert filed("cs.CV")[5] == "list"
        assert Batch.objects.get(category="cs.CV", day=date(2026, 3, 5)).paper_count == 0

    def test_a_day_on_which_a_category_had_nothing_is_told_by_its_list_alone(self, begun):
        begun.announced["cs.CV"][date(2026, 3, 5)].clear()
        ring(*every_ten_minutes(march(5), march(5, "02:50")))
        assert 5 not in filed("cs.CV")
        ring(march(5, "03:10"))
        assert Batch.objects.get(category="cs.CV", day=date(2026, 3, 5)).paper_count == 0

    def test_one_of_a_day_that_is_still_to_come_is_not_believed(self, begun):
        begun.faults = [Fault("/list/", march(5), march(7), shown=march(12))]
        ring(march(6))
        assert 12 not in filed("cs.CV")
        assert "which is still to come" in Run.objects.first().error

    def test_lists_of_which_hardly_anything_can_be_read_are_passed_over_for_oai_pmh(self, begun):
        begun.instead["/atom/cs.CV"] = begun.feed("cs.CV", march(5), march(5)).replace(b"<id>oai:", b"<id>", 9)
        begun.instead["/list/cs.CV/new"] = begun.newest("cs.CV", march(5)).replace(b'"/abs/', b'"/paper/', 9)
        begun.instead["/list/cs.CV/pastweek"] = begun.week("cs.CV", march(5)).replace(b'"/abs/', b'"/paper/', 9)
        ring(march(5))
        assert "9 of its 11 rows can't be read" in Run.objects.first().error
        ring(*every_ten_minutes(march(5), march(5, "03:10")))
        assert filed("cs.CV")[5] == "oai"
        assert listed("cs.CV", 5) == begun.arrivals("cs.CV", date(2026, 3, 5))

    def test_every_fourth_day_a_week_is_held_against_arxivs_own(self, begun, settings):
        """What the calendar does not know, what a feed left out, and what was filed under a wrong day."""
        settings.ARXIV_HOLIDAYS = [date(2026, 3, 4)]
        missing = begun.announced["cs.CV"][date(2026, 3, 6)].pop()
        ring(march(6))
        Listing.objects.filter(category="cs.CV", paper__arxiv_id="2603.00702").update(day=date(2026, 3, 4))
        begun.announced["cs.CV"][date(2026, 3, 6)].append(missing)
        ring(march(9), march(10), march(10, "00:20"), march(10, "00:30"), march(10, "00:40"))
        for category in CATEGORIES:
            for day in (4, 5, 6, 9, 10):
                assert listed(category, day) == begun.arrivals(category, date(2026, 3, day))
            assert filed(category)[5] == "list"
        counts = Batch.objects.filter(category="cs.CV", day__gte=date(2026, 3, 4)).order_by("day")
        assert [batch.paper_count for batch in counts] == [11] * 5

    def test_where_arxivs_own_is_an_old_one_it_is_asked_for_again_a_day_later(self, begun, settings):
        settings.ARXIV_HOLIDAYS = [date(2026, 3, 4)]
        begun.faults = [Fault("/pastweek", march(10), march(11), shown=march(4))]
        ring(march(6), march(9), march(10), march(10, "00:20"), march(10, "00:30"), march(10, "00:40"))
        assert 5 not in filed("cs.CV")
        ring(march(11), march(11, "00:20"), march(11, "00:30"))
        assert filed("cs.CV")[5] == "list"

    def test_one_that_cannot_be_read_for_an_hour_is_passed_over_for_oai_pmh(self, begun):
        begun.faults = [Fault("/atom/", march(5), march(6)), Fault("/list/", march(5), march(6))]
        ring(*every_ten_minutes(march(5), march(5, "01:10")))
        assert filed("cs.CV").get(5) is None
        ring(*every_ten_minutes(march(5, "03:00"), march(5, "03:40")))
        assert filed("cs.CV")[5] == "oai"
        assert listed("cs.CV", 5) == begun.arrivals("cs.CV", date(2026, 3, 5))
