"""Keeps tests off the network: only servers of this machine may be reached."""

import ipaddress
import socket
from typing import Any

import pytest


class NetworkBlocked(RuntimeError):
    """A test asked for an address beyond this machine."""


def is_local(host: str | bytes | None) -> bool:
    """Return True if a host is this machine. None and "" are the wildcard addresses of servers."""
    name = host.decode() if isinstance(host, bytes) else host
    if not name or name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.split("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_unless_local(address: Any) -> None:
    """Let Unix sockets and loopback addresses through; anything else raises and names the address."""
    if isinstance(address, tuple) and not is_local(address[0]):
        raise NetworkBlocked(f"A test tried to reach {address[0]}:{address[1]}. Tests stay on this machine.")


def block(patch: pytest.MonkeyPatch) -> None:
    """Guard connections, datagrams and look-ups of names."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    look_up = socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        refuse_unless_local(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        refuse_unless_local(address)
        return connect_ex(self, address)

    def guarded_look_up(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        refuse_unless_local((host, port))
        return look_up(host, port, *rest, **options)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket, "getaddrinfo", guarded_look_up)
