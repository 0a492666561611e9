import pytest

from papers.github.name import name_of


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/google-research/bert", "google-research/bert"),
        ("http://www.github.com/google-research/bert/", "google-research/bert"),
        ("https://GitHub.com/Owner/Name.js?tab=readme#usage", "Owner/Name.js"),
        ("https://github.com/owner/name/tree/main/src", "owner/name"),
        ("github.com/owner/name.git", "owner/name"),
        ("git@github.com:owner/name.git", "owner/name"),
        ("git+https://github.com/owner/name", "owner/name"),
        ("https://github.com/octo_corp/name", "octo_corp/name"),
        (" https://github.com/owner/.github ", "owner/.github"),
    ],
)
def test_a_repository_is_known_by_any_address_within_it(url, name):
    assert name_of(url) == name


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://github.com/",
        "https://github.com/owner",
        "https://github.com/owner/..",
        "https://github.com/owner/%2e%2e/x",
        "https://github.com/orgs/owner",
        "https://github.com/sponsors/owner",
        "https://gist.github.com/owner/1234",
        "https://github.com.evil.example/owner/name",
        "https://gitlab.com/owner/name",
        "https://owner.github.io/name",
        "https://[half/owner/name",
        "https://github.com/owner/na me",
    ],
)
def test_what_is_no_repository_at_github_has_no_name(url):
    assert name_of(url) == ""
