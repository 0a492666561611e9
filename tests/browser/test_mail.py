"""The mails in a browser, which shows them much as mail programs do. The digest's is in test_digest.py."""

import pytest

from tests.browser import photographs
from tests.browser.barriers import has_no_barrier
from tests.every_mail import send_each


@pytest.mark.parametrize("width", [700])
def test_each_mail_fits_and_can_be_read_on_light_and_dark(page, ada, make_paper, settings, axe):
    for name, message in send_each(ada, make_paper, settings):
        page.set_content(message.alternatives[0].content)
        for width in (360, 700):
            for theme in ("light", "dark"):
                photographs.is_well(page, name, width, theme)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        has_no_barrier(page, axe)
