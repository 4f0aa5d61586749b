"""Pages of staff: guarded, and on the clock of their clinic."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import wraps
from typing import ParamSpec, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from aftercare.alerts.models import Alert
from aftercare.people.access import StaffView, View, staff_required
from aftercare.people.actions import record_event
from aftercare.people.models import Event, Patient, StaffMember, User

P = ParamSpec("P")
SAME_OPENING = timedelta(hours=1)


def staff_page(view: StaffView[P]) -> View[P]:
    """`staff_required`, with the clinic's time zone active: times are read and written on its clock."""

    @wraps(view)
    def at_the_clinic(
        request: HttpRequest, member: StaffMember, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        request._acting_member = member  # type: ignore[attr-defined]
        with timezone.override(member.clinic.zone):
            return view(request, member, *args, **kwargs)

    return staff_required(cast("StaffView[P]", at_the_clinic))


def alert_of(member: StaffMember, alert_id: UUID) -> Alert:
    """An alert of the staff member's own clinic; any other is a 404."""
    alerts = member.clinic.alerts.select_related(
        "patient__user", "patient__clinic", "procedure", "acknowledged_by", "closed_by"
    )
    return get_object_or_404(alerts, pk=alert_id)


def patient_of_clinic(member: StaffMember, patient_id: UUID) -> Patient:
    """A patient of the staff member's own clinic; any other is a 404."""
    return get_object_or_404(member.clinic.patients.select_related("user", "clinic"), pk=patient_id)


def note_opening(*, verb: Event.Verb, subject: UUID, patient: Patient, by: User, now: datetime) -> None:
    """Keep who looked at an alert or a patient: once an hour, however often the page is loaded."""
    looked = Event.objects.filter(verb=verb, actor=by, subject=subject, at__gt=now - SAME_OPENING)
    if not looked.exists():
        record_event(verb=verb, actor=by, now=now, patient=patient, subject=subject)
