"""Topics' courses over time, side by side: which were asked for, and over which months or years there is something to see."""

from collections.abc import Sequence
from datetime import UTC, date

from django.db.models import Q
from django.utils import timezone

from papers.arxiv import taxonomy
from papers.curves import Course, Curves
from papers.directory import followed
from papers.models import Topic, Trend
from papers.query import cleaned

# Lines that can still be told from each other.
MOST = 6
# Two years, so that a season can be compared with the same one before.
MONTHS = 24
UNITS = ("month", "year")


def find(texts: Sequence[str]) -> tuple[list[Topic], list[str]]:
    """The counted topics that the texts name, at most MOST, and the texts that name none: from one query.

    A text is `cat:cs.CV`, `keyword:"diffusion models"`, or either without its operator.
    """
    asked = {text: _read(text) for text in dict.fromkeys(map(cleaned, texts)) if text}
    wanted = Q(pk__in=[])
    for kind, name in asked.values():
        wanted |= Q(kind=kind, name=name)
    found = {(topic.kind, topic.name): topic for topic in Topic.objects.filter(wanted)}
    topics = list(dict.fromkeys(found[it] for it in asked.values() if it in found))
    return topics[:MOST], [text for text, it in asked.items() if it not in found]


def of_the_site() -> list[Topic]:
    """The categories that the site follows."""
    found = {topic.name: topic for topic in Topic.objects.categories().filter(name__in=followed())}
    return [found[name] for name in followed() if name in found][:MOST]


def draw(topics: Sequence[Topic], unit: str = "") -> Curves:
    """By "month", over the last two years, or by "year", from the first; with "" by month where these have any papers."""
    today = timezone.now().astimezone(UTC).date()
    rows = Trend.objects.filter(topic__in=topics, month__lte=today)
    counts = {(it.topic_id, it.month): it for it in rows}
    months = [_before(today, number) for number in reversed(range(MONTHS))]
    if not unit:
        unit = "month" if any(month >= months[0] for _, month in counts) else "year"
    first = min((month.year for _, month in counts), default=today.year)
    moments = months if unit == "month" else [date(year, 1, 1) for year in range(first, today.year + 1)]
    place = {moment: number for number, moment in enumerate(moments)}
    courses = [
        Course(topic.label, topic.get_absolute_url(), number, [0] * len(moments), [0] * len(moments))
        for number, topic in enumerate(topics, 1)
    ]
    by_topic = {topic.pk: course for topic, course in zip(topics, courses, strict=True)}
    for (topic, month), trend in counts.items():
        at = place.get(month if unit == "month" else month.replace(month=1))
        if at is not None:
            by_topic[topic].papers[at] += trend.paper_count
            by_topic[topic].upvotes[at] += trend.upvote_count
    return Curves(courses, moments, unit)


def _read(text: str) -> tuple[str, str]:
    """Kind and name; what could be both is a category."""
    operator, _, value = text.partition(":")
    if operator.lower() == "keyword" and value:
        return Topic.Kind.KEYWORD, value.strip('" ').lower()[: Topic.LONGEST]
    category = taxonomy.spelled(value.strip('" ') if operator.lower() in ("cat", "category") else text)
    if category:
        return Topic.Kind.CATEGORY, taxonomy.canonical(category)
    return Topic.Kind.KEYWORD, text.strip('" ').lower()[: Topic.LONGEST]


def _before(day: date, months: int) -> date:
    """The first day of the month so many months before that of `day`."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)
