"""What a page weighs on the wire."""

from datetime import date

import pytest

from feed.periods import Day

MONDAY = Day(date(2024, 5, 20))
# Bytes, from the design: a day of thirty papers over the wire before pictures; all its scripts, compressed.
MOST, MOST_OF_SCRIPTS = 100_000, 20_000


@pytest.mark.parametrize("width", [1280])
def test_a_day_of_thirty_papers_is_light(page, make_entry, make_paper):
    for number in range(30):
        paper = make_paper(
            title=f"Number {number}: What a Title of the Usual Length Looks Like, with its Second Half",
            abstract=f"Sentence {number} of an abstract opens it and says what was missing so far. " * 12,
            summary=f"Paper {number} shows that what was thought impossible works when one looks at it twice, and why.",
            author_names=[f"First{number} Author", "Second Author", "Third Author", f"Last{number} Author"],
            mirrored_upvote_count=number,
        )
        make_entry(MONDAY.start, paper=paper)
    finished = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(MONDAY.get_absolute_url(), wait_until="networkidle")
    sizes = [(request.resource_type, request.sizes()) for request in list(finished) if "favicon" not in request.url]
    assert {kind for kind, _ in sizes} == {"document", "script", "stylesheet"}
    assert sum(size["responseBodySize"] + size["responseHeadersSize"] for _, size in sizes) <= MOST
    assert sum(size["responseBodySize"] for kind, size in sizes if kind == "script") <= MOST_OF_SCRIPTS


@pytest.mark.parametrize("width", [1280])
def test_a_page_asks_nobody_else(page, make_entry, live_server):
    entry = make_entry(MONDAY.start)
    hosts = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(MONDAY.get_absolute_url(), wait_until="networkidle")
    page.goto(entry.paper.get_absolute_url(), wait_until="networkidle")
    assert hosts == {live_server.url.split("/")[2]}
