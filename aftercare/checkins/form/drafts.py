"""Drafts: a check-in posted signed out is kept in the session until the sign-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict

from aftercare.checkins.form.form import CheckInForm

SESSION_KEY = "check_in_draft"
LIFETIME = timedelta(hours=12)  # limits how long a shared computer keeps answers
MAX_LENGTH = 20_000  # characters per answer, ten times what can be submitted
MAX_VALUES = 30  # values per question


def typed_fields(posted: QueryDict) -> dict[str, list[str]]:
    """Return the posted fields of the form, limited in number and length."""
    return {
        name: [value[:MAX_LENGTH] for value in posted.getlist(name)[:MAX_VALUES]]
        for name in CheckInForm.base_fields
        if name in posted
    }


def save(session: SessionBase, posted: QueryDict, now: datetime) -> None:
    session[SESSION_KEY] = {"at": now.isoformat(), "fields": typed_fields(posted)}


def load(session: SessionBase, now: datetime) -> QueryDict | None:
    """Return the draft; None if there is none or it has expired."""
    draft = session.get(SESSION_KEY)
    if draft is None or datetime.fromisoformat(draft["at"]) < now - LIFETIME:
        return None
    posted = QueryDict(mutable=True)
    for name, values in draft["fields"].items():
        posted.setlist(name, values)
    return posted


def delete(session: SessionBase) -> None:
    session.pop(SESSION_KEY, None)
