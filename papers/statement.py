"""What a row says of a paper, and how much each word of it counts: so that rows can come in any order.

What is known of a paper lies in registers: its title, its abstract, its comment … Each row speaks of some of them,
with a word that sorts. A register keeps the value of the greatest word that has spoken of it; that is all the merging
there is, and as a maximum is the same in whatever order its numbers come, so is the paper. `Paper.stated` has the words.

A word is written so that, as text, the better one is the greater: arXiv's above Hugging Face's, the newest version's
above those before, a complete form's above a partial one's of the same version, then by the version's day, the day as
of which it was said, the parsers' edition, how long after the beginning of that day it was said, and the content itself,
where nothing else decides. Hugging Face's words are its days, so that a day fetched again is heard again.

Silence says nothing, except in a complete form: there an empty comment, DOI or journal reference says that there is none.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b

from papers.arxiv import withdrawal
from papers.arxiv.record import Deletion, Record
from papers.huggingface.daily_paper import DailyPaper

# The parsers' edition: raised when they read the same answers in another way, so that a repeat is heard.
EDITION = "02"
# What arXiv says of a day may change until that day is over, wherever on earth: by then its words are the same for ever,
# and a repeat says nothing new.
SETTLED = timedelta(days=2)
# Registers and the letters under which their words are kept.
ARXIV = {
    "title": "t",
    "abstract": "a",
    "comment": "m",
    "doi": "d",
    "journal_reference": "j",
    "license": "l",
    "submitter": "s",
}
NAMES, CATEGORIES, VERSION, HISTORY, WITHDRAWAL, DELETION, LOOKUP = "ncvhwxk"
HUGGINGFACE = {
    "summary": "A",
    "summary_model": "B",
    "project_page": "C",
    "github_repo": "D",
    "github_stars": "E",
    "keywords": "F",
    "media_urls": "G",
    "upvotes": "H",
    "comments": "I",
    "organization": "J",
    "discussion_hex_id": "K",
}
# Where what stands in a word, and a version without a number or a day that is not known.
WEIGHT, AS_OF, UNKNOWN = slice(6, 7), slice(15, 23), "0" * 8
PARTIAL, COMPLETE, GONE = "1", "2", "9"


@dataclass(frozen=True, slots=True)
class Statement:
    """The words of one row, each with the letters of the registers that it speaks of; `version` from 1, or 0."""

    words: tuple[tuple[str, str], ...]
    version: int = 0
    withdrawn_at: datetime | None = None

    def __str__(self) -> str:
        return " ".join(f"{word}:{letters}" for word, letters in self.words)

    @property
    def is_final(self) -> bool:
        """Whether the same words always say the same: of Hugging Face's day there may be a newer answer."""
        return self.words[0][0][0] != "0"


def of(row: Record | DailyPaper | Deletion) -> Statement:
    if isinstance(row, DailyPaper):
        return _of_daily_paper(row)
    return _of_deletion(row) if isinstance(row, Deletion) else _of_record(row)


def merge(stated: str, statement: Statement) -> tuple[str, set[str]]:
    """Hear a statement after what has been stated: return what is stated then, and the letters that it decides."""
    said = str(statement)
    if not stated:
        return said, {letter for _, letters in statement.words for letter in letters}
    if stated == said and statement.is_final:
        return stated, set()
    words = read(stated)
    decided = set()
    for word, letters in statement.words:
        for letter in letters:
            key, before = _key(letter, word), _key(letter, words[letter]) if letter in words else ()
            if key > before or (key == before and not statement.is_final):
                words[letter] = word
                decided.add(letter)
    return (write(words) if decided else stated), decided


def read(stated: str) -> dict[str, str]:
    """The word of each letter."""
    groups = (group.partition(":") for group in stated.split())
    return {letter: word for word, _, letters in groups for letter in letters}


def write(words: dict[str, str]) -> str:
    letters: dict[str, str] = {}
    for letter, word in words.items():
        letters[word] = letters.get(word, "") + letter
    return " ".join(f"{word}:{''.join(sorted(letters[word]))}" for word in sorted(letters, reverse=True))


