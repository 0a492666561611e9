"""Which licences let a paper's pictures, pages and text be shown here."""

import re

# CC BY, CC BY-SA and CC0, of any version and country. Not the non-commercial ones and those without changes, as a site
# may live on advertising and scales what it shows; not arXiv's own, which gives rights to arXiv alone.
# https://info.arxiv.org/help/license. Both Python and PostgreSQL read this expression.
OPEN = r"^https?://(www\.)?creativecommons\.org/(licenses/by(-sa)?|publicdomain/zero)/[0-9]+\.[0-9]+(/[^\n]*)?$"


def is_open(license: str) -> bool:
    """Whether the licence at this address ("" where it is not known) allows all to copy, change and show."""
    return re.fullmatch(OPEN, license) is not None
