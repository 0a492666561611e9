from .author import Author, Authorship
from .batch import Batch
from .category import Category
from .embedding import Embedding, EmbeddingModel
from .listing import Listing
from .organization import Organization
from .paper import Paper
from .person import Person
from .picture import Picture
from .repository import Repository
from .run import Run
from .search_document import SearchDocument
from .source import Source
from .stale import Stale
from .topic import Topic, Trend
from .upvote import Upvote
from .version import Version

__all__ = [
    "Author",
    "Authorship",
    "Batch",
    "Category",
    "Embedding",
    "EmbeddingModel",
    "Listing",
    "Organization",
    "Paper",
    "Person",
    "Picture",
    "Repository",
    "Run",
    "SearchDocument",
    "Source",
    "Stale",
    "Topic",
    "Trend",
    "Upvote",
    "Version",
]
