"""Whether arXiv says that a paper was taken back: by its versions' marks, or else in the words of a notice.

arXiv keeps a withdrawn paper's page and puts a version without files in its place:
https://info.arxiv.org/help/withdraw.html.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from papers.arxiv.record import Version


def is_told(comment: str, abstract: str = "") -> bool:
    """Tell whether a comment or an abstract is a notice that the paper itself has been withdrawn.

    Meant to be precise rather than eager: a withdrawn claim, section or earlier version withdraws no paper, nor does
    a withdrawal from a conference.
    """
    comment, abstract = comment[:_COMMENT_BEGINNING], abstract[:_ABSTRACT_BEGINNING]
    if not (_may_tell(comment) or _may_tell(abstract)):
        return False
    comment, abstract = " ".join(comment.split()), " ".join(abstract.split())
    return bool(_NOTICE.match(comment) or _NOTICE_WITHIN.search(comment) or _NOTICE.match(abstract))


def is_marked(source_type: str, size_kilobytes: int | None) -> bool:
    """Tell whether a version takes the paper back: arXiv's letters for its source have an "I", or it has no bytes.

    `size_kilobytes` is None where nought may mean something else.
    """
    return "I" in source_type or size_kilobytes == 0


def since(versions: Sequence[Version]) -> datetime | None:
    """Return when the paper was withdrawn: the first of the withdrawals at the end of its versions, by number."""
    last = list(takewhile(lambda version: version.is_withdrawal, reversed(versions)))
    return last[-1].submitted_at if last else None


# Authors' notices at arXiv stand at the beginning, or follow "10 pages, 3 figures."
_NOUN = r"(?:paper|article|manuscript|submission|pre-?print|e-?print|draft|version|thesis|note)s?"
_THIS = rf"(?:this (?:present |current |arxiv )?(?:{_NOUN}|work)|(?:the|our)(?: following| present| current)? {_NOUN})"
# From a conference or a journal is not from arXiv; by mistake is not for good.
_AND_NOT_ELSEWHERE = (
    r"\b(?! (?:from (?!(?:the )?arxiv\b|consideration for publication)|by (?:mistake|accident)|in error\b))"
)
_IS = r"(?:(?:has|have) been|is|was|are|were)(?: (?:now|hereby|temporarily|being|therefore|voluntarily))*"
_SENTENCE = (
    rf"(?:{_THIS} {_IS} withdrawn{_AND_NOT_ELSEWHERE}"
    rf"|{_THIS} (?:has been |was |is )?removed by arxiv\b"
    rf"|(?:the authors?|we|i)(?: (?:has|have|hereby))? withdr(?:aw|awn|ew) (?:this|the|our|their|my) {_NOUN}"
    rf"{_AND_NOT_ELSEWHERE})"
)
_HEADLINE = (
    rf"(?:(?:(?:this|the) )?{_NOUN} )?withdrawn"
    r"(?=$|[^\w\s,]|,? (?:by (?:the |all |its |both )?(?:authors?|submitters?|owner|arxiv)|due to|owing to|because|since|as"
    r"|for|pending|in favou?r|until|after|temporarily|to)\b)(?! for (?:the )?(?:review|anonymity))"
)
_NOTICE = re.compile(
    rf"[\W_]*(?:arxiv admin(?:istrator)?s?(?: note| comment)?: )?(?:{_SENTENCE}|{_HEADLINE})", re.IGNORECASE
)
_NOTICE_WITHIN = re.compile(rf"(?:[.,;!?)\]] |[-–—] )(?=this )(?:{_SENTENCE})", re.IGNORECASE)
# Where a notice can begin; what comes much later tells of something else. An abstract begins with it.
_COMMENT_BEGINNING, _ABSTRACT_BEGINNING = 1_000, 200


def _may_tell(text: str) -> bool:
    return "ithdr" in text or "ITHDR" in text or "removed by" in text
