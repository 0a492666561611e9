from .action import Action
from .alert import Alert
from .author import Author, Authorship
from .batch import Batch
from .category import Category
from .dismissal import Dismissal
from .embedding import Embedding, EmbeddingModel
from .listing import Listing
from .organization import Organization
from .paper import Paper
from .person import Person
from .picture import Picture
from .repository import Repository
from .run import Run
from .saved_search import SavedSearch
from .search_document import SearchDocument
from .source import Source
from .stale import Stale
from .topic import Topic, Trend
from .upvote import Upvote
from .version import Version
from .wanted import Wanted

__all__ = [
    "Action",
    "Alert",
    "Author",
    "Authorship",
    "Batch",
    "Category",
    "Dismissal",
    "Embedding",
    "EmbeddingModel",
    "Listing",
    "Organization",
    "Paper",
    "Person",
    "Picture",
    "Repository",
    "Run",
    "SavedSearch",
    "SearchDocument",
    "Source",
    "Stale",
    "Topic",
    "Trend",
    "Upvote",
    "Version",
    "Wanted",
]
