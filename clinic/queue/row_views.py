"""The buttons of the queue's rows. Each acts on one patient, on the alerts that the row showed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from aftercare.alerts.models import Alert
from aftercare.alerts.ownership.actions import NewerAlertError, TooLateError
from aftercare.people.models import Patient, StaffMember, User
from aftercare.ui.times import staff_clock
from clinic.access import only, patient_of_clinic, require, staff_page
from clinic.permissions import may_close, may_work_alerts
from clinic.queue.shown_rows import (
    AlreadyTakenError,
    RowChangedError,
    acknowledge_row,
    give_back_row,
    read_shown,
    undo_close_row,
)
from clinic.queue.views import ActionResult, answer, conflict, is_in_list


@require_POST
@staff_page
@only(may_work_alerts)
def acknowledge_in_queue(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Acknowledge the alerts that the row showed. Without script, redirect to the highest of them."""
    patient, now = patient_of_clinic(member, patient_id), timezone.now()
    try:
        shown = read_shown(request.POST.getlist("shown"))
        done = acknowledge_row(patient=patient, shown=shown, by=member.user, now=now)
    except RowChangedError:
        return conflict(request, member, changed(patient))
    except AlreadyTakenError as error:
        return conflict(request, member, taken(patient, error.alert))
    said = taken_on(patient, done, member.user)
    if is_in_list(request):
        return answer(request, member, ActionResult(said=said))
    messages.success(request, said)
    worst = patient.alerts.filter(pk__in=shown).worst_first()[0]
    return redirect("clinic:alert", alert_id=worst.pk)


@require_POST
@staff_page
@only(may_work_alerts)
def give_back_in_queue(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Give back alerts that the user acknowledged a moment ago."""
    patient = patient_of_clinic(member, patient_id)
    try:
        shown = read_shown(request.POST.getlist("shown"))
        give_back_row(patient=patient, shown=shown, by=member.user, now=timezone.now())
    except RowChangedError:
        return conflict(request, member, changed(patient))
    return answer(request, member, ActionResult(said=f"{patient.user} waits for anybody again."))


@require_POST
@staff_page
@only(may_work_alerts)
def undo_close_in_queue(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Reopen alerts that the user closed less than a minute ago."""
    patient = patient_of_clinic(member, patient_id)
    try:
        shown = read_shown(request.POST.getlist("shown"))
        require(may_close(member, patient.alerts.filter(pk__in=shown)), member)
        undo_close_row(patient=patient, shown=shown, by=member.user, now=timezone.now())
    except RowChangedError:
        return conflict(request, member, changed(patient))
    except TooLateError:
        late = "The minute is over. Open the patient’s page to reopen the alert with a reason."
        return conflict(request, member, ActionResult(heading=f"{patient.user} stays closed", problem=late))
    except NewerAlertError:
        newer = "The same sign was reported again. Work on the newer alert."
        return conflict(request, member, ActionResult(heading=f"{patient.user} stays closed", problem=newer))
    return answer(request, member, ActionResult(said=f"{patient.user} is open again, as before."))


def taken_on(patient: Patient, alerts: list[Alert], by: User) -> str:
    """Return the message about an acknowledgement. A confirmed newer report keeps its owner."""
    others = {str(alert.owner) for alert in alerts if alert.owner and alert.owner_id != by.pk}
    if others and all(alert.owner_id != by.pk for alert in alerts):
        return f"You confirmed the newer report. {patient.user} stays with {' and '.join(sorted(others))}."
    return f"{patient.user} is yours now."


def changed(patient: Patient) -> ActionResult:
    """Return the result for a row that has changed since it was shown."""
    return ActionResult(
        heading=f"{patient.user} has changed",
        problem="Something came in since you looked. Nothing was changed. Read the row again, then press.",
    )


def taken(patient: Patient, alert: Alert) -> ActionResult:
    """Return the result for a row that a colleague handled first."""
    who, verb, at = first_with(alert)
    did = f"{who} {verb} {patient.user} at {staff_clock(at, timezone.now())}. You changed nothing."
    return ActionResult(heading=f"{who} was first", problem=did)


def first_with(alert: Alert) -> tuple[User, str, datetime]:
    """Return who closed or acknowledged the alert, the verb, and when."""
    if alert.closed_by and alert.closed_at:
        return alert.closed_by, "closed", alert.closed_at
    assert alert.acknowledged_by
    assert alert.acknowledged_at
    return alert.acknowledged_by, "acknowledged", alert.acknowledged_at
