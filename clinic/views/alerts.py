"""The page of one alert, acknowledging and closing."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from aftercare.alerts.actions import AlreadyAcknowledgedError, AlreadyClosedError, NoteNeededError
from aftercare.alerts.models import Alert
from aftercare.checkins.recovery_chart import STAFF, charts_of
from aftercare.people.models import Event, StaffMember
from aftercare.ui.times import staff_clock
from clinic.access import alert_of, note_opening, only, require, staff_page
from clinic.alert_history import attempts_about, history_of
from clinic.alert_outlook import outlook_of
from clinic.alert_page import compare, others_of, proofs_of, readings_of, told_of
from clinic.contact_forms import AttemptForm, LetterForm
from clinic.deadlines import clock_of
from clinic.forms import CloseForm
from clinic.outcomes import (
    UnseenAlertError,
    UnseenReportError,
    acknowledge_shown,
    close_all_open,
    close_shown,
)
from clinic.patient_pages import age_words
from clinic.permissions import may_close, may_work_alerts
from clinic.standing import roster_of
from clinic.working_forms import AssignForm, ReopenForm

NOTE_NEEDED = "Nobody has reached this patient. Say here why you close it all the same."
CHANGED_MEANWHILE = {
    UnseenAlertError: "A new alert came in for this patient. It is listed here now. Look at it first.",
    UnseenReportError: "A new report came in for this alert. It is shown here now. Look at it first.",
}


@require_safe
@staff_page
def alert(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Everything about one alert. Opening it is kept as an event."""
    found = alert_of(member, alert_id)
    note_opening(
        verb=Event.Verb.OPENED_ALERT,
        subject=found.pk,
        patient=found.patient,
        by=member.user,
        now=timezone.now(),
    )
    return alert_page(request, member, found)


@require_POST
@staff_page
@only(may_work_alerts)
def acknowledge(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Take the alert on, and those that were shown with it (`also`)."""
    found = alert_of(member, alert_id)
    try:
        acknowledge_shown(alert=found, also=ids(request, "also"), by=member.user, now=timezone.now())
    except (AlreadyAcknowledgedError, AlreadyClosedError):
        return refused(request, member, alert_of(member, alert_id))
    messages.success(request, f"You have acknowledged this. {found.patient.user} is yours.")
    return redirect("clinic:alert", alert_id=found.pk)


@require_POST
@staff_page
@only(may_work_alerts)
def close(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """End the alert with an outcome; with `all`, every open alert of this patient."""
    found, form = alert_of(member, alert_id), CloseForm(request.POST)
    if not found.is_open:
        return refused(request, member, found)
    require(may_close(member, to_close(request, found)), member)
    if not form.is_valid():
        return alert_page(request, member, found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        count = close_as_asked(request, member, found, form.cleaned_data)
    except AlreadyClosedError:
        return refused(request, member, alert_of(member, alert_id))
    except NoteNeededError:
        form.add_error("note", NOTE_NEEDED)
        return alert_page(request, member, found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except (UnseenAlertError, UnseenReportError) as error:
        form.add_error(None, CHANGED_MEANWHILE[type(error)])
        return alert_page(request, member, found, form, status=HTTPStatus.CONFLICT)
    what = "one alert" if count == 1 else f"{count} alerts"
    outcome = Alert.Outcome(form.cleaned_data["outcome"]).label.lower()
    messages.success(request, f"Closed {what} of {found.patient.user}: {outcome}.")
    return redirect("clinic:queue")


def to_close(request: HttpRequest, found: Alert) -> list[Alert]:
    """What would be closed: the alert, or with `all` every open one of its patient that the page showed."""
    if request.POST.get("all") != "1":
        return [found]
    seen = ids(request, "seen")
    return [alert for alert in found.patient.alerts.open() if not seen or alert.pk in seen]


def close_as_asked(request: HttpRequest, member: StaffMember, found: Alert, told: dict[str, Any]) -> int:
    """Close one alert, or with `all` every open one, as they were shown. Returns how many."""
    how: dict[str, Any] = {
        "by": member.user,
        "now": timezone.now(),
        "outcome": told["outcome"],
        "note": told["note"],
        "shown_at": instant(request.POST.get("shown_at", "")),
    }
    if request.POST.get("all") != "1":
        close_shown(alert=found, **how)
        return 1
    return close_all_open(alert=found, seen=ids(request, "seen"), **how)


def instant(raw: str) -> datetime | None:
    """An instant that a page carried along; None where it is none."""
    try:
        found = parse_datetime(raw)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None


def ids(request: HttpRequest, field: str) -> list[UUID]:
    """The ids posted under a name; what is none is left out."""
    found = []
    for raw in request.POST.getlist(field):
        try:
            found.append(UUID(raw))
        except ValueError:
            continue
    return found


def who_was_first(found: Alert) -> str:
    """Who did what somebody else has just tried to do."""
    now = timezone.now()
    if not found.is_open and found.closed_at:
        return f"{found.closed_by} closed this alert at {staff_clock(found.closed_at, now)}."
    assert found.acknowledged_at is not None
    return f"{found.acknowledged_by} acknowledged this alert at {staff_clock(found.acknowledged_at, now)}."


def refused(request: HttpRequest, member: StaffMember, found: Alert, problem: str = "") -> HttpResponse:
    """The page as it is now, saying who was first."""
    problem = f"{problem or who_was_first(found)} Nothing was changed by you."
    return alert_page(request, member, found, problem=problem, status=HTTPStatus.CONFLICT)


def alert_page(
    request: HttpRequest,
    member: StaffMember,
    found: Alert,
    form: CloseForm | None = None,
    *,
    problem: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    **forms: Any,
) -> HttpResponse:
    """The page of one alert. `forms`: those that come back with what is wrong with them."""
    now = timezone.now()
    proofs = proofs_of(found, now)
    attempts = attempts_about(found)
    others = others_of(found, member.clinic.hours, now)
    context = {
        "alert": found,
        "patient": found.patient,
        "age": age_words(found.patient, now),
        "clock": clock_of(found, member.clinic.hours, now),
        "proofs": proofs,
        "comparison": compare(proofs[0].assessment.check_in) if proofs else None,
        "charts": charts_of(
            found.patient, [found.own_procedure] if found.own_procedure else [], now, words=STAFF
        ),
        "told": told_of(proofs),
        "readings": readings_of(found.patient, now),
        "others": others,
        "also_waiting": [other.alert.pk for other in others if other.alert.status == Alert.Status.NEW],
        "open_count": len(others) + found.is_open,
        "may_close": may_close(member, [found]),
        "may_close_all": may_close(member, [found, *(other.alert for other in others)]),
        "history": history_of(found, proofs, attempts),
        "form": form or CloseForm(),
        "assign_form": AssignForm(alert=found, member=member),
        "attempt_form": AttemptForm(),
        "letter_form": LetterForm(clinic=member.clinic),
        "attempts": attempts,
        "reopen_form": ReopenForm(),
        "outlook": outlook_of(found, roster_of(member, now), now),
        "problem": problem,
        "now": now,
    }
    return render(request, "clinic/alert.html", {**context, **forms}, status=status)
