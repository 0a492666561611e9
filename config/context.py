"""What every page knows of the site."""

from django.conf import settings


def site(request) -> dict:
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "curators": settings.SITE_CURATORS,
        "is_demo": settings.DEMO,
        "canonical_url": settings.SITE_URL + request.path,
    }
