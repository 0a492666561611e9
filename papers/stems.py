"""Words to stems, as PostgreSQL's `english` makes lexemes of them, so that what it has matched can be marked in a text."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

# A run of letters and digits with their accents: what PostgreSQL's parser takes for a word in running text.
WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")

# As papers_folded in the database: Lévy is found as Levy.
_ACCENTS = re.compile("[\u0300-\u036f]")
_SPELLED = str.maketrans("øØłŁđĐıðÐ", "oOlLdDidD")


def is_among(word: str, lexemes: frozenset[str]) -> bool:
    """Tell whether a word is one of those that were looked for: its stem is, or itself, as with `word2vec`."""
    return not lexemes.isdisjoint(_stems(word))


# The vocabulary of a day's titles and abstracts; the stemmer takes a tenth of a millisecond a word.
@lru_cache(maxsize=65_536)
def _stems(word: str) -> tuple[str, ...]:
    folded = word if word.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", word)).translate(_SPELLED)
    folded = folded.lower()
    if folded.isdigit():
        # Of GPT-4, PostgreSQL makes "gpt" and "-4".
        return folded, f"-{folded}"
    # Made anew for each: a stemmer keeps the word it is at, and pages are made by several threads.
    return folded, snowballstemmer.stemmer("english").stemWord(folded)
