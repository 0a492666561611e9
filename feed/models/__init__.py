from .delivery import Delivery
from .digest import Digest
from .entry import Entry
from .subscription import Subscription

__all__ = ["Delivery", "Digest", "Entry", "Subscription"]
