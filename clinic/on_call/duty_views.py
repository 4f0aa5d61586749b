"""A duty that begins soon: its page, and the press that confirms it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.alerts.on_call.confirmations import confirm, is_on_duty
from aftercare.people.models import StaffMember
from clinic.access import staff_page
from clinic.on_call.views import form_methods


@form_methods
@staff_page
def duty(request: HttpRequest, member: StaffMember, duty_id: UUID) -> HttpResponse:
    """Show a duty of the member's own, and confirm it."""
    rows = member.duty_confirmations.select_related("clinic", "member__user")
    found, now = get_object_or_404(rows, pk=duty_id), timezone.now()
    is_on = is_on_duty(found, now)
    if request.method == "POST":
        if is_on and confirm(asked=found, by=member.user, now=now):
            messages.success(request, _("Thank you. It is noted that you are on."))
        elif is_on and found.confirmed_at:
            messages.info(request, _("You had confirmed it already."))
        else:
            messages.error(request, _("You are not on duty then any more. There was nothing to confirm."))
        return redirect("clinic:duty", found.pk)
    context = {"duty": found, "is_on": is_on, "is_over": found.ends_at <= now, "now": now}
    return render(request, "clinic/on_call/duty.html", context)
