"""Sessions in the database, encrypted: they hold what was typed and not saved yet, and words searched for."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.sessions.backends import db

from aftercare.people.encryption.cipher import SESSIONS, DecryptionError, cipher

logger = logging.getLogger(__name__)


class SessionStore(db.SessionStore):
    """Database sessions whose content is encrypted. The encryption authenticates it, so that it is not signed too."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        return cipher().encrypt(self.serializer().dumps(session_dict).decode("latin-1"), SESSIONS)

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return the content; empty if it cannot be decrypted, so that the person signs in again."""
        stored = str(session_data)
        try:
            text = cipher().decrypt(stored, SESSIONS)
        except DecryptionError as error:
            logger.warning("a session is ended: %s", error)
            return {}
        if text == stored or not text.startswith("{"):
            return super().decode(text)  # signed, from before sessions were encrypted
        found: dict[str, Any] = self.serializer().loads(text.encode("latin-1"))
        return found
