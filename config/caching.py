"""Who may keep a page: anyone, when it was made for nobody in particular; otherwise only the one who asked."""

from django.conf import settings
from django.utils.cache import patch_cache_control


class PublicPages:
    """Mark what an anonymous visitor gets as public, what knows a member as private, unless the view has said so itself.

    A public page holds no cookie and no token, so any cache between here and the reader may answer with it.
    """

    # Long enough to carry a crowd, short enough that a vote is seen on the next look.
    SECONDS = 60

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.has_header("Cache-Control"):
            return response
        if self._is_public(request, response):
            patch_cache_control(response, public=True, max_age=self.SECONDS)
        else:
            patch_cache_control(response, private=True, no_cache=True)
        return response

    @staticmethod
    def _is_public(request, response) -> bool:
        return (
            request.method in ("GET", "HEAD")
            and response.status_code in (200, 301, 404)
            and settings.SESSION_COOKIE_NAME not in request.COOKIES
            and not response.cookies
        )
