"""Where a request may go: to the source's own hosts or any public one, by addresses checked after the name is resolved.

A name that resolves to a public address now and to a private one a moment later (DNS rebinding) gains nothing: the
connection is made to the very address that was checked.
"""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from papers.arxiv.address import web_address
from papers.arxiv.record import SourceError

DEFAULT_PORTS = {"http": 80, "https": 443}


class Forbidden(SourceError):
    """This address is not to be asked, now or later."""


@dataclass(frozen=True, slots=True)
class Guard:
    """`hosts` may be asked ("arxiv.org", "127.0.0.1:8000" where the port is not the web's); None: any public host.

    `stand_ins` are those whose addresses may be private: tests and mirrors, named by the operator. `avoid` are domains
    that are never asked ("arxiv.org", where every request has to wait for its turn).
    """

    hosts: Collection[str] | None = None
    stand_ins: Collection[str] = ()
    avoid: Collection[str] = ()

    def check(self, url: str) -> None:
        """Raise Forbidden, with the reason, when `url` is not to be asked."""
        try:
            parts = urlsplit(web_address(url))
            host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
        except ValueError as error:
            raise Forbidden(f"‘{shown(url)}’ is not asked: {error}") from error
        self._check(host, port)

    def addresses(self, host: str, port: int) -> list[str]:
        """Resolve `host` into the IP addresses to connect to.

        Raises Forbidden when one of them is not public, and socket.gaierror when there is no such host.
        """
        self._check(host, port)
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        if _place(host, port) not in self.stand_ins:
            for address in addresses:
                if not is_public(address):
                    raise Forbidden(f"{host} is not asked: its address {address} is not a public one")
        return addresses

    def _check(self, host: str, port: int) -> None:
        place = _place(host, port)
        if self.hosts is not None:
            if place not in self.hosts:
                raise Forbidden(f"{place} is not asked: it is not one of the source's own hosts")
        elif place not in self.stand_ins:
            # A public address may be this machine's own, with all that listens there.
            if port not in DEFAULT_PORTS.values():
                raise Forbidden(f"{place} is not asked: the port is not the web's")
            if any(f".{host.rstrip('.')}".endswith(f".{domain}") for domain in self.avoid):
                raise Forbidden(f"{host} is not asked out of turn")


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet, whatever it is wrapped in.

    The registries: https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


# How networks without IPv4 reach it (RFC 6052).
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def shown(text: str) -> str:
    """Return foreign text so that it can stand in a line of the log: short, without line ends and other controls."""
    return text[:200].encode("unicode_escape").decode("ascii")


def place(url: str) -> str:
    """Return what a guard's `hosts` call the host of a well-formed URL: "arxiv.org", "127.0.0.1:8000"."""
    parts = urlsplit(url)
    return _place(parts.hostname or "", parts.port or DEFAULT_PORTS.get(parts.scheme, 0))


def _place(host: str, port: int) -> str:
    host = host.lower().strip("[]").rstrip(".")
    return host if port in DEFAULT_PORTS.values() else f"{host}:{port}"
