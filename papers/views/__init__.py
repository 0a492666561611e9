from .authors import author
from .organizations import organization
from .papers import other_spelling, paper
from .search import search
from .upvotes import upvote, withdraw_upvote

__all__ = ["author", "organization", "other_spelling", "paper", "search", "upvote", "withdraw_upvote"]
