"""Subscriptions of browsers to push, as the browser gives them."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import urlsplit

from aftercare.outbox.channels.egress import is_allowed

LONGEST = 4000  # characters
POINT_BYTES, SECRET_BYTES = 65, 16  # of a browser's key and secret


class NotASubscriptionError(ValueError):
    """What was sent is no subscription to push."""


def read_subscription(text: str) -> str:
    """Return a subscription with what is needed of it alone; raise NotASubscriptionError for anything else."""
    try:
        found = json.loads(text) if len(text) <= LONGEST else {}
        endpoint, keys = found["endpoint"], found["keys"]
        is_sound = (
            is_reachable(endpoint)
            and size_of(keys["p256dh"]) == POINT_BYTES
            and size_of(keys["auth"]) == SECRET_BYTES
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotASubscriptionError from error
    if not is_sound:
        raise NotASubscriptionError
    kept: dict[str, Any] = {"endpoint": endpoint, "keys": {name: keys[name] for name in ("p256dh", "auth")}}
    return json.dumps(kept, sort_keys=True)


def is_reachable(endpoint: str) -> bool:
    """Return True for an encrypted address, or one of a host that the operator allows by name."""
    parts = urlsplit(endpoint)
    return parts.scheme == "https" or (parts.scheme == "http" and is_allowed(parts.hostname or ""))


def size_of(key: str) -> int:
    """Return how many bytes a key in base64 has."""
    return len(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
