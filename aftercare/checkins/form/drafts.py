"""Drafts: a check-in posted signed out is kept in the session until the sign-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict

from aftercare.checkins.form.form import CheckInForm

KEY = "check_in_draft"
LIFE = timedelta(hours=12)  # limits how long a shared computer keeps answers
LONGEST = 20_000  # characters per answer, ten times what can be submitted
MOST = 30  # values per question


def typed_fields(posted: QueryDict) -> dict[str, list[str]]:
    """Return the posted fields of the form, limited in number and length."""
    return {
        name: [value[:LONGEST] for value in posted.getlist(name)[:MOST]]
        for name in CheckInForm.base_fields
        if name in posted
    }


def keep(session: SessionBase, posted: QueryDict, now: datetime) -> None:
    session[KEY] = {"at": now.isoformat(), "fields": typed_fields(posted)}


def kept(session: SessionBase, now: datetime) -> QueryDict | None:
    """Return the draft; None if there is none or it has expired."""
    draft = session.get(KEY)
    if draft is None or datetime.fromisoformat(draft["at"]) < now - LIFE:
        return None
    posted = QueryDict(mutable=True)
    for name, values in draft["fields"].items():
        posted.setlist(name, values)
    return posted


def drop(session: SessionBase) -> None:
    session.pop(KEY, None)
