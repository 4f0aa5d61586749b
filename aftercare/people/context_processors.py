"""Context of every page: the clinic, its telephones, and the demonstration flag."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from aftercare.people.clinics.clinic_phones import Contact, contact_at
from aftercare.people.models import Clinic
from aftercare.people.requests import sender_of
from aftercare.people.sessions.limits import WARNING, SessionTimes


def clinic_of(request: HttpRequest) -> Clinic | None:
    """Return the clinic of the signed-in user; for others the first clinic of this installation."""
    sender = sender_of(request)
    if sender.user:
        # A user who is both patient and staff sees the clinic that the page belongs to.
        if sender.is_staff_page and sender.member:
            return sender.member.clinic
        if sender.companion:
            return sender.companion.patient.clinic
        if sender.patient:
            return sender.patient.clinic
        if sender.member:
            return sender.member.clinic
        if sender.companionships:
            return sender.companionships[0].patient.clinic
    return sender.first_clinic


def has_other_recoveries(request: HttpRequest) -> bool:
    """Return True if the user accompanies somebody and has pages beside that person's."""
    sender = sender_of(request)
    accompanied = len(sender.companionships)
    return accompanied > 1 or (accompanied == 1 and bool(sender.patient or sender.member))


def surroundings(request: HttpRequest) -> dict[str, Any]:
    """Return `clinic`, `contact`, `staff_member`, `memberships`, `patient_records` (all lazy), `companion` and `demo`.

    `has_other_recoveries`: a companion can go on to another person, or to pages of their own.
    And of a session of staff the seconds that it still has, and how long before its end a warning shows.
    """
    clinic = SimpleLazyObject(lambda: clinic_of(request))

    def contact() -> Contact | None:
        found = clinic_of(request)
        return contact_at(found, timezone.now()) if found else None

    def session_left() -> float | None:
        now = timezone.now()
        times = SessionTimes.of(request.session, now)
        return (times.ends_at - now).total_seconds() if times else None

    return {
        "clinic": clinic,
        "companion": sender_of(request).companion,
        "contact": SimpleLazyObject(contact),
        "has_other_recoveries": lambda: has_other_recoveries(request),
        "patient_records": SimpleLazyObject(lambda: sender_of(request).patients),
        "staff_member": SimpleLazyObject(lambda: sender_of(request).member),
        "memberships": SimpleLazyObject(lambda: sender_of(request).memberships),
        "session_left": session_left,
        "session_warning": WARNING.total_seconds(),
        "demo": settings.DEMO,
    }
