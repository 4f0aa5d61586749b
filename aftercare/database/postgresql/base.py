"""The database backend: Django's, whose connections are asked whether they live only after a pause.

Django asks every connection with a statement of its own at the beginning of each request, which is a tenth of a
check-in. A server that closes a connection says so: there is something to read on its socket. What passes without a
word (a firewall that forgets the connection) takes longer than a few seconds.
"""

from __future__ import annotations

import select
import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg2.extensions import TRANSACTION_STATUS_IDLE  # type: ignore[import-untyped]

ASKED_EVERY = 5.0  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's, which asks the server at most once in five seconds whether a silent connection is alive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answered_at = float("-inf")

    def is_usable(self) -> bool:
        """Return whether the connection is alive."""
        now = time.monotonic()
        if now < self.answered_at + ASKED_EVERY and self.is_idle() and not self.was_told():
            return True
        is_usable = bool(super().is_usable())
        self.answered_at = now if is_usable else float("-inf")
        return is_usable

    def is_idle(self) -> bool:
        """Return whether no transaction is under way, which may have been aborted, and nothing has failed."""
        if self.connection is None or self.errors_occurred:
            return False
        return bool(self.connection.info.transaction_status == TRANSACTION_STATUS_IDLE)

    def was_told(self) -> bool:
        """Return whether the server has sent something unasked, such as the end of the connection."""
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return bool(waiting.poll(0))
