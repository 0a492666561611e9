"""One row of Hugging Face's daily papers."""

from dataclasses import dataclass
from datetime import date, datetime

from papers.arxiv.record import OrganizationRecord, PersonRecord, Record


@dataclass(frozen=True, slots=True)
class DailyPaper:
    """A paper on its day; `record` is what is said of the paper itself, the rest what Hugging Face alone knows.

    Counts are of people there. Links are absolute http(s) addresses. Times are aware and in UTC. None, "" and ()
    mean that the row says nothing.
    """

    record: Record
    day: date
    submitted_at: datetime | None = None
    submitted_by: PersonRecord | None = None
    upvotes: int | None = None
    comments: int | None = None
    summary: str = ""
    summary_model: str = ""
    keywords: tuple[str, ...] = ()
    project_page: str = ""
    github_repo: str = ""
    github_stars: int | None = None
    media_urls: tuple[str, ...] = ()
    organization: OrganizationRecord | None = None
    submitter_organization: OrganizationRecord | None = None
    discussion_hex_id: str = ""
    is_author_participating: bool = False
    withdrawn_at: datetime | None = None
