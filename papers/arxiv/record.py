"""A paper as one source states it: what every parser yields and what ingestion takes."""

from dataclasses import dataclass
from datetime import date, datetime

# arXiv's longest titles have some 400 characters; what is longer than this is not a title but a mistake.
TITLE_LIMIT = 1_000
# arXiv's own form takes 1,920 characters; older abstracts are longer, none comes near this.
ABSTRACT_LIMIT = 20_000
# The longest printed names are those of collaborations, well below this.
NAME_LIMIT = 200
# A DOI is mostly shorter than 50 characters, several in one field are not; the licences' addresses have up to 60.
DOI_LIMIT = 300
LICENSE_LIMIT = 200

ANNOUNCEMENT_KINDS = ("new", "cross", "replace", "replace-cross")


class SourceError(Exception):
    """A whole answer or file is no good: an error page, not the format asked for, out of reach, too large.

    The message is one line for an operator: what was wrong and, where something can be done, what.
    """


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Someone elsewhere, as a source names them; at least `handle` or `hex_id` is known.

    `handle` is the account's name, `name` the person's, `hex_id` 24 hexadecimal digits, `avatar_url` absolute.
    """

    handle: str = ""
    name: str = ""
    hex_id: str = ""
    avatar_url: str = ""


@dataclass(frozen=True, slots=True)
class OrganizationRecord:
    """An organization elsewhere: `name` is its handle ("nvidia"), `full_name` what people call it."""

    name: str
    full_name: str = ""
    hex_id: str = ""
    avatar_url: str = ""


# Never changed after they are made. Not frozen: that makes them several times as slow to make, a fifth of all parsing.
@dataclass(slots=True, unsafe_hash=True)
class AuthorName:
    """One printed name on a paper, in the order of the paper.

    `hex_id` is the source's own (24 hexadecimal digits) when it gave one. `person` is who elsewhere claimed
    the name, `person_status` the source's word for how sure that is ("claimed_verified").
    """

    name: str
    affiliation: str = ""
    hex_id: str = ""
    is_hidden: bool = False
    person: PersonRecord | None = None
    person_status: str = ""
    person_status_changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """arXiv announced a paper on `day` in `category` (an archive such as "cs" where a whole archive was asked for).

    `kind` is one of `ANNOUNCEMENT_KINDS`.
    """

    day: date
    category: str
    kind: str


@dataclass(slots=True, unsafe_hash=True)
class Version:
    """One version of a paper: its number from 1, when it was submitted (aware, in UTC), what arXiv says of its files.

    `is_withdrawal` marks a version that takes the paper back: arXiv keeps a note in its place, without files.
    """

    number: int
    submitted_at: datetime
    size_kilobytes: int | None = None
    is_withdrawal: bool = False


@dataclass(slots=True, unsafe_hash=True)
class Record:
    """One paper as a source states it; None, "" and () mean that the source says nothing.

    `title` and the other texts are Unicode with white space collapsed and TeX accents decoded; mathematics stays
    as TeX between dollar signs. `categories` has the primary one first, except where only a part is known.
    `published_at` (of version 1), `updated_at` (of `version`) and `withdrawn_at` are aware and in UTC. `license` is a
    URL. `versions` are those that the source names, by number. `submitter` is a person's name. `warnings` says, a
    line each, what was dropped or cut on the way.

    `stated_on` is the day as of which the source says all this: OAI-PMH's datestamp, the day of an API's answer.
    `answered_at` (aware, in UTC) is when it said so: of two answers of one datestamp the later knows better. Where
    `is_complete`, silence speaks too: the form has all of arXiv's metadata but the licence, and an empty comment means
    that there is none (any more).
    """

    arxiv_id: str
    title: str
    version: int | None = None
    abstract: str = ""
    authors: tuple[AuthorName, ...] = ()
    categories: tuple[str, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    comment: str = ""
    doi: str = ""
    journal_reference: str = ""
    license: str = ""
    announcements: tuple[Announcement, ...] = ()
    warnings: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()
    submitter: str = ""
    withdrawn_at: datetime | None = None
    stated_on: date | None = None
    answered_at: datetime | None = None
    is_complete: bool = False


@dataclass(frozen=True, slots=True)
class Deletion:
    """arXiv has deleted a paper, on `stated_on` where the source says when: nothing else is known of it any more."""

    arxiv_id: str
    stated_on: date | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that cannot be a `Record`.

    `name` is its arXiv id, or else where it stood ("entry 12"); `reason` one line that says what is wrong.
    """

    name: str
    reason: str
