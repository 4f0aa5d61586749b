"""Chats and pagers of a person, each by an address that Apprise knows."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from aftercare.outbox.channel_settings import CHAT_SCHEMES, PAGER_SCHEMES
from aftercare.outbox.channels.base import DeliveryError, OutageError, OutgoingMail, point_address
from aftercare.outbox.channels.gateways import call_gateway
from aftercare.outbox.channels.short_texts import link_of


class Chat:
    """Messages to a chat."""

    def session(self) -> AddressSession:
        return AddressSession(CHAT_SCHEMES)


class Pager:
    """Messages to a pager, which wakes."""

    def session(self) -> AddressSession:
        return AddressSession(PAGER_SCHEMES)


class AddressSession:
    """A row of messages, each to an address of its own: a service that is away is asked only once."""

    def __init__(self, schemes: frozenset[str]) -> None:
        self.schemes = schemes
        self.away: dict[str, OutageError] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def send(self, mail: OutgoingMail) -> None:
        """Send one message. What its service does concerns no other service, so the line goes on."""
        address = point_address(mail)
        service = service_of(address)
        if urlsplit(address).scheme not in self.schemes:
            raise DeliveryError("the service is not one of those that are allowed", permanent=True)
        try:
            if service in self.away:
                raise self.away[service]
            call_gateway(address, title=title(mail), body=body(mail), is_operators=False)
        except OutageError as error:
            self.away[service] = error
            raise DeliveryError(str(error), permanent=False, wait=error.pause) from error


def service_of(address: str) -> str:
    """Return what an address has in common with those of the same service: its host, or without one its scheme."""
    url = urlsplit(address)
    is_own_host = url.scheme in {"signal", "signals", "ntfy", "ntfys"}
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}" if is_own_host else url.scheme


def title(mail: OutgoingMail) -> str:
    """Return the title: who sends the message."""
    return mail.sender_name or "Aftercare"


def body(mail: OutgoingMail) -> str:
    """Return the text: what an SMS would say, and the link last."""
    return f"{mail.content.short or mail.content.subject} {link_of(mail)}".strip()
