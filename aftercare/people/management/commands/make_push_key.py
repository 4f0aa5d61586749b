"""Print a new private key for web push."""

import base64
import secrets
from typing import Any

from django.core.management.base import BaseCommand

# The order of the curve P-256: a private key is a number below it.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Command(BaseCommand):
    help = "Prints a private key for web push, to be set as VAPID_PRIVATE_KEY. Browsers subscribe anew when it changes."

    def handle(self, *args: Any, **options: Any) -> None:
        key = (secrets.randbelow(ORDER - 1) + 1).to_bytes(32, "big")
        self.stdout.write(f"VAPID_PRIVATE_KEY={base64.urlsafe_b64encode(key).decode().rstrip('=')}")
