"""A server on loopback that hands out pictures, good and hostile ones."""

import pytest

from tests.papers.pictures import samples

OPEN = "https://creativecommons.org/licenses/by/4.0/"


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """A store of one's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def host(httpserver, settings):
    """Hand out `data` at a path; return its address. The server stands in for Hugging Face's, so it may be private."""
    settings.HUGGINGFACE_URL = httpserver.url_for("/").rstrip("/")

    def host(path: str, data: bytes | None = None, type: str = "image/png", status: int = 200, **headers) -> str:
        data = samples.picture() if data is None else data
        httpserver.expect_request(path).respond_with_data(data, status, content_type=type, headers=headers)
        return httpserver.url_for(path)

    return host


@pytest.fixture
def make_open_paper(make_paper):
    """A paper with these media and a licence that lets them be shown."""

    def make(*urls: str, **more):
        return make_paper(**{"license": OPEN, "media_urls": list(urls), **more})

    return make
