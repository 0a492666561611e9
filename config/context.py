"""What every page knows of the site."""

from django.conf import settings

from feed.demo import LOGINS


def site(request) -> dict:
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "curators": settings.SITE_CURATORS,
        "is_demo": settings.DEMO,
        "demo_logins": LOGINS if settings.DEMO else [],
        "canonical_url": settings.SITE_URL + request.path,
    }
