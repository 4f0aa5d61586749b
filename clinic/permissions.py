"""Who may do what. Every page and button of staff asks here; a role has what the ones before it have.

Nurse: works alerts, enters check-ins, enrols. Clinician: also procedures, intake, closing emergencies.
Manager: also staff, rota and contact steps, clinic details.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from aftercare.alerts.models import Alert
from aftercare.people.models import StaffMember
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
    """Enrol a patient with the first procedure, invite, and keep the ways to reach the patient."""
    return _is_at_least(member, Role.NURSE)


def may_record_procedures(member: StaffMember) -> bool:
    """Record a later procedure, and put right one that was entered wrongly."""
    return _is_at_least(member, Role.CLINICIAN)


def may_change_intake(member: StaffMember) -> bool:
    """Change the intake answers, on which the risk depends."""
    return _is_at_least(member, Role.CLINICIAN)


def may_withdraw_patients(member: StaffMember) -> bool:
    """Take a patient out of the portal."""
    return _is_at_least(member, Role.CLINICIAN)


def may_close(member: StaffMember, alerts: Iterable[Alert]) -> bool:
    """Close these alerts: an emergency is closed by a clinician."""
    role = Role.CLINICIAN if any(a.triage_level is Level.EMERGENCY for a in alerts) else Role.NURSE
    return _is_at_least(member, role)


def may_set_next_try(member: StaffMember) -> bool:
    """Say when a patient is tried next whom three calls did not reach."""
    return _is_at_least(member, Role.CLINICIAN)


def may_manage_staff(member: StaffMember) -> bool:
    """Add staff, change their role, end their work for the clinic."""
    return _is_at_least(member, Role.MANAGER)


def may_edit_rota(member: StaffMember) -> bool:
    """Change contact steps, the rota, absences and closed days, and start a drill."""
    return _is_at_least(member, Role.MANAGER)


def may_edit_clinic(member: StaffMember) -> bool:
    """Change the clinic's details."""
    return _is_at_least(member, Role.MANAGER)


def may_see_messages(member: StaffMember) -> bool:
    """See which messages did not arrive, and let them be tried again."""
    return _is_at_least(member, Role.MANAGER)
