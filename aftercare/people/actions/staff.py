"""Staff of a clinic."""

from __future__ import annotations

from aftercare.people.models import (
    Clinic,
    StaffMember,
    User,
)


def add_staff_member(
    *, clinic: Clinic, email: str, role: str, first_name: str, last_name: str
) -> StaffMember:
    """Add a person to the staff of `clinic`; a user with the same e-mail address is the same person."""
    address = email.strip().lower()
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(address, first_name=first_name, last_name=last_name)
    member, _created = StaffMember.objects.get_or_create(user=user, clinic=clinic, defaults={"role": role})
    return member
