"""SMS, by the gateway of `SMS_URL`."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from urllib.parse import quote

from django.conf import settings

from aftercare.outbox.channels.base import NotSetUp, OutgoingMail, point_address
from aftercare.outbox.channels.gateways import call_gateway
from aftercare.outbox.channels.short_texts import sms_text

NUMBER = "{to}"  # where the telephone number stands in `SMS_URL`


class Sms:
    """SMS through a gateway that Apprise knows."""

    def session(self) -> SmsSession | NotSetUp:
        return SmsSession(settings.SMS_URL) if settings.SMS_URL else NotSetUp()


class SmsSession:
    """A row of SMS; each is a request of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def send(self, mail: OutgoingMail) -> None:
        """Send one SMS."""
        number = point_address(mail)
        call_gateway(
            self.url.replace(NUMBER, quote(number)), title="", body=sms_text(mail), is_operators=True
        )
