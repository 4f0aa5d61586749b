"""The page of an alert; acknowledging, giving back, and undoing a close."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftercare.alerts.actions.closing import NewerAlertError, NotClosedError, TooLateError
from aftercare.alerts.errors import AlreadyAcknowledgedError, AlreadyClosedError, NotAcknowledgedError
from aftercare.alerts.models import Alert
from aftercare.checkins.models import Assessment
from aftercare.people.models import StaffMember
from aftercare.ui.times import staff_clock
from clinic.access import alert_of, only, shows_alert, staff_page
from clinic.alert.actions import acknowledge_shown, give_back_shown, undo_close_together
from clinic.alert.context import context_of
from clinic.alert.posted import posted_ids
from clinic.permissions import may_work_alerts


@require_safe
@staff_page
def alert(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Show an alert."""
    return alert_page(request, member, alert_of(member, alert_id))


@require_POST
@staff_page
@only(may_work_alerts)
def acknowledge(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Acknowledge the alert, and the alerts shown with it (`also`)."""
    found = alert_of(member, alert_id)
    try:
        acknowledge_shown(alert=found, also=posted_ids(request, "also"), by=member.user, now=timezone.now())
    except (AlreadyAcknowledgedError, AlreadyClosedError):
        return refused(request, member, alert_of(member, alert_id))
    messages.success(
        request, _("You have acknowledged this. %(user)s is yours.") % {"user": found.patient.user}
    )
    return redirect("clinic:alert", alert_id=found.pk)


@require_POST
@staff_page
@only(may_work_alerts)
def give_back(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Give back the alert, and the alerts shown with it (`also`), so that it waits for anybody."""
    found = alert_of(member, alert_id)
    try:
        give_back_shown(alert=found, also=posted_ids(request, "also"), by=member.user, now=timezone.now())
    except AlreadyClosedError:
        return refused(request, member, alert_of(member, alert_id))
    except NotAcknowledgedError:
        return refused(request, member, alert_of(member, alert_id), _("Nobody has this alert."))
    messages.success(
        request,
        _("%(user)s waits for anybody again. The first contact is told.") % {"user": found.patient.user},
    )
    return redirect("clinic:alert", alert_id=found.pk)


@require_POST
@staff_page
@only(may_work_alerts)
def undo_close(request: HttpRequest, member: StaffMember, alert_id: UUID) -> HttpResponse:
    """Undo a close within a minute, together with the alerts closed with it."""
    found = alert_of(member, alert_id)
    try:
        undo_close_together(alert=found, by=member, now=timezone.now())
    except NotClosedError:
        return refused(request, member, found, _("This alert is already open."))
    except TooLateError:
        return refused(request, member, found, _("A minute has gone by. Open it again, and say why."))
    except NewerAlertError:
        newer = _("The same has been reported again: work on the newer alert, on the patient’s page.")
        return refused(request, member, found, newer)
    messages.success(request, _("%(user)s: open again, as before.") % {"user": found.patient.user})
    return redirect("clinic:alert", alert_id=found.pk)


def who_was_first(found: Alert) -> str:
    """Return who acted before: "Ruth Adeyemi was first and closed this alert at 10:05." """
    now = timezone.now()
    if not found.is_open and found.closed_at:
        return _("%(closed_by)s was first and closed this alert at %(time)s.") % {
            "closed_by": found.closed_by,
            "time": staff_clock(found.closed_at, now),
        }
    assert found.acknowledged_at is not None
    at = staff_clock(found.acknowledged_at, now)
    return _("%(acknowledged_by)s was first and acknowledged this alert at %(at)s.") % {
        "acknowledged_by": found.acknowledged_by,
        "at": at,
    }


def refused(
    request: HttpRequest, member: StaffMember, found: Alert, problem: str = "", **forms: Any
) -> HttpResponse:
    """Render the page with status 409, and the message that somebody else was first; `forms` come back as typed."""
    problem = f"{problem or who_was_first(found)} {_('Nothing was changed.')}"
    return alert_page(request, member, found, problem=problem, status=HTTPStatus.CONFLICT, **forms)


def alert_page(
    request: HttpRequest,
    member: StaffMember,
    found: Alert,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    news: Collection[Assessment] = (),
    **context: Any,
) -> HttpResponse:
    """Render the page of an alert. `context`: an error, and bound forms that replace the empty ones."""
    shows_alert(request, found)
    drawn = context_of(member, found, timezone.now(), news)
    return render(request, "clinic/alert/alert.html", {**drawn, **context}, status=status)
