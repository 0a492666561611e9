"""The clients of the sources, as the settings name them; a change of settings shows at the next call."""

from django.conf import settings

from papers.web.fetch import Fetcher
from papers.web.guard import place

# Whose addresses are public. Any other host in the settings is a stand-in, a test's or a mirror: it may be private.
PUBLIC = ("arxiv.org", "huggingface.co", "github.com")


def pictures() -> Fetcher:
    """Fetches from any public host, but never from arXiv's, which are asked in turn only."""
    return Fetcher(
        "pictures",
        user_agent=_user_agent(),
        stand_ins=_stand_ins([place(settings.HUGGINGFACE_URL)]),
        avoid=["arxiv.org"],
        # Each picture has its next try an hour later; others wait for their first.
        attempts=1,
    )


def _user_agent() -> str:
    return f"DailyPapers/0.1 (+{settings.SITE_URL})"


def _stand_ins(hosts: list[str]) -> list[str]:
    return [host for host in hosts if not any(f".{host}".endswith(f".{domain}") for domain in PUBLIC)]
