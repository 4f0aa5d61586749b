"""Sessions in the database, encrypted: they hold what was typed and not saved yet, and words searched for."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from aftercare.database.compiled_queries import SAMPLE_INSTANT, CompiledQuery
from aftercare.people.encryption.cipher import SESSIONS, DecryptionError, cipher

logger = logging.getLogger(__name__)


def standing(key: str, now: datetime) -> QuerySet[Session]:
    """The session of this key, unless it has run out."""
    return Session.objects.filter(session_key=key, expire_date__gt=now)


# Each request of somebody signed in begins with this read.
find_sessions = CompiledQuery(standing, key="sample", now=SAMPLE_INSTANT)


class SessionStore(db.SessionStore):
    """Database sessions whose content is encrypted. The encryption authenticates it, so that it is not signed too.

    `stored`: the content as it was loaded; another content is never stored as the same text.
    """

    stored: str | None = None

    def _get_session_from_db(self) -> Session | None:
        """Return the row of the session; None, and forget the key, if there is none or it has run out."""
        for found in find_sessions(key=self.session_key or "", now=timezone.now()):
            self.stored = found.session_data
            return found
        self._session_key = None
        return None

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
