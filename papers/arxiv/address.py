"""Web addresses as sources give them: only those that are safe to put into a link pass."""

from urllib.parse import urlsplit

# What browsers, proxies and our own columns take without trouble.
URL_LIMIT = 2_000


def web_address(text: str, *, limit: int = URL_LIMIT) -> str:
    """Return `text` without surrounding space when it is an absolute http or https URL.

    Raises ValueError with the reason otherwise: another scheme (`javascript:`), no host, a name or password before
    the host (it makes one site look like another), white space or control characters inside, more than `limit`
    characters.
    """
    text = text.strip()
    if len(text) > limit:
        raise ValueError(f"it has {len(text)} characters, more than {limit}")
    if " " in text or not text.isprintable():
        raise ValueError("it has spaces or control characters inside")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("it is malformed") from error
    if parts.scheme not in {"http", "https"}:
        raise ValueError("it does not begin with http:// or https://")
    if not host or "\\" in text:
        raise ValueError("it names no host")
    if "@" in parts.netloc:
        raise ValueError("it has a user name before the host")
    return text
