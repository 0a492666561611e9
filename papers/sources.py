"""The clients of the sources, as the settings name them; each has the pace and the circuits that all machines share."""

from functools import cache, partial

import redis
from django.conf import settings
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from papers import summarizer as summarizer_client
from papers.arxiv import client as arxiv_client
from papers.circuit import SharedCircuit
from papers.github import client as github_client
from papers.huggingface import client as huggingface_client
from papers.pace import Pace
from papers.web.fetch import Fetcher
from papers.web.guard import place
from papers.web.turn import Turn

# Whose addresses are public. Any other host in the settings is a stand-in, a test's or a mirror: it may be private.
PUBLIC = ("arxiv.org", "huggingface.co", "github.com")


def arxiv() -> arxiv_client.Client:
    """All of arXiv's services, with one pace: ARXIV_PAUSE."""
    addresses = arxiv_client.Addresses(
        lists=settings.ARXIV_URL,
        feeds=settings.ARXIV_RSS_URL,
        api=settings.ARXIV_API_URL,
        oai=settings.ARXIV_OAI_URL,
    )
    urls = [addresses.lists, addresses.feeds, addresses.api, addresses.oai]
    return arxiv_client.Client(_fetcher("arxiv", urls, pause=settings.ARXIV_PAUSE), addresses)


def huggingface() -> huggingface_client.Client:
    url = settings.HUGGINGFACE_URL
    return huggingface_client.Client(_fetcher("huggingface", [url], pause=settings.HUGGINGFACE_PAUSE), url)


def github() -> github_client.Client:
    url = settings.GITHUB_API_URL
    return github_client.Client(
        _fetcher("github", [url], pause=settings.GITHUB_PAUSE), url, token=settings.GITHUB_TOKEN
    )


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


def summarizer(turn: Turn) -> summarizer_client.Client:
    """Whoever asks keeps to a limit of requests, not to a pace: each is a turn of `turn`."""
    url = settings.SUMMARIZER_URL
    fetcher = Fetcher(
        "summarizer",
        user_agent=_user_agent(),
        hosts=[place(url)],
        stand_ins=_stand_ins([place(url)]),
        turn=turn,
        circuit_of=partial(SharedCircuit, _valkey(settings.REDIS_URL)),
        attempts=3,
        backoff=settings.RETRY_PAUSE,
        # A run has minutes, and a model on a processor writes a word a second.
        patience=20.0,
        timeout=(5.0, 60.0),
        deadline=60.0,
    )
    return summarizer_client.Client(fetcher, url, model=settings.SUMMARIZER_MODEL, key=settings.SUMMARIZER_KEY)


def _fetcher(source: str, urls: list[str], *, pause: float) -> Fetcher:
    hosts = [place(url) for url in urls]
    valkey = _valkey(settings.REDIS_URL)
    return Fetcher(
        source,
        user_agent=_user_agent(),
        hosts=hosts,
        stand_ins=_stand_ins(hosts),
        turn=Pace(valkey, source, pause=pause),
        circuit_of=partial(SharedCircuit, valkey),
        backoff=settings.RETRY_PAUSE,
    )


@cache
def _valkey(url: str) -> redis.Redis:
    # A hiccup is bridged; one that lasts stops the run within seconds.
    retry = Retry(ExponentialBackoff(cap=0.5, base=0.05), 3)
    return redis.from_url(url, socket_timeout=2, socket_connect_timeout=2, retry=retry)


def _user_agent() -> str:
    return f"DailyPapers/0.1 (+{settings.SITE_URL})"


def _stand_ins(hosts: list[str]) -> list[str]:
    return [host for host in hosts if not any(f".{host}".endswith(f".{domain}") for domain in PUBLIC)]
