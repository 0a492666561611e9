from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from papers.arxiv.address import web_address


@pytest.mark.parametrize("url", ["https://a.example", "http://a.example:8080/b?c=d#e", "https://[::1]/x"])
def test_web_addresses_pass(url):
    assert web_address(f" {url}\n") == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("javascript:alert(1)", "does not begin with http"),
        ("data:text/html,x", "does not begin with http"),
        ("//a.example/x", "does not begin with http"),
        ("a.example", "does not begin with http"),
        ("", "does not begin with http"),
        ("https://", "no host"),
        ("https:///path", "no host"),
        ("https://a.example\\@b.example", "no host"),
        ("https://good.example@evil.example/", "user name"),
        ("https://a.example/b c", "spaces"),
        ("https://a.example/\x00", "control"),
        ("https://[a", "malformed"),
        ("https://a.example:99999/", "malformed"),
        ("https://a.example/" + "x" * 2_000, "2018 characters"),
    ],
)
def test_anything_else_is_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        web_address(text)


@given(st.text() | st.from_regex(r"https?://[^/]*.*"))
def test_no_text_raises_anything_else(text):
    with suppress(ValueError):
        assert web_address(text).startswith("http")
