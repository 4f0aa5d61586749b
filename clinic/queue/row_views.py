"""The buttons of the queue's rows. Each acts on one patient, on the alerts that the row showed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from aftercare.alerts.actions.closing import NewerAlertError, TooLateError
from aftercare.alerts.models import Alert
from aftercare.people.models import Patient, StaffMember, User
from aftercare.ui.times import staff_clock
from clinic.access import only, patient_of_clinic, staff_page
from clinic.labels import all_of
from clinic.permissions import may_work_alerts
from clinic.queue.actions import (
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
    return answer(
        request, member, ActionResult(said=_("%(user)s waits for anybody again.") % {"user": patient.user})
    )


@require_POST
@staff_page
@only(may_work_alerts)
def undo_close_in_queue(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Reopen alerts that the user closed less than a minute ago."""
    patient = patient_of_clinic(member, patient_id)
    try:
        shown = read_shown(request.POST.getlist("shown"))
        undo_close_row(patient=patient, shown=shown, by=member, now=timezone.now())
    except RowChangedError:
        return conflict(request, member, changed(patient))
    except TooLateError:
        late = _("The minute is over. Open the patient’s page to reopen the alert with a reason.")
        return conflict(
            request,
            member,
            ActionResult(heading=_("%(user)s stays closed") % {"user": patient.user}, problem=late),
        )
    except NewerAlertError:
        newer = _("The same sign was reported again. Work on the newer alert.")
        return conflict(
            request,
            member,
            ActionResult(heading=_("%(user)s stays closed") % {"user": patient.user}, problem=newer),
        )
    return answer(
        request, member, ActionResult(said=_("%(user)s is open again, as before.") % {"user": patient.user})
    )


def taken_on(patient: Patient, alerts: list[Alert], by: User) -> str:
    """Return the message about an acknowledgement. A confirmed newer report keeps its owner."""
    others = {str(alert.owner) for alert in alerts if alert.owner and alert.owner_id != by.pk}
    if others and all(alert.owner_id != by.pk for alert in alerts):
        named = {"patient": patient.user, "owners": all_of(sorted(others))}
        return _("You confirmed the newer report. %(patient)s stays with %(owners)s.") % named
    return _("%(user)s is yours now.") % {"user": patient.user}


def changed(patient: Patient) -> ActionResult:
    """Return the result for a row that has changed since it was shown."""
    return ActionResult(
        heading=_("%(user)s has changed") % {"user": patient.user},
        problem=_("Something came in since you looked. Nothing was changed. Read the row again, then press."),
    )


def taken(patient: Patient, alert: Alert) -> ActionResult:
    """Return the result for a row that a colleague handled first."""
    who, at, words = first_with(alert)
    named = {"name": who, "patient": patient.user, "time": staff_clock(at, timezone.now())}
    return ActionResult(heading=_("%(who)s was first") % {"who": who}, problem=words % named)


def first_with(alert: Alert) -> tuple[User, datetime, str]:
    """Return who closed or acknowledged the alert, when, and the sentence that says so."""
    if alert.closed_by and alert.closed_at:
        closed = _("%(name)s closed %(patient)s at %(time)s. You changed nothing.")
        return alert.closed_by, alert.closed_at, closed
    assert alert.acknowledged_by
    assert alert.acknowledged_at
    acknowledged = _("%(name)s acknowledged %(patient)s at %(time)s. You changed nothing.")
    return alert.acknowledged_by, alert.acknowledged_at, acknowledged
