"""Web push: encrypted for one browser, and signed with the portal's VAPID key."""

from __future__ import annotations

import base64
import json
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from aftercare.outbox.channels.base import DeliveryError, NotSetUp, OutgoingMail, point_address
from aftercare.outbox.channels.egress import CheckedSession, RefusedAddressError
from aftercare.outbox.channels.gateways import BUSY, retry_after
from aftercare.outbox.channels.short_texts import link_of
from aftercare.outbox.models import Message

TTL_SECONDS = 2 * 60 * 60  # how long a push service keeps what a browser does not fetch
PATIENCE = (4.0, 8.0)  # seconds to connect, and to wait for an answer
GONE = frozenset({404, 410})


class Push:
    """Push messages to browsers that have subscribed."""

    def session(self) -> PushSession | NotSetUp:
        return PushSession() if settings.VAPID_PRIVATE_KEY else NotSetUp()


class PushSession:
    """Push messages in a row. Each browser has its maker's push service: one that is away is asked only once."""

    def __init__(self) -> None:
        self.requests = CheckedSession()
        self.away: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.requests.close()

    def send(self, mail: OutgoingMail) -> None:
        """Send one push message."""
        subscription = subscription_of(mail)
        service = urlsplit(subscription["endpoint"]).netloc
        if service in self.away:
            raise DeliveryError(self.away[service], permanent=False)
        try:
            answer = self.post(subscription, mail)
        except RefusedAddressError as error:
            raise DeliveryError(f"push: {error}", permanent=True) from error
        except requests.RequestException as error:
            self.away[service] = f"push service: {type(error).__name__}"
            raise DeliveryError(self.away[service], permanent=False) from error
        require_accepted(answer)

    def post(self, subscription: dict[str, Any], mail: OutgoingMail) -> requests.Response:
        """Encrypt and post the message; raise DeliveryError for keys that are none."""
        from pywebpush import WebPushException, webpush

        try:
            answer: requests.Response = webpush(
                subscription,
                data=payload(mail),
                vapid_private_key=settings.VAPID_PRIVATE_KEY,
                vapid_claims={
                    "sub": settings.VAPID_SUBJECT
                },  # a new one each time: the library writes into it
                ttl=TTL_SECONDS,
                timeout=PATIENCE,
                headers={"Urgency": urgency(mail)},
                requests_session=self.requests,
            )
        except WebPushException as error:
            if error.response is None:
                raise DeliveryError("push: the subscription cannot be used", permanent=True) from error
            refusal: requests.Response = error.response
            return refusal
        except ValueError as error:
            raise DeliveryError("push: the subscription's keys cannot be used", permanent=True) from error
        return answer


def public_key() -> str:
    """Return the key by which browsers know messages of this portal."""
    secret = base64.urlsafe_b64decode(
        settings.VAPID_PRIVATE_KEY + "=" * (-len(settings.VAPID_PRIVATE_KEY) % 4)
    )
    key = ec.derive_private_key(int.from_bytes(secret, "big"), ec.SECP256R1()).public_key()
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")


def payload(mail: OutgoingMail) -> str:
    """Return what the service worker shows: no name of a patient, nothing about health."""
    content = mail.content
    words = {
        "title": mail.sender_name or "Aftercare",
        "body": content.short or content.subject,
        "url": link_of(mail) or settings.SITE_URL,
        "tag": str(mail.id),
    }
    return json.dumps(words)


def urgency(mail: OutgoingMail) -> str:
    """Return how urgent the message is to the push service, which saves batteries by it."""
    return "high" if mail.messages[0].priority < Message.Priority.ROUTINE else "normal"


def subscription_of(mail: OutgoingMail) -> dict[str, Any]:
    """Return the subscription of the browser; raise DeliveryError if it is none."""
    try:
        found = json.loads(point_address(mail))
        endpoint, keys = str(found["endpoint"]), dict(found["keys"])
    except (ValueError, KeyError, TypeError) as error:
        raise DeliveryError("push: the subscription cannot be read", permanent=True) from error
    if not urlsplit(endpoint).netloc:
        raise DeliveryError("push: the subscription names no service", permanent=True)
    return {"endpoint": endpoint, "keys": keys}


def require_accepted(answer: requests.Response) -> None:
    """Raise what the status of a push service means, unless it is a success."""
    status = answer.status_code
    if HTTPStatus.OK <= status <= HTTPStatus.ACCEPTED:
        return
    what = f"push service answered {status}"
    if status in GONE:
        raise DeliveryError(what, permanent=True, is_gone=True)
    is_busy = status in BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    raise DeliveryError(what, permanent=not is_busy, wait=retry_after(answer) if is_busy else None)
