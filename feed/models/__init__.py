from .consent import Consent
from .delivery import Delivery
from .digest import Digest
from .entry import Entry
from .subscription import Subscription

__all__ = ["Consent", "Delivery", "Digest", "Entry", "Subscription"]
