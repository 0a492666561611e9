from .entry import Entry
from .subscription import Subscription

__all__ = ["Entry", "Subscription"]
