"""Inviting a patient: by e-mail, on paper, or as a link."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from aftercare.people.actions.invitations import (
    InvitedLatelyError,
    SignsInElsewhereError,
    WithdrawnError,
    hand_over,
    invite,
    signs_in_elsewhere,
)
from aftercare.people.models import Invitation, StaffMember
from aftercare.ui.qr import qr_code
from clinic.access import patient_of_clinic, require, staff_page
from clinic.enrolment.invitation import invitation_status_of
from clinic.permissions import may_enrol

WITHDRAWN = gettext_lazy("This patient was withdrawn, so nobody was invited. Take the patient back first.")

INVITED_LATELY = gettext_lazy(
    "No second invitation was sent. One goes every five minutes, and five a day. Ask them to look in their "
    "mailbox, and in the spam."
)


@require_POST
@staff_page
def send_invitation(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Send an invitation by e-mail. The link of an earlier invitation stops working."""
    found = patient_of_clinic(member, patient_id)
    require(may_enrol(member), member)
    try:
        invite(patient=found, by=member.user, now=timezone.now())
    except WithdrawnError:
        messages.error(request, WITHDRAWN)
    except InvitedLatelyError:
        messages.error(request, INVITED_LATELY)
    else:
        messages.success(
            request, _("A new invitation is on its way to %(email)s.") % {"email": found.user.email}
        )
    return redirect("clinic:patient", patient_id=found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def invitation(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Show the state of the invitation. POST: show a link to print or copy, creating it if necessary."""
    found, now = patient_of_clinic(member, patient_id), timezone.now()
    require(may_enrol(member), member)
    context: dict[str, Any] = {
        "patient": found,
        "invitation_status": invitation_status_of(found, now),
        "may_enrol": True,
        "now": now,
    }
    if request.method != "POST":
        context["is_shared"] = signs_in_elsewhere(found)
        return render(request, "clinic/enrolment/invitation.html", context)
    way = Invitation.Way.PRINT if request.POST.get("way") == "print" else Invitation.Way.LINK
    try:
        made = hand_over(patient=found, by=member.user, now=now, way=way)
    except WithdrawnError:
        messages.error(request, WITHDRAWN)
        return redirect("clinic:patient", patient_id=found.pk)
    except SignsInElsewhereError:
        context["is_shared"] = True
        return render(request, "clinic/enrolment/invitation.html", context, status=HTTPStatus.CONFLICT)
    link = f"{settings.SITE_URL}{made.path}"
    context |= {"invitation": made, "way": way, "link": link, "site": settings.SITE_URL, "qr": qr_code(link)}
    return render(request, "clinic/enrolment/invitation_sheet.html", context)
