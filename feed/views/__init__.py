from .calendar import calendar
from .digests import digest, digest_mail, digests, newest_digest, send_test
from .moderation import log, undo_action
from .new import new, newest_announcement
from .pages import about, privacy
from .periods import home, no_period, papers, period
from .subscriptions import confirm, delete_subscription, manage, record, subscribe, unsubscribe
from .trending import trending

__all__ = [
    "about",
    "calendar",
    "confirm",
    "delete_subscription",
    "digest",
    "digest_mail",
    "digests",
    "home",
    "log",
    "manage",
    "new",
    "newest_announcement",
    "newest_digest",
    "no_period",
    "papers",
    "period",
    "privacy",
    "record",
    "send_test",
    "subscribe",
    "trending",
    "undo_action",
    "unsubscribe",
]
