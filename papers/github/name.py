"""A repository's name at GitHub, read from any address that leads into it."""

import re
from urllib.parse import unquote, urlsplit

# GitHub's own rules: https://docs.github.com/en/rest/repos, and what its sign-up form says of user names.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,38}/(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,100}")

# Pages of GitHub's own that look like somebody's repository.
_PAGES = {
    "about",
    "apps",
    "collections",
    "customer-stories",
    "enterprise",
    "explore",
    "features",
    "login",
    "marketplace",
    "notifications",
    "orgs",
    "organizations",
    "search",
    "security",
    "settings",
    "site",
    "sponsors",
    "stars",
    "topics",
    "trending",
    "users",
}


def name_of(url: str) -> str:
    """Return "owner/name" from the address of a repository or of a page within it, "" when it is none at GitHub."""
    text = url.strip().removeprefix("git+").replace("git@github.com:", "https://github.com/", 1)
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return ""
    owner, _, rest = unquote(parts.path).strip("/").partition("/")
    name = f"{owner}/{rest.partition('/')[0].removesuffix('.git')}"
    if host != "github.com" or owner.lower() in _PAGES or not NAME.fullmatch(name):
        return ""
    return name
