"""Papers in Django's admin: the catalogue, and how it is kept up to date."""

from . import actions, batches, catalogue, pictures, repositories, runs, wanted
from .moderating import ModeratedAdmin, hide, show
from .visibility import HiddenFilter

__all__ = [
    "HiddenFilter",
    "ModeratedAdmin",
    "actions",
    "batches",
    "catalogue",
    "hide",
    "pictures",
    "repositories",
    "runs",
    "show",
    "wanted",
]
