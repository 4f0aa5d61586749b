"""Operators by the name that staff type or choose."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from aftercare.people.models import Clinic, Operator, StaffMember
from aftercare.people.models.treatments.operators import KEY_LENGTH
from aftercare.people.name_matching import plain


def label_of(operator: Operator) -> str:
    """Return the name that stands for an operator in a form: with the address, if staff share it."""
    return labels_of(staff_of(operator.clinic))[operator.member] if operator.member else str(operator)


def staff_of(clinic: Clinic) -> list[StaffMember]:
    """Return the clinic's staff, also those who have left, by name."""
    members = StaffMember.objects.filter(clinic=clinic).select_related("user")
    return list(members.order_by("user__first_name", "user__last_name", "pk"))


def labels_of(members: Sequence[StaffMember]) -> dict[StaffMember, str]:
    """Return the name of each member; with the e-mail address where members share a name."""
    names = {member: str(member.user) for member in members}
    shared = Counter(plain(name) for name in names.values())
    return {
        member: with_address(member) if shared[plain(name)] > 1 else name for member, name in names.items()
    }


def with_address(member: StaffMember) -> str:
    return f"{member.user} ({member.user.email})"


def without_address(label: str) -> str:
    """Return the name in a label."""
    return re.sub(r" \([^()]*@[^()]*\)$", "", label)


def member_called(clinic: Clinic, typed: str) -> StaffMember | None:
    """Return the member of staff with this name; None for somebody without an account.

    Those who work at the clinic come before those who have left. Raise ValidationError if several share the name.
    """
    members = [member for member in staff_of(clinic) if not member.user.erased_as]
    for member in members:
        if with_address(member).casefold() == typed.strip().casefold():
            return member
    alike = [member for member in members if plain(str(member.user)) == plain(typed)]
    found = [member for member in alike if member.is_active and member.user.is_active] or alike
    if len(found) > 1:
        raise ValidationError(
            _("Two members of staff are called %(name)s. Choose one from the list.") % {"name": typed}
        )
    return found[0] if found else None


def operator_called(clinic: Clinic, typed: str) -> Operator | None:
    """Return the operator of a clinic with this name, new if need be; None for an empty name.

    Somebody who was named before they had an account is the same operator afterwards.
    """
    if not typed.strip():
        return None
    member = member_called(clinic, typed)
    if member is None:
        named, _new = Operator.objects.get_or_create(
            clinic=clinic, key=plain(typed)[:KEY_LENGTH], defaults={"name": " ".join(typed.split())}
        )
        return named
    operators = Operator.objects.filter(clinic=clinic)
    if not operators.filter(member=member).exists():
        operators.filter(key=plain(str(member.user))).update(member=member, name="", key="")
    own, _new = Operator.objects.get_or_create(clinic=clinic, member=member)
    return own
