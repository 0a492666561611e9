"""The mails in a browser, which shows them much as mail programs do. The digest's is in test_digest.py."""

import pytest

from tests.browser.barriers import has_no_barrier
from tests.every_mail import send_each


@pytest.mark.parametrize("width", [700])
def test_each_mail_fits_and_can_be_read_on_light_and_dark(page, ada, make_paper, settings, axe):
    for name, message in send_each(ada, make_paper, settings):
        page.set_content(message.alternatives[0].content)
        for width in (360, 700):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        for theme, ground in {"light": "rgb(252, 250, 245)", "dark": "rgb(22, 19, 16)"}.items():
            page.emulate_media(color_scheme=theme)
            assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground, name
        has_no_barrier(page, axe)
