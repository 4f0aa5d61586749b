"""Views that assign an alert and reopen a closed alert."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from aftercare.alerts.actions.closing import NewerAlertError, NotClosedError
from aftercare.alerts.actions.ownership import OwnerChangedError, assign
from aftercare.alerts.errors import AlreadyClosedError
from aftercare.people.models import StaffMember
from clinic.access import alert_of, only, staff_page
from clinic.alert.forms import AssignForm, ReopenForm
from clinic.alert.views import alert_page, refused
from clinic.permissions import may_work_alerts
from clinic.queue.actions import reopen


@require_POST
@staff_page
@only(may_work_alerts)
def assign_alert(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Assign the alert to a colleague, or take it over."""
    found = alert_of(member, alert_id)
    form = AssignForm(request.POST, alert=found, member=member)
    if not form.is_valid():
        return alert_page(request, member, found, assign_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        given = assign(
            alert=found,
            to=form.new_owner,
            seen_owner=form.cleaned_data["seen"],
            by=member.user,
            now=timezone.now(),
        )
    except AlreadyClosedError:
        return refused(request, member, alert_of(member, alert_id))
    except OwnerChangedError:
        found = alert_of(member, alert_id)
        whose = (
            _("%(owner)s has it now.") % {"owner": found.owner}
            if found.owner
            else _("It has no owner any more.")
        )
        return refused(request, member, found, whose)
    messages.success(
        request,
        _("%(owner)s now has the alert of %(user)s.") % {"owner": given.owner, "user": found.patient.user},
    )
    return redirect("clinic:alert", alert_id=found.pk)


@require_POST
@staff_page
@only(may_work_alerts)
def reopen_alert(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Reopen a closed alert. Whoever may close the alert may reopen it."""
    found, form = alert_of(member, alert_id), ReopenForm(request.POST)
    if not form.is_valid():
        return alert_page(request, member, found, reopen_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        reopen(alert=found, why=form.cleaned_data["why"], by=member, now=timezone.now())
    except NotClosedError:
        return refused(request, member, alert_of(member, alert_id), _("This alert is already open."))
    except NewerAlertError:
        newer = _("The same has been reported again: work on the newer alert, on the patient’s page.")
        return refused(request, member, found, newer)
    messages.success(
        request, _("The alert of %(user)s is open again, and yours.") % {"user": found.patient.user}
    )
    return redirect("clinic:alert", alert_id=found.pk)
