"""Names of papers and organizations in addresses."""

from django.urls.converters import StringConverter

from papers.arxiv import ids
from papers.models import Organization


class ArxivIdConverter:
    """Only an id as arXiv writes it today names a page; other spellings are redirected by the paper's view."""

    regex = ids.PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class OrganizationNameConverter(StringConverter):
    """h2o.ai has a dot, which a slug may not."""

    regex = Organization.NAME
