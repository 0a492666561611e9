"""arXiv ids in addresses."""

from papers.arxiv import ids


class ArxivIdConverter:
    """Only an id as arXiv writes it today names a page; other spellings are redirected by the paper's view."""

    regex = ids.PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
