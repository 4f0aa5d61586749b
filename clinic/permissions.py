"""Permissions of staff by role. Each role includes the permissions of the roles before it.

Nurse: works alerts, enters check-ins, enrols. Clinician: also procedures, intake, closing emergencies.
Manager: also staff, rota and contact steps, clinic details.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aftercare.alerts.models import Alert, Override
from aftercare.people.models import Shift, StaffMember
from aftercare.triage import Level

Role = StaffMember.Role
Predicate = Callable[[StaffMember], bool]
_RANK = {Role.NURSE: 0, Role.CLINICIAN: 1, Role.MANAGER: 2}


def _is_at_least(member: StaffMember, role: StaffMember.Role) -> bool:
    return member.is_active and _RANK[Role(member.role)] >= _RANK[role]


def may_work_alerts(member: StaffMember) -> bool:
    """Acknowledge, assign, record contact attempts, send a message, close and reopen."""
    return _is_at_least(member, Role.NURSE)


def may_enter_check_ins(member: StaffMember) -> bool:
    """Enter a check-in for a patient on the telephone."""
    return _is_at_least(member, Role.NURSE)


def may_enrol(member: StaffMember) -> bool:
    """Enrol a patient with the first procedure, invite, and change contact details."""
    return _is_at_least(member, Role.NURSE)


def may_record_procedures(member: StaffMember) -> bool:
    """Record a later procedure; correct or move a procedure."""
    return _is_at_least(member, Role.CLINICIAN)


def may_change_intake(member: StaffMember) -> bool:
    """Change the intake answers, which determine the risk."""
    return _is_at_least(member, Role.CLINICIAN)


def may_withdraw_patients(member: StaffMember) -> bool:
    """Withdraw a patient from the portal, or take a patient back."""
    return _is_at_least(member, Role.CLINICIAN)


def may_close(member: StaffMember, alerts: Iterable[Alert]) -> bool:
    """Close these alerts; emergencies need a clinician."""
    role = Role.CLINICIAN if any(a.triage_level is Level.EMERGENCY for a in alerts) else Role.NURSE
    return _is_at_least(member, role)


def may_set_next_try(member: StaffMember) -> bool:
    """Set the next try for a patient whom three calls did not reach."""
    return _is_at_least(member, Role.CLINICIAN)


def may_manage_staff(member: StaffMember) -> bool:
    """Add staff, change roles, end memberships."""
    return _is_at_least(member, Role.MANAGER)


def may_ask_removal(member: StaffMember) -> bool:
    """Ask to remove the second step of a staff member or patient who has lost it."""
    return _is_at_least(member, Role.MANAGER)


def may_approve_removal(member: StaffMember) -> bool:
    """Agree to the removal of a second step that somebody else asked for, or stop it."""
    return _is_at_least(member, Role.CLINICIAN)


def may_edit_rota(member: StaffMember) -> bool:
    """Change contact steps, the rota, absences and closed days, and start a drill."""
    return _is_at_least(member, Role.MANAGER)


def may_replace(member: StaffMember, shift: Shift) -> bool:
    """Put somebody else on duty in place of whoever has a shift: managers, and that person."""
    return may_edit_rota(member) or member.pk == shift.member_id


def may_remove_override(member: StaffMember, override: Override) -> bool:
    """Remove an override, so that the rota holds again: managers, and whoever set it in place of themselves."""
    is_own = override.set_by_id == member.user_id and override.instead_of_id == member.pk
    return may_edit_rota(member) or is_own


def may_edit_clinic(member: StaffMember) -> bool:
    """Change the clinic's details."""
    return _is_at_least(member, Role.MANAGER)


def may_see_looks(member: StaffMember) -> bool:
    """See who looked at which patient's data."""
    return _is_at_least(member, Role.MANAGER)


def may_see_messages(member: StaffMember) -> bool:
    """See failed messages, and send them again."""
    return _is_at_least(member, Role.MANAGER)


def may_see_clusters(member: StaffMember) -> bool:
    """See signs that several patients have reported, and say what was done about them."""
    return _is_at_least(member, Role.MANAGER)
