from datetime import date

import pytest
from django.db import IntegrityError

from feed.models import Entry
from feed.periods import Day, Month, Week
from papers.models import Paper

MONDAY, TUESDAY, FRIDAY = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 9)


def test_a_period_is_ranked_by_upvotes_then_by_who_was_first(make_entry):
    late = make_entry(MONDAY, upvotes=5, minutes=9)
    early = make_entry(MONDAY, upvotes=5, minutes=1)
    liked = make_entry(MONDAY, upvotes=9, minutes=30)
    assert list(Entry.objects.in_period(Day(MONDAY)).ranked()) == [liked, early, late]
    assert [entry.rank for entry in Entry.objects.with_rank().ranked()] == [1, 2, 3]


def test_members_votes_and_mirrored_ones_rank_together(make_entry, make_paper, ada):
    mirrored = make_entry(MONDAY, upvotes=1, minutes=0)
    ours = make_entry(MONDAY, upvotes=1, minutes=5)
    ours.paper.upvote(by=ada)
    assert list(Entry.objects.in_period(Day(MONDAY)).ranked()) == [ours, mirrored]


def test_a_paper_that_came_back_stands_once_in_the_week_with_its_first_entry(make_entry):
    first = make_entry(MONDAY)
    again = make_entry(FRIDAY, paper=first.paper)
    assert list(Entry.objects.in_period(Week.containing(MONDAY))) == [first]
    assert list(Entry.objects.in_period(Day(FRIDAY))) == [again]


def test_a_paper_has_at_most_one_entry_a_day(make_entry):
    entry = make_entry(MONDAY)
    with pytest.raises(IntegrityError):
        Entry.objects.create(paper=entry.paper, day=MONDAY)


def test_what_is_hidden_is_not_in_the_feed(make_entry):
    hidden_paper, hidden_entry, seen = make_entry(MONDAY), make_entry(MONDAY), make_entry(MONDAY)
    Paper.objects.filter(pk=hidden_paper.paper_id).hide()
    Entry.objects.filter(pk=hidden_entry.pk).hide()
    assert list(Entry.objects.visible()) == [seen]


def test_neighbours_are_the_nearest_days_with_entries(make_entry):
    make_entry(MONDAY), make_entry(FRIDAY)
    entries = Entry.objects.visible()
    assert entries.neighbours(Day(FRIDAY)) == (MONDAY, None)
    assert entries.neighbours(Day(MONDAY)) == (None, FRIDAY)
    assert entries.per_day(Month.containing(MONDAY)) == {MONDAY: 1, FRIDAY: 1}


def test_trending_weighs_upvotes_against_age(make_entry):
    """Twice the upvotes are worth one day."""
    old = make_entry(MONDAY, upvotes=40)
    level = make_entry(TUESDAY, upvotes=20)
    fresh = make_entry(TUESDAY, upvotes=21)
    scores = dict(Paper.objects.values_list("pk", "trending_score"))
    assert scores[old.paper_id] == pytest.approx(scores[level.paper_id])
    assert scores[fresh.paper_id] > scores[old.paper_id]


def test_a_paper_whose_only_entry_is_hidden_does_not_trend(make_entry):
    entry = make_entry(MONDAY)
    Entry.objects.hide()
    assert entry.paper not in Paper.objects.trending()
    Entry.objects.show()
    assert entry.paper in Paper.objects.trending()
