"""Addresses of contact points: which of chats and pagers are taken, as Apprise writes them, and what is shown."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlsplit

from django.utils.translation import gettext as _

from aftercare.outbox.channel_settings import CHAT_SCHEMES, PAGER_SCHEMES
from aftercare.outbox.channels.egress import is_allowed, is_public
from aftercare.people.models import ContactPoint
from aftercare.ui.telephones import Telephone

LONGEST = 500  # characters
SCHEMES = {ContactPoint.Kind.CHAT: CHAT_SCHEMES, ContactPoint.Kind.PAGER: PAGER_SCHEMES}
SERVICES = {
    "slack": "Slack",
    "workflows": "Teams",
    "signal": "Signal",
    "signals": "Signal",
    "ntfy": "ntfy",
    "ntfys": "ntfy",
    "pagerduty": "PagerDuty",
    "opsgenie": "Opsgenie",
    "pover": "Pushover",
}
# Hosts of one's own, which the others do without.
WITH_HOST = frozenset({"signal", "signals", "ntfy", "ntfys", "workflows"})
UNENCRYPTED = frozenset({"signal", "ntfy"})
# What may follow the question mark. Of the rest some reads files, switches checks off, or follows redirects.
OPTIONS = frozenset({"region", "priority", "mode", "auth", "token"})
SHOWN = 2  # characters at the end, by which a person knows which of several this is


class NotAnAddressError(ValueError):
    """The text is no address of a service that is allowed."""


def read_address(kind: str, text: str) -> str:
    """Return the address of a chat or pager; raise NotAnAddressError for anything else."""
    import apprise

    address = text.strip()
    try:
        url = urlsplit(address)
        is_sound = (
            len(address) <= LONGEST
            and re.search(r"\s", address) is None
            and url.scheme in SCHEMES[ContactPoint.Kind(kind)]
            and {name for name, _value in parse_qsl(url.query, keep_blank_values=True)} <= OPTIONS
            and may_be_reached(url)
        )
    except ValueError as error:
        raise NotAnAddressError from error
    if not is_sound or apprise.Apprise.instantiate(address) is None:
        raise NotAnAddressError
    return address


def may_be_reached(url: SplitResult) -> bool:
    """Return False for a host of one's own that is written as an address of this network, or is not encrypted.

    A name is looked up when a message leaves.
    """
    if url.scheme not in WITH_HOST:
        return True
    host = url.hostname or ""
    if is_allowed(host):
        return True
    if url.scheme in UNENCRYPTED:
        return False
    try:
        return is_public(ip_address(host))
    except ValueError:
        return bool(host) and host != "localhost"


def shown(address: str) -> str:
    """Return what is shown of an address, which is a secret: the service, and how the address ends."""
    url = urlsplit(address)
    return f"{SERVICES.get(url.scheme, url.scheme)} …{(url.netloc + url.path).rstrip('/')[-SHOWN:]}"


def where(point: ContactPoint) -> str:
    """Return the number, mailbox or browser as its owner knows it."""
    match point.kind:
        case ContactPoint.Kind.SMS | ContactPoint.Kind.VOICE:
            return str(Telephone.read(point.address))
        case ContactPoint.Kind.CHAT | ContactPoint.Kind.PAGER:
            return shown(point.address)
        case ContactPoint.Kind.EMAIL:
            return point.address
    return point.name or _("a browser")
