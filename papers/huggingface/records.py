"""Hugging Face's papers: the JSON of `GET /api/daily_papers?date=…`, whose fields grow over the years, and of one paper.

The shape: https://huggingface.co/docs/hub/api. Rows are read one by one; a bad one costs no other.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from papers.arxiv.record import Refusal, SourceError
from papers.arxiv.text import clean, shortened
from papers.huggingface import row
from papers.huggingface.daily_paper import DailyPaper


def parse(data: bytes, *, day: date | None = None) -> Iterator[DailyPaper | Refusal]:
    """Yield a `DailyPaper`, or a `Refusal`, for each row of a day, in its order; of two with one id, the first.

    `day` is the day that was asked for; the rows don't say it. Without it the UTC date of a row's submission has to
    do. An answer that was cut off yields a last `Refusal` that says where. Raises SourceError, before anything is
    yielded, when `data` is no such list: an HTML page, an error, another shape.
    """
    text = data.decode("utf-8-sig", "replace").strip()
    if not text.startswith("["):
        raise SourceError(_what_else(text, "list of papers"))
    return _papers(text, day)


def parse_paper(data: bytes, *, day: date | None = None) -> DailyPaper | Refusal:
    """Return what `GET /api/papers/{id}` says of one paper now: its votes, its links and, where asked for, its comments.

    `day` is the day of the daily feed on which it is known here; without it the UTC date of its submission has to do,
    and a paper that was never submitted is refused. Raises SourceError when `data` is no paper: the error of an unknown
    id, an HTML page, JSON that ends too early.
    """
    text = data.decode("utf-8-sig", "replace").strip()
    try:
        paper = _DECODER.decode(text) if text.startswith("{") else None
    except (ValueError, RecursionError) as error:
        raise SourceError(f"the JSON ends or is broken in its middle: {error}; fetch it again") from error
    if not isinstance(paper, dict) or "id" not in paper:
        raise SourceError(_what_else(text, "paper"))
    item = {key: paper[key] for key in _OF_THE_ROW if key in paper}
    # With `?field=comments` they come themselves, in place of their number.
    if "numComments" not in item and isinstance(paper.get("comments"), list):
        item["numComments"] = len(paper["comments"])
    return row.read({**item, "paper": paper}, day, 1)


# What the rows of a day have beside their paper, one paper alone has among its own.
_OF_THE_ROW = ("numComments", "isAuthorParticipating", "submitterOrganization")


def _papers(text: str, day: date | None) -> Iterator[DailyPaper | Refusal]:
    seen: set[str] = set()
    for number, value in enumerate(_rows(text), 1):
        paper = value if isinstance(value, Refusal) else row.read(value, day, number)
        if isinstance(paper, DailyPaper):
            arxiv_id = paper.record.arxiv_id
            if arxiv_id in seen:
                paper = Refusal(arxiv_id, f"row {number} is the second of this paper: the first one counts")
            seen.add(arxiv_id)
        yield paper


def _rows(text: str) -> Iterator[Any]:
    """Yield the values of a JSON array one by one, and a `Refusal` where it breaks off."""
    position, number = _after_space(text, 1), 1
    while text[position : position + 1] != "]":
        try:
            value, position = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            yield Refusal(
                "the file", f"the JSON ends or is broken in the middle of row {number}: {error}; fetch it again"
            )
            return
        yield value
        position = _after_space(text, position)
        if text[position : position + 1] not in {",", "]"}:
            yield Refusal("the file", f"the JSON ends or is broken after row {number}; fetch it again")
            return
        if text[position] == ",":
            position, number = _after_space(text, position + 1), number + 1
    if text[position + 1 :].strip():
        yield Refusal(
            "the file", f"there is more behind the end of the JSON, after row {number}: only the rows before it count"
        )


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


# Python's own NaN and Infinity are no JSON, and no count either.
_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_SPACE = re.compile(r"[ \t\n\r]*")


def _after_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _what_else(text: str, wanted: str) -> str:
    """Say what an answer is that is not what was asked for."""
    if not text:
        return "the answer is empty: fetch it again"
    if text.startswith("<"):
        return "the answer is an HTML page, not JSON: the service may be down, fetch it again later"
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return f"the answer is no JSON: it begins with ‘{clean(text[:40])}’"
    if isinstance(value, dict) and isinstance(value.get("error"), str):
        return f"Hugging Face answered with an error: {shortened(clean(value['error']), 200)}"
    return f"the answer is JSON, but no {wanted}: it begins with ‘{clean(text[:40])}’"
