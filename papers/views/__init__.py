from .authors import author
from .organizations import organization
from .papers import other_spelling, paper
from .upvotes import upvote, withdraw_upvote

__all__ = ["author", "organization", "other_spelling", "paper", "upvote", "withdraw_upvote"]
