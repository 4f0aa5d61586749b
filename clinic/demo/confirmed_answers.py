"""The everyday answers that the demo clinic has confirmed: most, so that an editor sees some that wait."""

from __future__ import annotations

from datetime import datetime

from aftercare.guidance.actions.confirmations import confirm_answers
from aftercare.guidance.models import EverydayAnswer
from aftercare.people.models import Clinic, StaffMember, User

WAITING = ("smoking", "masks")  # topics


def confirm_most_answers(clinic: Clinic, now: datetime) -> None:
    """Let the clinic's clinician confirm the answers of all other topics."""
    clinician = clinic.staff_members.filter(role=StaffMember.Role.CLINICIAN).order_by("pk").first()
    if clinician is None:
        return
    asked = EverydayAnswer.objects.filter(needs_confirmation=True).exclude(key__in=WAITING)
    confirm_answers(
        clinic=clinic,
        statements={one.statement for one in asked},
        clinician=clinician,
        by=User.objects.system(),
        now=now,
    )
