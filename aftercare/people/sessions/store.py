"""Sessions in the database, read together with the patient records that their user's sign-in opens.

Session and records are two queries, because only the session says whose records are to be read. A process remembers
whose a session was, and reads both in one. It remembers an id and nothing else: session, user and records come from
the database in each request, and records of another user than the session names are not used.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import Subquery
from django.utils import timezone

from aftercare.database.compiled_queries import SAMPLE_INSTANT, CompiledQuery
from aftercare.kept import Kept
from aftercare.people.encryption import sessions
from aftercare.people.models import User
from aftercare.people.models.hot_reads import records, user_of_records, user_with_records
from aftercare.people.models.patients import PatientQuerySet

KEPT = 4096  # sessions per process, of some 200 bytes each


def records_with_session(user: int, key: str, now: datetime) -> PatientQuerySet:
    """Return the records of a user, each with `session_data`: the session of this key, None if it has run out."""
    content = sessions.standing(key, now).values("session_data")
    return records(user).annotate(session_data=Subquery(content))


find_records_with_session = CompiledQuery(records_with_session, user=-1, key="sample", now=SAMPLE_INSTANT)
user_ids: Kept[int] = Kept(KEPT)


class SessionStore(sessions.SessionStore):
    """Encrypted sessions. `loaded`: the user read with the session, with `opened_records`; None if none was."""

    loaded: User | None = None

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        user_id = user_ids.get(key)
        if user_id is None:
            return super()._get_session_from_db()
        found = find_records_with_session(user=user_id, key=key, now=timezone.now())
        content: str | None = getattr(found[0], "session_data", None) if found else None
        if content is None:  # the session has ended, or its user has no records any more
            user_ids.drop(key)
            return super()._get_session_from_db()
        self.stored, self.loaded = content, user_of_records(found)
        return Session(session_key=key, session_data=content)

    def user_with_records(self, user_id: int) -> User | None:
        """Return the user of the session with `opened_records`, read with the session or now; None if there is none."""
        if self.loaded is not None and self.loaded.pk == user_id:
            return self.loaded
        user = user_with_records(user_id)
        if user is not None and user.opened_records:
            user_ids.keep(self.session_key, user_id)
        return user
