"""Sessions: those of a person end, and those of others forget what was typed about the person."""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from aftercare.people.encryption.sessions import SessionStore
from aftercare.people.erasing.traces import Traces
from aftercare.people.models import User

ROWS_AT_ONCE = 500


def clear_sessions(user: User, traces: Traces) -> int:
    """End the sessions of a person, and of anybody signed out who typed the person's address.

    Whoever else is signed in stays so: their sessions lose only the forms, searches and messages that point to
    the person. Return the number of sessions that ended.
    """
    store, ended = SessionStore(), 0
    for row in Session.objects.iterator(chunk_size=ROWS_AT_ONCE):
        content = store.decode(row.session_data)
        owner = content.get(SESSION_KEY)
        kept = {name: value for name, value in content.items() if not traces.are_in(value)}
        if owner == str(user.pk) or (owner is None and len(kept) < len(content)):
            row.delete()
            ended += 1
        elif len(kept) < len(content):
            row.session_data = store.encode(kept)
            row.save(update_fields=["session_data"])
    return ended
