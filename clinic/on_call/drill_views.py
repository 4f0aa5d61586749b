"""Alarm drills: a manager starts a drill, whoever is notified acknowledges it."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftercare.alerts.actions.drills import (
    DrillEndedError,
    DrillRunningError,
    drill_times,
    end_drill,
    start_drill,
)
from aftercare.alerts.models import Drill
from aftercare.people.models import StaffMember
from clinic.access import staff_page
from clinic.alert.history import history_of_drill
from clinic.on_call.views import manager_page
from clinic.permissions import may_edit_rota


@require_POST
@manager_page
def start(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """Start a drill, or show the running drill."""
    try:
        drill = start_drill(clinic=member.clinic, by=member.user, now=timezone.now())
    except DrillRunningError:
        messages.error(request, _("A drill is running already."))
        drill = member.clinic.drills.running().get()
    return redirect("clinic:drill", drill_id=drill.pk)


def drill_of(member: StaffMember, drill_id: UUID) -> Drill:
    """Return a drill of the member's clinic; 404 for any other."""
    drills = member.clinic.drills.select_related("clinic", "started_by", "acknowledged_by")
    return get_object_or_404(drills, pk=drill_id)


@require_safe
@staff_page
def drill(request: HttpRequest, member: StaffMember, drill_id: UUID) -> HttpResponse:
    """Show the state of a drill."""
    return drill_page(request, member, drill_of(member, drill_id))


def drill_page(
    request: HttpRequest, member: StaffMember, found: Drill, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    context = {
        "drill": found,
        "timing": drill_times(found),
        "history": history_of_drill(found),
        "may_edit": may_edit_rota(member),
        "now": timezone.now(),
    }
    return render(request, "clinic/on_call/drill.html", context, status=status)


@require_POST
@staff_page
def acknowledge_drill(request: HttpRequest, member: StaffMember, drill_id: UUID) -> HttpResponse:
    """Acknowledge a drill, as an emergency is acknowledged."""
    return end(request, member, drill_id, acknowledged=True)


@require_POST
@manager_page
def stop(request: HttpRequest, member: StaffMember, drill_id: UUID) -> HttpResponse:
    """Stop a drill before anybody acknowledged it."""
    return end(request, member, drill_id, acknowledged=False)


def end(request: HttpRequest, member: StaffMember, drill_id: UUID, *, acknowledged: bool) -> HttpResponse:
    found = drill_of(member, drill_id)
    try:
        end_drill(drill=found, by=member.user, now=timezone.now(), acknowledged=acknowledged)
    except DrillEndedError:
        messages.error(request, _("This drill had already ended. You changed nothing."))
        return drill_page(request, member, drill_of(member, drill_id), HTTPStatus.CONFLICT)
    return redirect("clinic:drill", drill_id=found.pk)
