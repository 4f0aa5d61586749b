"""Drafts: a check-in posted signed out is kept in the session until the sign-in."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict

from aftercare.checkins.form.form import CheckInForm
from aftercare.people.login import addresses_typed, fits_in_a_session, is_first_typed
from aftercare.people.models import User

SESSION_KEY = "check_in_draft"
OWN_FORM = "/check-in/"  # the patient's own
LIFETIME = timedelta(hours=12)  # limits how long a shared computer keeps answers
MAX_LENGTH = 20_000  # characters per answer, ten times what can be submitted
MAX_VALUES = 30  # values per question
NOTE = "note"


def typed_fields(posted: QueryDict) -> dict[str, list[str]]:
    """Return the posted fields of the form, limited in number and length."""
    return {
        name: [value[:MAX_LENGTH] for value in posted.getlist(name)[:MAX_VALUES]]
        for name in CheckInForm.base_fields
        if name in posted
    }


def save(session: SessionBase, posted: QueryDict, now: datetime, path: str = OWN_FORM) -> bool:
    """Keep the form until the sign-in; return False if it is too large, and is kept without the note or not at all.

    `path`: of the form that it is shown in again; another form does not take it.
    """
    fields = typed_fields(posted)
    is_whole = fits_in_a_session(fields)
    if not is_whole:
        fields.pop(NOTE, None)
    if fits_in_a_session(fields):
        typed_before = len(addresses_typed(session))
        session[SESSION_KEY] = {"at": now.isoformat(), "fields": fields, "typed_before": typed_before}
        session[SESSION_KEY]["path"] = path
    return is_whole


def load(session: SessionBase, now: datetime, user: User, path: str = OWN_FORM) -> QueryDict | None:
    """Return the draft; None if there is none or it has expired.

    A draft after which somebody else's address was typed to sign in is that person's, and is deleted.
    """
    draft = session.get(SESSION_KEY)
    if (
        draft is None
        or draft.get("path", OWN_FORM) != path
        or datetime.fromisoformat(draft["at"]) < now - LIFETIME
    ):
        return None
    if not is_first_typed(session, user.email, after=draft.get("typed_before", 0)):
        delete(session)
        return None
    posted = QueryDict(mutable=True)
    for name, values in draft["fields"].items():
        posted.setlist(name, values)
    return posted


def delete(session: SessionBase) -> None:
    session.pop(SESSION_KEY, None)
