from .author import Author, Authorship
from .batch import Batch
from .category import Category
from .listing import Listing
from .organization import Organization
from .paper import Paper
from .person import Person
from .picture import Picture
from .repository import Repository
from .run import Run
from .source import Source
from .upvote import Upvote
from .version import Version

__all__ = [
    "Author",
    "Authorship",
    "Batch",
    "Category",
    "Listing",
    "Organization",
    "Paper",
    "Person",
    "Picture",
    "Repository",
    "Run",
    "Source",
    "Upvote",
    "Version",
]
