from .authors import author
from .organizations import organization
from .papers import paper
from .upvotes import upvote, withdraw_upvote

__all__ = ["author", "organization", "paper", "upvote", "withdraw_upvote"]
