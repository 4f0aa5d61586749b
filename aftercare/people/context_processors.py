"""Context of every page: the clinic, its telephones, and the demonstration flag."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from aftercare.people.access import memberships_of, patient_of, patients_of, staff_member_of
from aftercare.people.clinics.clinic_phones import Contact, contact_at
from aftercare.people.models import Clinic


def clinic_of(request: HttpRequest) -> Clinic | None:
    """Return the clinic of the signed-in user; for others the first clinic of this installation."""
    if request.user.is_authenticated:
        # A user who is both patient and staff sees the clinic that the page belongs to.
        if getattr(request, "_is_staff_page", False) and (member := staff_member_of(request)):
            return member.clinic
        if patient := patient_of(request):
            return patient.clinic
        if member := staff_member_of(request):
            return member.clinic
    if not hasattr(request, "_clinic"):
        request._clinic = Clinic.objects.order_by("pk").first()  # type: ignore[attr-defined]
    return cast(Clinic | None, request._clinic)  # type: ignore[attr-defined]


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """Return `clinic`, `contact`, `staff_member`, `memberships`, `patient_records` (all lazy) and `demo`."""
    clinic = SimpleLazyObject(lambda: clinic_of(request))

    def contact() -> Contact | None:
        found = clinic_of(request)
        return contact_at(found, timezone.now()) if found else None

    return {
        "clinic": clinic,
        "contact": SimpleLazyObject(contact),
        "patient_records": SimpleLazyObject(lambda: patients_of(request)),
        "staff_member": SimpleLazyObject(lambda: staff_member_of(request)),
        "memberships": SimpleLazyObject(lambda: memberships_of(request)),
        "demo": settings.DEMO,
    }
