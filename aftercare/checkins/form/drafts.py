"""A form that was posted signed out: kept in the session, so that nothing typed is lost by signing in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict

from aftercare.checkins.form.form import CheckInForm

KEY = "check_in_draft"
LIFE = timedelta(hours=12)  # a shared computer shows nobody's answers for longer
LONGEST = 20_000  # characters of one answer: ten times what can be sent
MOST = 30  # answers to one question


def typed_fields(posted: QueryDict) -> dict[str, list[str]]:
    """What was typed into the form, without what does not belong to it, and not without bounds."""
    return {
        name: [value[:LONGEST] for value in posted.getlist(name)[:MOST]]
        for name in CheckInForm.base_fields
        if name in posted
    }


def keep(session: SessionBase, posted: QueryDict, now: datetime) -> None:
    session[KEY] = {"at": now.isoformat(), "fields": typed_fields(posted)}


def kept(session: SessionBase, now: datetime) -> QueryDict | None:
    """What was typed before signing in; None where nothing was, or too long ago."""
    draft = session.get(KEY)
    if draft is None or datetime.fromisoformat(draft["at"]) < now - LIFE:
        return None
    posted = QueryDict(mutable=True)
    for name, values in draft["fields"].items():
        posted.setlist(name, values)
    return posted


def drop(session: SessionBase) -> None:
    session.pop(KEY, None)
