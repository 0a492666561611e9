"""The pictures and videos that were fetched, given out: to anyone, for ever, in parts where asked, able to do nothing."""

import re
from pathlib import Path

from django.conf import settings
from whitenoise.middleware import WhiteNoiseFileResponse, WhiteNoiseMiddleware
from whitenoise.responders import MissingFileError, StaticFile

from papers.pictures.store import NAME

TYPES = {".webp": "image/webp", ".mp4": "video/mp4", ".webm": "video/webm"}
HEADERS = [
    # The name is the content's: it never changes.
    ("Cache-Control", "public, max-age=31536000, immutable"),
    # Opened by itself it is a picture and nothing else, whatever a decoder let through; the style is the browser's own.
    (
        "Content-Security-Policy",
        "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Accept-Ranges", "bytes"),
]


class Media:
    """Answers for the files under MEDIA_URL before sessions, compression and the like begin; others go on.

    The files change while the site runs, so WhiteNoise, which lists its own at the start, lends only its answers.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self._file(request) or self.get_response(request)

    @staticmethod
    def _file(request) -> WhiteNoiseFileResponse | None:
        name = request.path_info.removeprefix(settings.MEDIA_URL)
        if name == request.path_info or not re.fullmatch(NAME, name):
            return None
        try:
            headers = [("Content-Type", TYPES[Path(name).suffix]), *HEADERS]
            return WhiteNoiseMiddleware.serve(StaticFile(str(settings.MEDIA_ROOT / name), headers), request)
        except MissingFileError:
            return None
