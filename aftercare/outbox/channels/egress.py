"""The way out to providers: a host is resolved once, checked, and connected to at the address that was checked.

So no address of a provider, and none that a person gave, leads to this machine or its network, unless the operator
allows the host by name. Redirects are not followed, and the proxies of the environment are not used.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

NAT64 = IPv6Network("64:ff9b::/96")
Address = IPv4Address | IPv6Address


class NotPublicError(Exception):
    """The host is not on the internet. No OSError, which urllib3 would take for a fault of the connection."""


class RefusedAddressError(requests.RequestException):
    """The address may not be reached: it is on this machine or its network, or it is not encrypted."""


@dataclass(slots=True)
class Exchange:
    """What became of the last request: the answer, or the error of the connection."""

    answer: requests.Response | None = None
    error: Exception | None = None


_own = threading.local()


@contextmanager
def exchange() -> Iterator[Exchange]:
    """Note the answer to the requests of this thread: Apprise says only whether there was a good one."""
    noted = _own.exchange = Exchange()
    try:
        yield noted
    finally:
        _own.exchange = None


def is_allowed(host: str) -> bool:
    """Return True if the operator allows the host by name, wherever it is."""
    return host.lower().strip("[]") in settings.CHANNEL_HOSTS


def is_public(address: Address) -> bool:
    """Return True for an address of the internet, also where an IPv4 address is written within an IPv6 one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped or address.sixtofour or address in NAT64:
            inner = address.ipv4_mapped or address.sixtofour or IPv4Address(int(address) & 0xFFFFFFFF)
            return is_public(inner)
        if address.teredo or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve(host: str, port: int) -> list[tuple[Any, ...]]:
    """Return where the host is, as `getaddrinfo` does; raise NotPublicError if any of it is not public."""
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    if not is_allowed(host):
        for *_kind, (address, *_rest) in found:
            if not is_public(ip_address(str(address).partition("%")[0])):
                raise NotPublicError
    return found


def connect(connection: HTTPConnection) -> socket.socket:
    """Connect to the address that was checked, and to no other: a second look-up might give another."""
    try:
        places = resolve(connection._dns_host, connection.port)
    except OSError as error:
        raise NewConnectionError(connection, "the host is not found") from error
    problem: OSError | None = None
    for family, kind, protocol, _name, place in places:
        one = socket.socket(family, kind, protocol)
        try:
            if isinstance(connection.timeout, int | float):
                one.settimeout(connection.timeout)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.connect(place)
        except OSError as error:
            one.close()
            problem = error
        else:
            return one
    raise NewConnectionError(connection, type(problem).__name__) from problem


class CheckedConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return connect(self)


class CheckedSecureConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return connect(self)


class CheckedPool(HTTPConnectionPool):
    ConnectionCls = CheckedConnection


class CheckedSecurePool(HTTPSConnectionPool):
    ConnectionCls = CheckedSecureConnection


class CheckedAdapter(HTTPAdapter):
    """Adapter whose connections are checked. Retries are left to the outbox."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": CheckedPool, "https": CheckedSecurePool}


class CheckedSession(requests.Session):
    """Session of which every connection is checked, and whose last answer is noted for `exchange`."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("http://", CheckedAdapter(max_retries=0))
        self.mount("https://", CheckedAdapter(max_retries=0))

    def request(self, method: Any, url: Any, *arguments: Any, **options: Any) -> requests.Response:
        """Make the request; plain HTTP only to a host that the operator allows by name, and no redirects."""
        noted: Exchange = getattr(_own, "exchange", None) or Exchange()
        noted.answer, options = None, {**options, "allow_redirects": False}
        try:
            parts = urlsplit(str(url))
            if not is_allowed(parts.hostname or ""):
                if parts.scheme != "https":
                    raise RefusedAddressError("the address is not encrypted")
                options["verify"] = True
            noted.answer = super().request(method, url, *arguments, **options)
        except NotPublicError as error:
            noted.error = RefusedAddressError("the address is not on the internet")
            raise noted.error from error
        except Exception as error:
            noted.error = error
            raise
        return noted.answer


def guard_requests() -> None:
    """Let `requests.post` and its like, with which the plugins of Apprise speak, use checked sessions from now on."""
    setattr(requests.sessions, "Session", CheckedSession)  # noqa: B010 (mypy takes no assignment to a class)
