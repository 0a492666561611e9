from .authors import author
from .for_you import dismiss, dismissals, for_you, withdraw_dismissal
from .organizations import organization
from .papers import other_spelling, paper
from .search import search
from .searches import change_search, delete_search, save_search, searches, stop_alerts
from .upvotes import upvote, withdraw_upvote

__all__ = [
    "author",
    "change_search",
    "delete_search",
    "dismiss",
    "dismissals",
    "for_you",
    "organization",
    "other_spelling",
    "paper",
    "save_search",
    "search",
    "searches",
    "stop_alerts",
    "upvote",
    "withdraw_dismissal",
    "withdraw_upvote",
]
