from .authors import author
from .for_you import dismiss, dismissals, for_you, withdraw_dismissal
from .organizations import organization
from .papers import other_spelling, paper
from .upvotes import upvote, withdraw_upvote

__all__ = [
    "author",
    "dismiss",
    "dismissals",
    "for_you",
    "organization",
    "other_spelling",
    "paper",
    "upvote",
    "withdraw_dismissal",
    "withdraw_upvote",
]
