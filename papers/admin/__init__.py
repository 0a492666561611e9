"""Papers in Django's admin: the catalogue, and how it is kept up to date."""

from . import batches, catalogue, pictures, repositories, runs, wanted
from .visibility import HiddenFilter, hide, show

__all__ = ["HiddenFilter", "batches", "catalogue", "hide", "pictures", "repositories", "runs", "show", "wanted"]
