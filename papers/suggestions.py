"""What else one could search for, where a query has found nothing."""

from papers.query import Query

# Single words that are offered, the longest: they tell most.
MOST_WORDS = 4
SHORTEST = 4


def suggestions(query: Query) -> list[str]:
    """Texts to search for, each wider than the one before: without quotes and operators, then word by word."""
    loose = " ".join(" ".join([query.meaning, *query.authors]).split())
    words = sorted({word for word in loose.split() if len(word) >= SHORTEST}, key=len, reverse=True)[:MOST_WORDS]
    texts = [loose, *(word for word in loose.split() if word in words)]
    return [text for text in dict.fromkeys(texts) if text and text != query.text]
