"""What moderators may change of a paper, and how: the fields that `papers.moderation` writes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from papers import moderation
from papers.models import Organization, Paper
from papers.moderation import Editable, Kind


def plain(column: str, *, is_sourced: bool = True) -> Editable:
    """A column that holds what JSON can."""
    return Editable(
        lambda row: getattr(row, column), lambda row, value: setattr(row, column, value), (column,), is_sourced
    )


def _words(column: str) -> Editable:
    """With by whom the words were, which says nothing of a moderator's."""

    def write(paper: Paper, value: Any) -> None:
        setattr(paper, column, value)
        setattr(paper, f"{column}_model", "")

    return Editable(lambda paper: getattr(paper, column), write, (column, f"{column}_model"), True)


def _write_organization(paper: Paper, name: str | None) -> None:
    found = Organization.objects.named([name]).first() if name else None
    if name and not found:
        raise ValidationError({"organization": f"There is no organization “{name}” here."})
    paper.organization = found


def _write_hidden(row: Any, is_hidden: bool) -> None:
    row.hidden_at = (row.hidden_at or timezone.now()) if is_hidden else None


def _has_changed(paper: Paper) -> None:
    Paper.objects.filter(pk=paper.pk).update(modified_at=timezone.now())


HIDDEN = Editable(lambda row: row.hidden_at is not None, _write_hidden, ("hidden_at",))

moderation.register(
    Paper,
    Kind(
        {
            "title": plain("title"),
            "summary": _words("summary"),
            "keywords": _words("keywords"),
            "organization": Editable(
                lambda paper: paper.organization and paper.organization.name,
                _write_organization,
                ("organization_id",),
                True,
            ),
            "project_page": plain("project_page"),
            "github_repo": plain("github_repo"),
            "media_urls": plain("media_urls"),
            "hidden": HIDDEN,
        },
        permission="papers.change_paper",
        paper=lambda paper: paper,
        then=_has_changed,
    ),
)
