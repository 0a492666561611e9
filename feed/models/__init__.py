from .digest import Digest
from .entry import Entry
from .subscription import Subscription

__all__ = ["Digest", "Entry", "Subscription"]
