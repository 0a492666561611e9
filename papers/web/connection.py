"""Connections that go only where the guard lets them, and end when their time is over."""

import socket
import threading
from contextlib import suppress

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.connection import create_connection

from papers.web.guard import Guard


class Deadline:
    """Cuts a connection off after `seconds`, whatever it is doing; `passed` tells that it did.

    Timeouts of sockets don't help against a server that drips bytes: each byte starts them anew.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_) -> None:
        self._timer.cancel()
        self._timer.join()
        if self._socket:
            self._socket.close()

    def watch(self, connection: socket.socket) -> None:
        # A duplicate, because TLS takes the original apart; what is shut down is the connection behind both.
        self._socket = connection.dup()
        if self.passed:
            self._cut()

    def _cut(self) -> None:
        self.passed = True
        if self._socket:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class GuardedAdapter(HTTPAdapter):
    """Sends one request of requests over a connection of its own."""

    def __init__(self, guard: Guard, deadline: Deadline) -> None:
        self._pools = _pools(guard, deadline)
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args, **kwargs) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy, **kwargs):
        manager = super().proxy_manager_for(proxy, **kwargs)
        # Those of SOCKS speak another protocol; such a proxy has only the timeouts.
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(guard: Guard, deadline: Deadline) -> dict:
    def connect(connection: HTTPConnection) -> socket.socket:
        host = connection._dns_host
        try:
            # A proxy is the operator's own; it resolves the name, and may refuse it.
            addresses = [host] if connection.proxy else guard.addresses(host, connection.port)
        except (socket.gaierror, UnicodeError) as error:
            raise NameResolutionError(host, connection, error) from error  # type: ignore[arg-type]
        failure: Exception = OSError("it has no address")
        for address in addresses:
            if deadline.passed:
                break
            try:
                made = create_connection(
                    (address, connection.port), connection.timeout, socket_options=connection.socket_options
                )
            except OSError as error:
                failure = error
            else:
                deadline.watch(made)
                return made
        if isinstance(failure, TimeoutError):
            raise ConnectTimeoutError(connection, f"Connecting to {host} took too long") from failure
        raise NewConnectionError(connection, f"Failed to connect to {host}: {failure}") from failure

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