def _key(letter: str, word: str) -> tuple[str, ...]:
    """What of a word counts most in a register."""
    if letter == CATEGORIES:
        # Some partial forms know only one of a paper's categories.
        return (word[:1], "complete" if word[WEIGHT] >= COMPLETE else "", word)
    if letter == DELETION:
        # Whether a paper is there is no matter of its version.
        return (word[AS_OF], word[WEIGHT], word)
    return (word,)


def _of_record(record: Record) -> Statement:
    versions = record.versions
    version = max(record.version or 0, versions[-1].number if versions else 0)
    # What misses one of these is damaged: its silence proves nothing.
    is_complete = record.is_complete and bool(record.abstract and record.authors and record.categories)
    withdrawn_at = record.withdrawn_at or (withdrawal.since(versions) if versions else None)
    as_of = record.stated_on or max((it.day for it in record.announcements), default=None)
    letters = _letters(record, is_complete)
    if as_of:
        letters += DELETION
    if is_complete and (record.license or versions):
        letters += LOOKUP
    if withdrawn_at or (is_complete and versions):
        letters += WITHDRAWAL
    before = f"1{version:05}"
    after = f"{_day(record.updated_at or record.published_at)}{_day(as_of)}{EDITION}{_since(as_of, record.answered_at)}{_digest(record)}"
    words = [(f"{before}{COMPLETE if is_complete else PARTIAL}{after}", "".join(sorted(letters)))]
    if is_complete and WITHDRAWAL not in letters:
        # Without the marks of the versions it is only found that no notice tells of a withdrawal.
        words.append((f"{before}0{after}", WITHDRAWAL))
    return Statement(tuple(words), version, withdrawn_at)


def _of_daily_paper(row: DailyPaper) -> Statement:
    record = row.record
    letters = _letters(record, is_complete=False)
    if row.withdrawn_at:
        letters += WITHDRAWAL
    for name, letter in HUGGINGFACE.items():
        # Of a summary that the row doesn't have, the name of its model says nothing.
        if getattr(row, name) not in ("", None, ()) and (name != "summary_model" or row.summary):
            letters += letter
    word = f"0{0:05}0{UNKNOWN}{_day(row.day)}"
    return Statement(((word, "".join(sorted(letters))),), record.version or 0, row.withdrawn_at)


def _letters(record: Record, is_complete: bool) -> str:
    """The registers of which a record of any source speaks."""
    letters = "t"
    if record.abstract:
        letters += "a"
    if record.authors:
        letters += NAMES
    if record.categories:
        letters += CATEGORIES
    if is_complete:
        letters += "mdj"
    else:
        letters += (
            f"{'m' if record.comment else ''}{'d' if record.doi else ''}{'j' if record.journal_reference else ''}"
        )
    if record.license:
        letters += "l"
    if record.submitter:
        letters += "s"
    if record.versions:
        letters += HISTORY
    if record.versions or record.version or record.updated_at:
        letters += VERSION
    return letters


def _of_deletion(deletion: Deletion) -> Statement:
    as_of = deletion.stated_on or datetime.now(UTC).date()
    return Statement(((f"1{0:05}{GONE}{UNKNOWN}{_day(as_of)}{EDITION}", DELETION),))


def _day(moment: date | None) -> str:
    return f"{moment.year:04}{moment.month:02}{moment.day:02}" if moment else UNKNOWN


def _since(day: date | None, answered_at: datetime | None) -> str:
    """The seconds from the beginning of the day until it was said, where that may count: until the day is settled."""
    if not day or not answered_at:
        return "0" * 6
    since = answered_at - datetime(day.year, day.month, day.day, tzinfo=UTC)
    return f"{int(min(max(since, timedelta(0)), SETTLED).total_seconds()):06}"


def _digest(record: Record) -> str:
    """16 hexadecimal digits of all that the registers take from a record."""
    texts = [
        record.title,
        record.abstract,
        record.comment,
        record.doi,
        record.journal_reference,
        record.license,
        record.submitter,
        ",".join(record.categories),
        f"{record.version} {record.published_at} {record.updated_at} {record.withdrawn_at}",
    ]
    for author in record.authors:
        texts += (author.name, author.affiliation)
    texts += [f"{it.number} {it.submitted_at} {it.size_kilobytes} {it.is_withdrawal}" for it in record.versions]
    return blake2b("\x1f".join(texts).encode(errors="surrogatepass"), digest_size=8).hexdigest()
