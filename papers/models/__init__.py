from .author import Author, Authorship
from .category import Category
from .listing import Listing
from .organization import Organization
from .paper import Paper
from .person import Person
from .upvote import Upvote

__all__ = ["Author", "Authorship", "Category", "Listing", "Organization", "Paper", "Person", "Upvote"]
