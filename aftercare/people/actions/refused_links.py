"""Links that somebody other than their owner opens: refused, and kept as an event."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from aftercare.people.actions.events import record_event
from aftercare.people.models import Clinic, Event, Patient, StaffMember, User

# The same link opened again by the same user within this time is one event.
REPEAT_WINDOW = timedelta(hours=1)
STAFF, OTHER = "staff", "other"


def refusal_of_link(
    *,
    owner: User,
    by: User | None,
    now: datetime,
    subject: UUID | None = None,
    patient: Patient | None = None,
    clinic: Clinic | None = None,
) -> str:
    """Return why a link is refused to the signed-in user, with an event; "" for its owner and for nobody.

    STAFF: the user works for a clinic, and opens no link of another person. OTHER: anybody else, who may sign out
    and let the owner use it.
    """
    if by is None or by.pk == owner.pk:
        return ""
    data = {"user": owner.pk}
    earlier = Event.objects.filter(verb=Event.Verb.REFUSED_LINK, actor=by, subject=subject, data=data)
    if not earlier.filter(at__gt=now - REPEAT_WINDOW).exists():
        record_event(
            verb=Event.Verb.REFUSED_LINK,
            actor=by,
            now=now,
            patient=patient,
            clinic=clinic,
            subject=subject,
            data=data,
        )
    return STAFF if StaffMember.objects.active().filter(user=by).exists() else OTHER
