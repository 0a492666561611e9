"""The lists' queries are served by the indexes made for them, whatever they will hold one day."""

from datetime import date

import pytest
from django.db import connection

from feed.models import Entry
from feed.periods import Day
from papers.models import Listing, Organization, Paper, Upvote

DAY = date(2026, 1, 5)

QUERIES = {
    "paper_trending": lambda: Paper.objects.visible().trending().order_by(*Paper.objects.all().TRENDING)[:30],
    "paper_newest": lambda: Paper.objects.visible().order_by(*Paper.objects.all().NEWEST)[:30],
    "paper_of_organization": lambda: (
        Organization.objects.get().papers.visible().order_by(*Paper.objects.all().NEWEST)[:30]
    ),
    "entry_of_day": lambda: Entry.objects.in_period(Day(DAY)),
    "listing_of_paper": lambda: Paper.objects.filter(pk=1).announced(DAY, kind="cross"),
    "listing_unique": lambda: Listing.objects.on(DAY).values_list("category"),
    "upvote_of_paper": lambda: Paper.objects.first().upvotes.newest_faces(),
    "upvote_of_user": lambda: Upvote.objects.filter(user=1).order_by(*Upvote.objects.all().NEWEST)[:30],
    "organization_name_unique": lambda: Organization.objects.filter(name__iexact="things").order_by(),
}


@pytest.mark.parametrize("index", QUERIES)
def test_a_list_is_served_by_its_index(index, make_entry):
    organization = Organization.objects.create(name="Things", full_name="Things")
    for number in range(5):
        paper = make_entry(DAY, minutes=number).paper
        Listing.objects.create(day=DAY, category_id="cs.CL", kind="new", paper=paper)
    Paper.objects.update(organization=organization)
    with connection.cursor() as cursor:
        # What the planner believes of the tables must not depend on when they were last analysed.
        cursor.execute("analyze papers_listing")
        # Nor on how many rows of other tests, rolled back since, have made one of its indexes a level higher.
        cursor.execute("reindex table feed_entry")
        # So few rows would be read whole; at size, the index is what counts.
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("set local enable_sort = off")
        cursor.execute("set local enable_bitmapscan = off")
    assert index in QUERIES[index]().explain()
