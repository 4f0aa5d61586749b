"""Actions of managers: staff, the clinic's details, failed messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from aftercare.checkins.reminders.actions import plan_clinic_anew
from aftercare.outbox.actions import attend, try_again
from aftercare.outbox.models import Message
from aftercare.people.actions.events import record_event
from aftercare.people.actions.staff import add_staff_member
from aftercare.people.actions.staff_invitations import invite_staff
from aftercare.people.models import Clinic, Event, StaffMember, User
from aftercare.people.models.clinics import AGREED_WORDS
from aftercare.ui.telephones import Telephone


class LastManagerError(ValueError):
    """The change would leave the clinic without a manager."""


@transaction.atomic
def add_colleague(
    *, clinic: Clinic, by: User, now: datetime, email: str, role: str, first_name: str, last_name: str
) -> StaffMember:
    """Add a person to the clinic's staff and send an invitation. A former member is reactivated with the new role.

    Raises ValidationError if the e-mail address belongs to another name, or to an active member.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user and str(user).casefold() != f"{first_name} {last_name}".casefold():
        raise ValidationError(
            {"email": _("Somebody with another name uses this e-mail address. Please check it.")}
        )
    if user and StaffMember.objects.active().filter(user=user, clinic=clinic).exists():
        raise ValidationError({"email": _("This person works here already.")})
    member = add_staff_member(
        clinic=clinic, email=email, role=role, first_name=first_name, last_name=last_name
    )
    if (member.role, member.is_active) != (role, True):
        member.role, member.is_active = role, True
        member.save(update_fields=["role", "is_active"])
    record_event(
        verb=Event.Verb.ADDED_STAFF,
        actor=by,
        now=now,
        clinic=clinic,
        data={"user": member.user_id, "role": role},
    )
    invite_staff(member=member, by=by, now=now)
    return member


@transaction.atomic
def change_colleague(
    *, member: StaffMember, by: User, now: datetime, role: str, is_active: bool
) -> StaffMember:
    """Change a member's role, or end the membership. Raises LastManagerError if no manager would be left."""
    Clinic.objects.select_for_update().get(pk=member.clinic_id)
    current = StaffMember.objects.select_related("user", "clinic").get(pk=member.pk)
    before = {"role": current.role, "is_active": current.is_active}
    after = {"role": role, "is_active": is_active}
    if before == after:
        return current
    managers = StaffMember.objects.active().filter(clinic=current.clinic, role=StaffMember.Role.MANAGER)
    stays_manager = is_active and role == StaffMember.Role.MANAGER
    if not stays_manager and not managers.exclude(pk=current.pk).exists() and managers.exists():
        raise LastManagerError
    current.role, current.is_active = role, is_active
    current.save(update_fields=["role", "is_active"])
    if not is_active:
        current.invitations.live().update(stopped_at=now)
    record_event(
        verb=Event.Verb.CHANGED_STAFF,
        actor=by,
        now=now,
        clinic=current.clinic,
        data={"user": current.user_id, "before": before, "after": after},
    )
    return current


def as_kept(details: Mapping[str, Any]) -> dict[str, Any]:
    """Return details as an event stores them, with telephone numbers in their stored form."""
    return {name: value.kept if isinstance(value, Telephone) else value for name, value in details.items()}


@transaction.atomic
def change_details(*, clinic: Clinic, by: User, now: datetime, details: Mapping[str, Any]) -> Clinic:
    """Change a clinic's name, telephones, hours, colour or words on data, and ask patients again where needed.

    The event's details keep the previous values.
    """
    current: Clinic = Clinic.objects.select_for_update().get(pk=clinic.pk)
    before = {name: getattr(current, name) for name in details if getattr(current, name) != details[name]}
    if not before:
        return current
    for name in before:
        setattr(current, name, details[name])
    if not before.keys().isdisjoint(AGREED_WORDS):
        current.data_text_version += 1
        current.data_text_from = now.astimezone(current.zone).date()
    if "photos_kept_months" in before:
        current.photos_kept_since = None if current.photos_kept_months is None else now
    current.full_clean(exclude=["closed_days", "slug"])
    current.save()
    if "check_in_days" in before:
        plan_clinic_anew(clinic=current, now=now)
    after = {name: details[name] for name in before}
    before, after = as_kept(before), as_kept(after)
    record_event(
        verb=Event.Verb.CHANGED_CLINIC,
        actor=by,
        now=now,
        clinic=current,
        data={"fields": list(before)},
        details={"before": before, "after": after},
    )
    return current


@transaction.atomic
def send_message_again(*, message: Message, member: StaffMember, now: datetime) -> None:
    """Send a failed message again, with an event. Raises NotFailedError or TooLateError; then nothing changes."""
    try_again(message=message, now=now)
    record_event(
        verb=Event.Verb.SENT_AGAIN, actor=member.user, now=now, clinic=member.clinic, subject=message.pk
    )


@transaction.atomic
def dismiss_message(*, message: Message, member: StaffMember, now: datetime) -> None:
    """Mark a failed message as handled, with an event. Raises NotFailedError; then nothing changes."""
    attend(message=message, now=now)
    record_event(
        verb=Event.Verb.DISMISSED_MESSAGE,
        actor=member.user,
        now=now,
        clinic=member.clinic,
        subject=message.pk,
    )
