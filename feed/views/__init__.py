from .calendar import calendar
from .new import new, newest_announcement
from .pages import about, privacy
from .periods import home, no_period, papers, period
from .subscriptions import confirm, delete_subscription, manage, subscribe, unsubscribe
from .trending import trending

__all__ = [
    "about",
    "calendar",
    "confirm",
    "delete_subscription",
    "home",
    "manage",
    "new",
    "newest_announcement",
    "no_period",
    "papers",
    "period",
    "privacy",
    "subscribe",
    "trending",
    "unsubscribe",
]
