"""Other people's words for a mail: plain, on one line, and no longer than there is room for."""

import unicodedata

from papers.markup import first_sentence, plain, sentences

# They join letters and emoji to one sign; every other character without a look of its own could turn what follows it
# around, hide in it, or end a header.
JOINERS = frozenset("\u200c\u200d")
WITHOUT_A_LOOK = frozenset({"Cc", "Cf", "Cs", "Co"})


def line(text: str, limit: int) -> str:
    """The text in plain words, `$\\alpha$` as α, at most `limit` characters; what is cut ends in "…". Not escaped."""
    text = "".join(it for it in plain(text) if it in JOINERS or unicodedata.category(it) not in WITHOUT_A_LOOK)
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    words = text.rfind(" ", limit // 2, limit)
    return text[: words if words > 0 else limit - 1].rstrip(" ,;:–—-(") + "…"


def opening(text: str, limit: int) -> str:
    """The first two sentences if there is room for both, otherwise the first, cut where it is too long."""
    two = line(" ".join(sentences(text)[:2]), 10 * limit)
    return two if len(two) <= limit else line(first_sentence(text, limit), limit)
