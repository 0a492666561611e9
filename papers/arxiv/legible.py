"""Whether an answer can be read: single rows are bad now and then, many mean that its form has changed."""

from collections.abc import Sequence

from papers.arxiv.record import Refusal

# Where more rows are refused, the source writes in another way than we read, and to go on would be to lose them all. Of
# fewer than five a single one would be more.
FEW, MOST_REFUSED = 5, 0.2


def unread(rows: Sequence[object]) -> str:
    """Return why an answer with these rows is not to be passed: too many of them are refused, or all; or ""."""
    refused = [row for row in rows if isinstance(row, Refusal)]
    if not refused:
        return ""
    if len(refused) < len(rows) and (len(rows) < FEW or len(refused) <= MOST_REFUSED * len(rows)):
        return ""
    return f"{len(refused)} of its {len(rows)} rows can't be read, the first as {refused[0].reason}"
