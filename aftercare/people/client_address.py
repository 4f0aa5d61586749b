"""The client's address and scheme behind the proxies that TRUSTED_PROXIES names."""

from __future__ import annotations

import logging
from collections.abc import Iterator, MutableMapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.http import HttpRequest

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
# How many proxies stand in front of the portal, or in which networks they are.
Trusted = int | tuple[Network, ...]

FORWARDED_FOR, FORWARDED_PROTO = "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"
FORWARDED = (
    *(FORWARDED_FOR, FORWARDED_PROTO, "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT"),
    *("HTTP_FORWARDED", "HTTP_X_REAL_IP"),
)
IPV6_PREFIX = 64  # bits: what one household or phone is given

logger = logging.getLogger(__name__)


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address; "" if it is unknown (a Unix socket whose proxy does not tell it)."""
    address = parse_address(request.META.get("REMOTE_ADDR", ""))
    return "" if address is None else str(address)


def client_network(request: HttpRequest) -> str:
    """Return what limits are counted by: an IPv4 address, or the /64 network of an IPv6 address; "" if unknown."""
    address = parse_address(request.META.get("REMOTE_ADDR", ""))
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, IPV6_PREFIX), strict=False))
    return "" if address is None else str(address)


def parse_address(text: str) -> Address | None:
    """Parse an IP address, with or without a port, as proxies write it; None for anything else."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found


def apply_trust(meta: MutableMapping[str, Any], trusted: Trusted) -> None:
    """Set REMOTE_ADDR and X-Forwarded-Proto to what trusted proxies say; drop what nobody trusted has said.

    A peer without an address is a Unix socket: only a program of this machine can be at its other end, so it
    counts as a proxy wherever any is trusted.
    """
    peer = parse_address(meta.get("REMOTE_ADDR", ""))
    if not is_proxy(peer, trusted):
        if FORWARDED_FOR in meta and not trusted:
            warn_of_a_proxy()
        for name in FORWARDED:
            meta.pop(name, None)
        return
    client, proxies = peer, 1
    for address in told_by_proxies(meta.pop(FORWARDED_FOR, ""), trusted):
        client = address
        proxies += is_proxy(address, trusted)
    meta["REMOTE_ADDR"] = "" if client is None else str(client)
    if FORWARDED_PROTO in meta:
        schemes = meta[FORWARDED_PROTO].split(",")
        known = trusted if isinstance(trusted, int) else proxies
        meta[FORWARDED_PROTO] = schemes[-min(known, len(schemes))].strip().lower()


def is_proxy(address: Address | None, trusted: Trusted) -> bool:
    """Return whether what this peer says of its own client is believed."""
    if isinstance(trusted, int):
        return trusted > 0
    if address is None:
        return bool(trusted)
    return any(address in network for network in trusted)


def told_by_proxies(forwarded_for: str, trusted: Trusted) -> Iterator[Address]:
    """Yield the addresses that trusted proxies added to X-Forwarded-For, the nearest first, up to the client's."""
    # Every proxy adds its own peer at the right; what is left of the client's entry is whatever the client sent.
    hops = forwarded_for.split(",")
    if isinstance(trusted, int):
        hops = hops[-trusted:]
    for text in reversed(hops):
        address = parse_address(text)
        if address is None:
            return
        yield address
        if not is_proxy(address, trusted):
            return


@lru_cache(maxsize=1)
def warn_of_a_proxy() -> None:
    """Log once that a proxy seems to be in front of the portal, and is not named."""
    logger.warning("X-Forwarded-For is ignored: set TRUSTED_PROXIES if a proxy stands in front of the portal")
