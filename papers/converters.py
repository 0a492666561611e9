"""Names of papers, organizations and keywords in addresses."""

import re
from urllib.parse import unquote

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


class KeywordConverter:
    """Any keyword: `diffusion_models`, `ac%2Fdc`. A space is written as an underscore, as in Wikipedia's addresses.

    Slashes and dots, which browsers and proxies take for steps between folders, are quoted here and once more with the
    whole address: what arrives is what was meant.
    """

    regex = r"[\s\S]+"

    def to_python(self, value: str) -> str:
        if "\0" in (name := unquote(value.replace("_", " "))):
            raise ValueError("no text of the database's has a null byte")
        return name

    def to_url(self, value: str) -> str:
        words = _AMBIGUOUS.sub(lambda sign: f"%{ord(sign[0]):02X}", value).replace(" ", "_")
        return words.replace(".", "%2E") if set(words) == {"."} else words


_AMBIGUOUS = re.compile(r"[_/\\%]")
