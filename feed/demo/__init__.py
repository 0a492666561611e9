"""A site to look around in: landmark papers of machine learning, with members who submit and upvote them.

The papers are real (`papers.json`: true ids, titles, authors, dates; the summaries are our own words), the members
are not. Loading twice changes nothing.
"""

import json
import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from feed.models import Entry
from feed.periods import today
from papers.arxiv.record import AuthorName, Record
from papers.ingest import ingest
from papers.models import Organization, Paper, Upvote

# Address, password, and what one may do with it.
LOGINS = [
    ("ada@example.org", "ada reads papers", "member"),
    ("bob@example.org", "bob writes papers", "member"),
    ("mod@example.org", "mod keeps order", "moderator"),
]
MEMBERS = [
    ("ada", "Ada"), ("bob", "Bob"), ("mod", "Mod"), ("ines", "Inés"), ("kwame", "Kwame"), ("yuki", "Yuki"), ("lena", "Lena"),
    ("omar", "Omar"), ("priya", "Priya"), ("jonas", "Jonas"), ("mei", "Mei"), ("tomas", "Tomás"), ("zofia", "Zofia"),
    ("amara", "Amara"), ("luca", "Luca"), ("sana", "Sana"), ("noor", "Noor"), ("erik", "Erik"), ("dilek", "Dilek"),
    ("hugo", "Hugo"), ("maya", "Maya"), ("ivan", "Ivan"), ("rosa", "Rosa"), ("tariq", "Tariq"), ("elif", "Elif"),
    ("niko", "Niko"), ("anouk", "Anouk"), ("sunil", "Sunil"), ("freya", "Freya"), ("paulo", "Paulo"), ("greta", "Greta"),
    ("samir", "Samir"), ("linh", "Linh"), ("oskar", "Oskar"), ("thea", "Thea"), ("milan", "Milan"),
]  # fmt: skip
DAYS = 10


@transaction.atomic
def load() -> int:
    """Make the demo's papers, members, entries and upvotes; return how many papers there are."""
    rows = json.loads((Path(__file__).parent / "papers.json").read_text())["papers"]
    members = _members()
    papers = _papers(rows)
    _entries(papers, members)
    _upvotes(papers, members)
    return len(papers)


def _members() -> list[User]:
    for handle, name in MEMBERS:
        user, is_new = User.objects.get_or_create(
            username=handle, defaults={"email": f"{handle}@example.org", "full_name": name, "password": "!"}
        )
        if is_new:
            user.verify_email()
    for email, password, role in LOGINS:
        user = User.objects.get(email=email)
        if user.has_usable_password():
            continue
        user.set_password(password)
        user.is_staff = role == "moderator"
        user.save()
        if user.is_staff:
            user.user_permissions.set(Permission.objects.filter(content_type__app_label__in=["papers", "feed"]))
    return list(User.objects.filter(username__in=[handle for handle, _ in MEMBERS]).order_by("pk"))


def _papers(rows: list[dict]) -> list[Paper]:
    ingest(
        Record(
            arxiv_id=row["arxiv_id"],
            title=row["title"],
            authors=tuple(AuthorName(name) for name in row["authors"]),
            categories=tuple(row["categories"]),
            published_at=datetime.fromisoformat(row["published_at"]),
        )
        for row in rows
    )
    papers = Paper.objects.in_bulk([row["arxiv_id"] for row in rows], field_name="arxiv_id")
    for row in rows:
        paper = papers[row["arxiv_id"]]
        if paper.summary:
            continue
        paper.summary, paper.keywords = row["summary"], row["keywords"]
        paper.github_repo, paper.project_page = row.get("github_repo", ""), row.get("project_page", "")
        if named := row.get("organization"):
            paper.organization, _ = Organization.objects.get_or_create(
                name=named["name"], defaults={"full_name": named["full_name"]}
            )
        paper.save()
    return [papers[row["arxiv_id"]] for row in rows]


def _entries(papers: list[Paper], members: list[User]) -> None:
    """Spread the papers over the last ten weekdays; a paper that has its day keeps it."""
    days, chance, now = _last_weekdays(DAYS), random.Random(2024), timezone.now()
    shuffled = chance.sample(papers, len(papers))
    placed = set(Entry.objects.filter(paper__in=papers).values_list("paper", flat=True))
    entries = [
        Entry(
            paper=paper,
            day=days[number % DAYS],
            submitted_at=min(
                datetime.combine(days[number % DAYS], time(6), UTC) + timedelta(minutes=chance.randrange(240)), now
            )
            - timedelta(minutes=chance.randrange(20)),
            submitted_by=chance.choice(members),
        )
        for number, paper in enumerate(shuffled)
    ]
    missing = [entry for entry in entries if entry.paper_id not in placed]
    Entry.objects.bulk_create(missing)
    Entry.objects.mark_featured(entry.paper_id for entry in missing)


def _upvotes(papers: list[Paper], members: list[User]) -> None:
    """A few papers much liked, most a little; then the counters, from the rows."""
    for paper in papers:
        if paper.upvote_count:
            continue
        chance = random.Random(paper.arxiv_id)
        votes = min(len(members), 1 + int(chance.paretovariate(0.9) * 2))
        Upvote.objects.bulk_create(
            [
                Upvote(paper=paper, user=member, created_at=timezone.now() - timedelta(minutes=chance.randrange(600)))
                for member in chance.sample(members, votes)
            ],
            ignore_conflicts=True,
        )
    Paper.objects.filter(pk__in=[paper.pk for paper in papers]).recount_upvotes()


def _last_weekdays(number: int) -> list[date]:
    """The last so many weekdays up to today, newest first."""
    day, days = today(), list[date]()
    while len(days) < number:
        if day.weekday() < 5:
            days.append(day)
        day -= timedelta(days=1)
    return days
