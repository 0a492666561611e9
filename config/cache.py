"""The cache, which is a convenience: when Valkey is away every read is a miss and every write is forgotten."""

import logging
from collections.abc import Callable
from functools import wraps

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def _forgive(method: Callable, otherwise) -> Callable:
    @wraps(method)
    def forgiven(self, *args, **kwargs):
        try:
            return method(self, *args, **kwargs)
        except RedisError as error:
            logger.warning("The cache is away, %s is skipped: %s", method.__name__, error)
            return otherwise(*args, **kwargs)

    return forgiven


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache without its connection errors, and quick to give up."""

    def __init__(self, server, params):
        options = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
        super().__init__(server, {**params, "OPTIONS": {**options, **params.get("OPTIONS", {})}})

    get = _forgive(RedisCache.get, lambda key, default=None, version=None: default)
    get_many = _forgive(RedisCache.get_many, lambda *args, **kwargs: {})
    has_key = _forgive(RedisCache.has_key, lambda *args, **kwargs: False)
    add = _forgive(RedisCache.add, lambda *args, **kwargs: True)
    set = _forgive(RedisCache.set, lambda *args, **kwargs: None)
    set_many = _forgive(RedisCache.set_many, lambda *args, **kwargs: [])
    touch = _forgive(RedisCache.touch, lambda *args, **kwargs: False)
    delete = _forgive(RedisCache.delete, lambda *args, **kwargs: False)
    delete_many = _forgive(RedisCache.delete_many, lambda *args, **kwargs: None)
    incr = _forgive(RedisCache.incr, lambda key, delta=1, version=None: delta)
    clear = _forgive(RedisCache.clear, lambda: False)
