"""Forms of staff that could not be taken: kept, and shown again as they were typed.

A form is shown again by its own view, to which it is posted once more with `HOLD`: a `StaffForm` is then never valid,
so that the view draws it as typed. Whatever the view wrote all the same is rolled back.
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
from django.http import HttpRequest, HttpResponse, QueryDict

KEY = "staff_form"
LIFE = timedelta(hours=12)  # a shared computer shows nobody's words for longer
LONGEST = 20_000  # characters of one field: ten times what can be saved
MOST = 100  # fields of one form, and values of one field
HOLD = "hold"  # posted with a form that is to be shown, not saved: why
DRAWN_FOR = "drawn_for"  # posted with every form of staff: the clinic it was drawn for
OF_THE_PAGE = ("csrfmiddlewaretoken", HOLD)

SIGNED_OUT, NO_TOKEN, CHOSEN, ELSEWHERE = "signed_out", "no_token", "chosen", "elsewhere"
AS_TYPED = "Nothing has been saved yet. Here is what you typed."
WORDS = {
    SIGNED_OUT: f"You were signed out meanwhile. {AS_TYPED} Look through it, then press the button again.",
    NO_TOKEN: f"The page was open for a long time. {AS_TYPED} Look through it, then press the button again.",
    CHOSEN: (
        f"You opened this form for {{clinic}}, and chose another clinic since. {AS_TYPED} "
        "You work for {clinic} again. Press the button to save it there."
    ),
    ELSEWHERE: (
        f"This form was opened for another clinic. {AS_TYPED} "
        "Take care: if you press the button now, it is saved for {clinic}."
    ),
}
NOT_DONE = "Nothing was changed: this came too late. Look at the page, then press the button again."


class Holdable(forms.BaseForm):
    """A form that can be posted in order to be shown again as typed."""

    def is_valid(self) -> bool:
        return super().is_valid() and HOLD not in self.data


class StaffForm(Holdable, forms.Form):
    """The base of the forms of staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldForm:
    """A form that was posted by somebody who was not signed in any more."""

    path: str
    fields: QueryDict

    @property
    def drawn_for(self) -> str:
        return str(self.fields.get(DRAWN_FOR, ""))


def fields_of(posted: QueryDict) -> dict[str, list[str]]:
    """What was typed, without what belongs to the page, and not without bounds."""
    return {
        name: [value[:LONGEST] for value in posted.getlist(name)[:MOST]]
        for name in list(posted)[:MOST]
        if name not in OF_THE_PAGE
    }


def has_emergency(fields: QueryDict) -> bool:
    """Whether an emergency is ticked on a check-in by telephone."""
    return any(tick not in {"", "none"} for tick in fields.getlist("emergency"))


def keep(session: SessionBase, path: str, posted: QueryDict, now: datetime) -> None:
    """Keep one form until its sender has signed in; an earlier one gives way."""
    session[KEY] = {"at": now.isoformat(), "path": path, "fields": fields_of(posted)}


def kept(session: SessionBase, now: datetime) -> HeldForm | None:
    """The form that was kept; None where there is none, or too old a one."""
    found = session.get(KEY)
    if found is None or datetime.fromisoformat(found["at"]) < now - LIFE:
        return None
    fields = QueryDict(mutable=True)
    for name, values in found["fields"].items():
        fields.setlist(name, values)
    return HeldForm(path=found["path"], fields=fields)


def drop(session: SessionBase, path: str) -> None:
    """Forget the form that was kept, once it was taken."""
    if session.get(KEY, {}).get("path") == path:
        del session[KEY]


def post_again(request: HttpRequest, posted: QueryDict, why: str) -> None:
    """Let a request be one that posts these fields, to be shown and not saved."""
    fields = posted.copy()
    fields[HOLD] = why
    request.method = "POST"
    request.POST = cast(Any, fields)


def show_again(
    request: HttpRequest, draw: Callable[[], HttpResponse], posted: QueryDict, *, why: str, clinic: Any
) -> HttpResponse:
    """Let a view draw a form as it was posted, with the reason above it, and save nothing.

    A view that would have acted is not followed: its page is shown, and says that nothing was saved.
    """
    post_again(request, posted, why)
    messages.warning(request, WORDS[why].format(clinic=clinic))
    with transaction.atomic():
        response = draw()
        transaction.set_rollback(True)
    if response.status_code == HTTPStatus.FOUND:
        said = cast(Any, messages.get_messages(request))
        said._queued_messages.clear()  # what they say was rolled back
        messages.warning(request, NOT_DONE)
    return response


def forget(session: SessionBase) -> None:
    """Forget the form that was kept, whichever it is."""
    session.pop(KEY, None)
