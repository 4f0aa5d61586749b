"""Who may do what. Every page and button of staff asks here."""

from __future__ import annotations

from aftercare.people.models import StaffMember


def may_edit_rota(member: StaffMember) -> bool:
    """Change contact steps, the rota, absences and closed days, and start a drill."""
    return member.is_active and member.role == StaffMember.Role.MANAGER


def may_see_messages(member: StaffMember) -> bool:
    """See which messages did not arrive, and let them be tried again."""
    return member.is_active and member.role == StaffMember.Role.MANAGER
