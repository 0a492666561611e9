"""All that is stored about an address, for the one whose it is."""

from django.db.models import F

from feed.models import Subscription


def of(subscription: Subscription) -> dict:
    """Everything, in plain values and moments: the subscription, the record of its consent, the digests sent. Two queries."""
    consents = subscription.consents.values("act", "at", "how", "wish", network_address=F("ip_address"))
    deliveries = subscription.deliveries.order_by("pk").values(
        "period",
        "hex_id",
        "state",
        "reason",
        "failures",
        "due_at",
        "expires_at",
        "sending_at",
        "finished_at",
        # What the digest was narrowed to when it was promised.
        interest=F("digest__interest"),
    )
    return {
        "subscription": {
            "email": subscription.email,
            "id": subscription.hex_id,
            "state": subscription.state,
            **subscription.wish,
            "created_at": subscription.created_at,
            "confirmed_at": subscription.confirmed_at,
            "unsubscribed_at": subscription.unsubscribed_at,
            "digest_due_at": subscription.digest_due_at if subscription.is_confirmed else None,
            "mailed_at": subscription.mailed_at,
            "mail_due_at": subscription.mail_due_at,
            "mail_failures": subscription.mail_failures,
            "soft_bounces": subscription.soft_bounces,
            "soft_bounced_at": subscription.soft_bounced_at,
        },
        "consent": list(consents),
        "digests": list(deliveries),
    }
