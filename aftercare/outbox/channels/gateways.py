"""Gateways for SMS, chats and pagers, spoken to by Apprise; what their answers mean."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import requests
from django.conf import settings
from django.utils import timezone

from aftercare.outbox.channel_settings import TWILIO_API
from aftercare.outbox.channels.base import DeliveryError, OutageError
from aftercare.outbox.channels.egress import Exchange, RefusedAddressError, exchange, guard_requests

# Its lines name telephone numbers and what providers answered.
logging.getLogger("apprise").disabled = True

PATIENCE = {"cto": 4, "rto": 8}  # seconds to connect, and to wait for an answer
# Answers that say something about our account with the provider, not about the message.
ABOUT_THE_ACCOUNT = frozenset({401, 402, 403, 404, 405, 407})
BUSY = frozenset({408, 425, 429})
REFUSED = frozenset({400, 410, 413, 422})
# Codes of Twilio about the number that we send from or call from, or about countries that the account may not reach.
ABOUT_OUR_NUMBER = frozenset({"21210", "21212", "21213", "21215", "21408", "21603", "21606", "21659"})
# What providers answer for a number whose owner has sent STOP.
STOPPED = frozenset({"21610"})
FAILED_WORDS = frozenset({"error", "failed", "failure", "fail", "rejected", "undelivered"})


def call_gateway(url: str, *, title: str, body: str, is_operators: bool) -> None:
    """Send by the gateway of an Apprise URL; raise DeliveryError or OutageError unless it took the message.

    `is_operators`: the operator has set the address; one that may not be reached is then no fault of the recipient.
    """
    import apprise

    guard_requests()
    plugin = apprise.Apprise.instantiate(
        url, asset=apprise.AppriseAsset(http_redirects=False, app_id="Aftercare")
    )
    if plugin is None:
        raise DeliveryError("the gateway's address cannot be read", permanent=True)
    plugin.request_rate_per_sec = 0
    if hasattr(plugin, "notify_sms_url"):
        plugin.notify_sms_url = plugin.notify_sms_url.replace(TWILIO_API, settings.TWILIO_API)
    plugin.socket_connect_timeout, plugin.socket_read_timeout = PATIENCE["cto"], PATIENCE["rto"]
    with exchange() as noted:
        taken = plugin.notify(body=body, title=title)
    if is_operators and isinstance(noted.error, RefusedAddressError):
        raise OutageError(f"gateway: {noted.error}") from noted.error
    require_taken(noted, is_taken=bool(taken), is_operators=is_operators)


def load_plugins() -> None:
    """Import Apprise and all of its plugins, which it does at the first address that it is given."""
    import apprise

    apprise.Apprise.instantiate("json://localhost")


def require_taken(noted: Exchange, *, is_taken: bool, is_operators: bool) -> None:
    """Raise what the answer means, unless the message was taken."""
    if isinstance(noted.error, RefusedAddressError):
        raise DeliveryError(f"gateway: {noted.error}", permanent=True) from noted.error
    if noted.answer is None:
        kind = type(noted.error).__name__ if noted.error else "no request was made"
        if noted.error is None:
            raise DeliveryError(f"gateway: {kind}", permanent=True)
        raise OutageError(f"gateway: {kind}") from noted.error
    require_good_answer(noted.answer, is_operators=is_operators)
    if not is_taken:
        raise DeliveryError(
            f"gateway answered {noted.answer.status_code}, which is no success", permanent=False
        )


def require_good_answer(answer: requests.Response, *, is_operators: bool = True) -> None:
    """Raise what the status means, or an error that stands inside an answer of success.

    The account is the operator's, or that of the person whose address it is, whose messages alone it then concerns.
    """
    status, inside = answer.status_code, answer_body(answer)
    what = f"gateway answered {status}"
    if status in BUSY:
        raise OutageError(what, pause=retry_after(answer))
    if status in ABOUT_THE_ACCOUNT and not is_operators:
        raise DeliveryError(what, permanent=True)
    if status in ABOUT_THE_ACCOUNT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise OutageError(what, pause=retry_after(answer))
    if status in REFUSED and str(inside.get("code", "")) in ABOUT_OUR_NUMBER:
        raise OutageError(f"{what} about our own number")
    if status in REFUSED:
        raise DeliveryError(what, permanent=True, is_gone=str(inside.get("code", "")) in STOPPED)
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise DeliveryError(what, permanent=False)
    if says_error(inside):
        raise DeliveryError(f"{what} with an error inside", permanent=False)


def retry_after(answer: requests.Response) -> timedelta | None:
    """Return how long the provider asks to be left alone: seconds, or a date; None if it does not say."""
    said = answer.headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return timedelta(seconds=min(int(said), 86_400)) or None
    try:
        wait = parsedate_to_datetime(said) - timezone.now()
    except (TypeError, ValueError):
        return None
    return wait if wait > timedelta(0) else None


def answer_body(answer: requests.Response) -> Mapping[str, Any]:
    """Return the answer if it is an object of JSON, else an empty one."""
    try:
        found = json.loads(answer.text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def says_error(inside: Mapping[str, Any]) -> bool:
    """Return True for an answer of success that holds an error, as several providers give."""
    if any(inside.get(key) for key in ("error", "errors", "error_code", "error-text", "errorCode")):
        return True
    if any(inside.get(key) is False for key in ("success", "ok")):
        return True
    if str(inside.get("status", "")).lower() in FAILED_WORDS:
        return True
    parts = inside.get("messages")
    return isinstance(parts, list) and any(isinstance(part, dict) and is_failed_part(part) for part in parts)


def is_failed_part(part: Mapping[str, Any]) -> bool:
    """Return True for one of several messages of an answer that was not taken."""
    return says_error({**part, "messages": None}) or str(part.get("status", "0")) not in {
        "0",
        "queued",
        "sent",
    }
