from .authors import author
from .completion import completions
from .editing import edit, hand_back_field, hide, show
from .for_you import dismiss, dismissals, for_you, withdraw_dismissal
from .organizations import organization
from .papers import other_spelling, paper
from .search import search
from .searches import change_search, delete_search, save_search, searches, stop_alerts
from .topics import category, keyword, topics
from .trends import trends
from .upvotes import upvote, withdraw_upvote
from .wanted import take_in

__all__ = [
    "author",
    "category",
    "change_search",
    "completions",
    "delete_search",
    "dismiss",
    "dismissals",
    "edit",
    "for_you",
    "hand_back_field",
    "hide",
    "keyword",
    "organization",
    "other_spelling",
    "paper",
    "save_search",
    "search",
    "searches",
    "show",
    "stop_alerts",
    "take_in",
    "topics",
    "trends",
    "upvote",
    "withdraw_dismissal",
    "withdraw_upvote",
]
