"""A repository as GitHub's API tells it."""

import json
from dataclasses import dataclass

from papers.arxiv.record import SourceError
from papers.github.name import NAME

# What a column of ours holds; no repository has a thousandth of it.
MOST_STARS = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Repository:
    """`full_name` is "owner/name" as of now, after any renaming; `etag` asks next time whether anything has changed."""

    full_name: str
    stars: int
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """All is as it was when the ETag was given."""


@dataclass(frozen=True, slots=True)
class Gone:
    """It was deleted, made private or taken down."""


def parse(data: bytes, *, etag: str = "") -> Repository:
    """Read the answer to `GET /repos/{owner}/{name}`; raises SourceError when `data` is no repository.

    The shape: https://docs.github.com/en/rest/repos/repos#get-a-repository.
    """
    answer = read(data)
    full_name, stars = answer.get("full_name"), answer.get("stargazers_count")
    if not isinstance(full_name, str) or not NAME.fullmatch(full_name):
        raise SourceError("GitHub's answer is no repository: it has no full_name")
    if type(stars) is not int or not 0 <= stars <= MOST_STARS:
        raise SourceError(f"GitHub's answer on {full_name} has no stargazers_count that could be true")
    return Repository(full_name, stars, etag if len(etag) <= 200 and etag.isprintable() else "")


def read(data: bytes) -> dict:
    """Return the JSON object that an answer is; raises SourceError when it is something else."""
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError("GitHub's answer is no JSON: is GITHUB_API_URL right?") from error
    if not isinstance(answer, dict):
        raise SourceError("GitHub's answer is no JSON object: is GITHUB_API_URL right?")
    return answer
