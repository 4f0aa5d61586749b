"""Forms of staff that could not be saved: held in the session and shown again as typed.

The form's own view shows it again: the fields are posted to it with `HOLD`, which makes a `StaffForm`
invalid, so that the view redraws the form. Anything that the view writes all the same is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext_lazy

from aftercare.people.login import addresses_typed, fits_in_a_session, is_first_typed
from aftercare.people.models import User

KEY = "staff_form"
MOST_FORMS = 4  # held in one session: several open pages can be locked at once
LIFE = timedelta(hours=12)  # limits how long a shared computer keeps what was typed
LONGEST = 20_000  # characters of one field: ten times what can be saved
MOST = 100  # fields of one form, and values of one field
HOLD = "hold"  # posted field: why the form is shown instead of saved
DRAWN_FOR = "drawn_for"  # posted field of every form of staff: the clinic it was drawn for
OF_THE_PAGE = ("csrfmiddlewaretoken", HOLD)

SIGNED_OUT, LOCKED, NO_TOKEN, NOT_PROVED = "signed_out", "locked", "no_token", "not_proved"
CHOSEN, ELSEWHERE = "chosen", "elsewhere"
WORDS = {
    SIGNED_OUT: gettext_lazy(
        "You were signed out meanwhile. Nothing has been saved yet. Here is what you typed. "
        "Look through it, then press the button again."
    ),
    LOCKED: gettext_lazy(
        "This page was locked meanwhile. Nothing has been saved yet. Here is what you typed. "
        "Look through it, then press the button again."
    ),
    NO_TOKEN: gettext_lazy(
        "The page was open for a long time. Nothing has been saved yet. Here is what you typed. "
        "Look through it, then press the button again."
    ),
    NOT_PROVED: gettext_lazy(
        "We had to ask whether it is you. Nothing has been saved yet. Here is what you typed. "
        "Look through it, then press the button again."
    ),
    CHOSEN: gettext_lazy(
        "You opened this form for %(clinic)s, and chose another clinic since. Nothing has been saved yet. "
        "Here is what you typed. You work for %(clinic)s again. Press the button to save it there."
    ),
    ELSEWHERE: gettext_lazy(
        "This form was opened for another clinic. Nothing has been saved yet. Here is what you typed. "
        "Take care: if you press the button now, it is saved for %(clinic)s."
    ),
}
TOO_LARGE = gettext_lazy("What you typed was too long to keep until you have signed in. Nothing was saved.")
NOT_DONE = gettext_lazy(
    "Nothing was changed: this came too late. Look at the page, then press the button again."
)


class HeldRedirect(HttpResponseRedirect):
    """A redirect away from a form that is held, to be shown again later."""


class Holdable(forms.BaseForm):
    """A form that is invalid while `HOLD` is posted, so that its view redraws it as typed."""

    def is_valid(self) -> bool:
        return super().is_valid() and HOLD not in self.data


class StaffForm(Holdable, forms.Form):
    """Base class of the forms of staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldForm:
    """A form that was posted without a session, or without a recent proof of who is signed in."""

    path: str
    fields: QueryDict
    why: str

    @property
    def drawn_for(self) -> str:
        return str(self.fields.get(DRAWN_FOR, ""))


def fields_of(posted: QueryDict) -> dict[str, list[str]]:
    """Return the posted fields without those of the page, cut to `LONGEST` characters and `MOST` fields."""
    return {
        name: [value[:LONGEST] for value in posted.getlist(name)[:MOST]]
        for name in list(posted)[:MOST]
        if name not in OF_THE_PAGE
    }


def has_emergency(fields: QueryDict) -> bool:
    """Return whether an emergency is ticked on a check-in by telephone."""
    return any(tick not in {"", "none"} for tick in fields.getlist("emergency"))


def keep(session: SessionBase, path: str, posted: QueryDict, now: datetime, *, why: str = SIGNED_OUT) -> bool:
    """Hold a form in the session until its sender has signed in or re-authenticated.

    Replaces an earlier form of the same path, and the oldest of more than `MOST_FORMS`. Returns False if the form
    of somebody signed out is too large to hold.
    """
    fields = fields_of(posted)
    if why in {SIGNED_OUT, LOCKED} and not fits_in_a_session(fields):
        return False
    typed_before = len(addresses_typed(session))
    held = {"at": now.isoformat(), "path": path, "fields": fields, "why": why, "typed_before": typed_before}
    session[KEY] = [*without(session, path), held][-MOST_FORMS:]
    return True


def held_in(session: SessionBase) -> list[dict[str, Any]]:
    """Return what is stored of the held forms, the oldest first."""
    found = session.get(KEY, [])
    return [found] if isinstance(found, dict) else found  # one alone, from before there could be several


def without(session: SessionBase, path: str) -> list[dict[str, Any]]:
    return [held for held in held_in(session) if held["path"] != path]


def kept(session: SessionBase, now: datetime, user: User, path: str = "") -> HeldForm | None:
    """Return the held form of a path, else the newest; None if it is older than `LIFE`, or somebody else's.

    It is somebody else's if another address was the first that was typed to sign in since.
    """
    forms_held = held_in(session)
    found = next(
        (held for held in forms_held if held["path"] == path), forms_held[-1] if forms_held else None
    )
    if found is None or datetime.fromisoformat(found["at"]) < now - LIFE:
        return None
    if not is_first_typed(session, user.email, after=found.get("typed_before", 0)):
        return None
    fields = QueryDict(mutable=True)
    for name, values in found["fields"].items():
        fields.setlist(name, values)
    return HeldForm(path=found["path"], fields=fields, why=found.get("why", SIGNED_OUT))


def drop_if_saved(session: SessionBase, path: str, response: HttpResponse) -> None:
    """Delete the held form of this path if the response to it says that it was saved."""
    is_saved = response.status_code == HTTPStatus.FOUND and not isinstance(response, HeldRedirect)
    left = without(session, path)
    if is_saved and len(left) < len(held_in(session)):
        session[KEY] = left


def post_again(request: HttpRequest, posted: QueryDict, why: str) -> None:
    """Turn the request into a POST of these fields that is shown and not saved."""
    fields = posted.copy()
    fields[HOLD] = why
    request.method = "POST"
    request.POST = cast(Any, fields)


def show_again(
    request: HttpRequest, draw: Callable[[], HttpResponse], posted: QueryDict, *, why: str, clinic: Any
) -> HttpResponse:
    """Let a view redraw a form as posted, with the reason above it, and save nothing.

    If the view would have redirected after acting, its page is shown with a message that nothing was saved.
    """
    post_again(request, posted, why)
    messages.warning(request, WORDS[why] % {"clinic": clinic})
    with transaction.atomic():
        response = draw()
        transaction.set_rollback(True)
    if response.status_code == HTTPStatus.FOUND:
        said = cast(Any, messages.get_messages(request))
        said._queued_messages.clear()  # their success messages are about rolled-back writes
        messages.warning(request, NOT_DONE)
    return response


def forget(session: SessionBase) -> None:
    """Delete the held forms, whichever their paths."""
    session.pop(KEY, None)
