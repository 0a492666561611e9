"""Other people's words for a mail: plain, on one line, and no longer than there is room for."""

from accounts.mail import visible
from papers.markup import first_sentence, plain, sentences


def line(text: str, limit: int) -> str:
    """The text in plain words, `$\\alpha$` as α, at most `limit` characters; what is cut ends in "…". Not escaped."""
    text = " ".join(visible(plain(text)).split())
    if len(text) <= limit:
        return text
    words = text.rfind(" ", limit // 2, limit)
    return text[: words if words > 0 else limit - 1].rstrip(" ,;:–—-(") + "…"


def opening(text: str, limit: int) -> str:
    """The first two sentences if there is room for both, otherwise the first, cut where it is too long."""
    two = line(" ".join(sentences(text)[:2]), 10 * limit)
    return two if len(two) <= limit else line(first_sentence(text, limit), limit)
