"""A browser that has subscribed to push, and its maker's push service, which this machine is."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tools.servers.providers.answering import Provider, Received

VAPID_PRIVATE_KEY = base64.urlsafe_b64encode(bytes(range(1, 33))).decode().rstrip("=")


class Browser:
    """A browser that has subscribed to push, and can read what is pushed to it.

    Its keys follow from its name, so that it is the same one when it is started again.
    """

    def __init__(self, service: Provider | str, name: str = "one") -> None:
        address = service if isinstance(service, str) else service.address
        secret = hashlib.sha256(b"key of " + name.encode()).digest()
        # Half of the bits: any such number lies within the order of the curve.
        self.key = ec.derive_private_key(int.from_bytes(secret[:16], "big"), ec.SECP256R1())
        self.secret = secret[16:]
        self.endpoint = f"http://{address}/push/{name}"

    @property
    def subscription(self) -> str:
        """What the browser gives the portal."""
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": plain(public), "auth": plain(self.secret)}
        return json.dumps({"endpoint": self.endpoint, "keys": keys})

    def read(self, received: Received) -> dict[str, str]:
        """Decrypt a message as the browser does."""
        text = http_ece.decrypt(
            received.body, private_key=self.key, auth_secret=self.secret, version="aes128gcm"
        )
        found: dict[str, str] = json.loads(text)
        return found


def plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def claims_of(received: Received) -> dict[str, Any]:
    """Return the claims of the VAPID signature."""
    token = received.headers["authorization"].split("t=")[1].split(",")[0]
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found
