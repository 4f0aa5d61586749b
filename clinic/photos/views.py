"""Pictures of a patient for staff, and the fixed message that asks for one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from aftercare.alerts.actions.patient_messages import (
    PendingError,
    SentLatelyError,
    WithdrawnError,
    send_letter,
)
from aftercare.alerts.models import Letter
from aftercare.checkins.models import Photo
from aftercare.checkins.photos.page import photos_of
from aftercare.checkins.photos.serving import picture_response
from aftercare.people.models import Event, StaffMember
from aftercare.people.requests import sender_of
from clinic.access import only, patient_of_clinic, staff_page
from clinic.labels import treatment_words
from clinic.permissions import may_work_alerts
from clinic.photos.page import Comparison


@require_safe
@staff_page
def photos(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Show two pictures of the same area side by side, and all others of it."""
    found = patient_of_clinic(member, patient_id)
    earlier, area = request.GET.get("earlier", ""), request.GET.get("area", "")
    kept = photos_of(found)
    named = next((photo.pk for photo in kept if str(photo.pk) == earlier), None)
    context = {
        "patient": found,
        "comparison": Comparison.of(kept, area=area, earlier=named),
        "treatment": treatment_words(found.procedures.in_order().last(), timezone.now()),
        "may_ask": may_work_alerts(member) and not found.is_withdrawn,
        "now": timezone.now(),
    }
    return render(request, "clinic/photos/photos.html", context)


@require_safe
@staff_page
def patient_photo(
    request: HttpRequest, member: StaffMember, patient_id: UUID, photo_id: UUID
) -> HttpResponse:
    """Send a picture, with `?small` the small one; each picture is recorded as looked at."""
    found = patient_of_clinic(member, patient_id)
    photo = get_object_or_404(Photo.objects.kept().filter(patient=found), pk=photo_id)
    sender_of(request).shown.setdefault(Event.Page.PHOTO, {})[photo.pk] = found
    return picture_response(photo, is_small="small" in request.GET)


@require_POST
@staff_page
@only(may_work_alerts)
def ask_for_photo(request: HttpRequest, member: StaffMember, patient_id: UUID) -> HttpResponse:
    """Send the patient the message that asks for a picture."""
    found = patient_of_clinic(member, patient_id)
    try:
        send_letter(patient=found, template=Letter.Template.PHOTO, by=member.user, now=timezone.now())
    except WithdrawnError:
        messages.error(request, _("This patient is withdrawn. No message goes to them. Call instead."))
    except PendingError:
        messages.error(request, _("This patient has not said yes to your clinic yet. Call instead."))
    except SentLatelyError:
        messages.warning(request, _("This went to the patient a moment ago."))
    else:
        messages.success(request, _("“Please send a picture” is on its way to the patient."))
    return redirect("clinic:photos", patient_id=found.pk)
