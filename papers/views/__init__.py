from .authors import author
from .completion import completions
from .organizations import organization
from .papers import other_spelling, paper
from .topics import category, keyword, topics
from .trends import trends
from .upvotes import upvote, withdraw_upvote

__all__ = [
    "author",
    "category",
    "completions",
    "keyword",
    "organization",
    "other_spelling",
    "paper",
    "topics",
    "trends",
    "upvote",
    "withdraw_upvote",
]
