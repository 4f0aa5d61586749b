"""Actions on the address with which a person signs in."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.outbox.registry import Content
from aftercare.people.actions.events import record_at_clinics
from aftercare.people.actions.withdrawal import end_sessions
from aftercare.people.models import (
    AddressChange,
    Clinic,
    Event,
    Invitation,
    Patient,
    StaffInvitation,
    StaffMember,
    User,
)

KIND = "address_changed"


class AddressInUseError(ValueError):
    """Somebody else signs in with the address."""


@transaction.atomic
def change_own_address(*, by: User, address: str, now: datetime) -> AddressChange:
    """Change the address of `by`, who has proved to read mail to the new one. Each clinic gets an event.

    Raise AddressInUseError if somebody else took the address meanwhile.
    """
    changed = move_address(user=by, address=address, by=by, now=now)
    EmailAddress.objects.create(user=by, email=address, primary=True, verified=True)
    verb, data = Event.Verb.CHANGED_ADDRESS, {"fields": ["email"]}
    record_at_clinics(user=by, verb=verb, actor=by, now=now, subject=changed.pk, data=data)
    return changed


@transaction.atomic
def move_address(*, user: User, address: str, by: User, now: datetime) -> AddressChange:
    """Change the address with which `user` signs in, without an event.

    What the old one opened ends: sessions, sign-in links, invitations. A notice goes there. Raise
    AddressInUseError for the address of somebody else.
    """
    old = User.objects.select_for_update().get(pk=user.pk).email
    user.email = address
    try:
        with transaction.atomic():
            user.save(update_fields=["email"])
    except IntegrityError as error:
        user.email = old
        raise AddressInUseError from error
    for invitations in (
        Invitation.objects.filter(patient__user=user),
        StaffInvitation.objects.filter(member__user=user),
    ):
        invitations.live().update(stopped_at=now)
    EmailAddress.objects.filter(Q(user=user) | Q(email=address)).delete()
    end_sessions(user, now)
    changed = AddressChange.objects.create(user=user, old_address=old, changed_at=now, changed_by=by)
    tell_old_address(changed)
    return changed


def tell_old_address(changed: AddressChange) -> None:
    """Write the notice to the outbox, from the person's clinic if there is only one."""
    clinics = clinics_of(changed.user)
    now = changed.changed_at
    Message.objects.create(
        kind=KIND,
        subject=changed.pk,
        sender=clinics[0].pk if len(clinics) == 1 else None,
        recipient=changed.user,
        priority=Message.Priority.SOON,
        created_at=now,
        next_attempt_at=now,
    )
    nudge_after_commit()


def clinics_of(user: User) -> list[Clinic]:
    """Return the clinics at which the person is a patient or works."""
    treated = Patient.objects.taking_part().filter(user=user).values("clinic")
    works = StaffMember.objects.active().filter(user=user).values("clinic")
    return list(Clinic.objects.filter(Q(pk__in=treated) | Q(pk__in=works)).order_by("pk"))


def render(message: Message, _now: datetime) -> Content:
    """Render the notice to the old address."""
    changed = AddressChange.objects.select_related("user").get(pk=message.subject)
    clinics = clinics_of(changed.user)
    with timezone.override(clinics[0].zone if clinics else timezone.get_default_timezone()):
        words = {"clinics": clinics, "at": timezone.localtime(changed.changed_at)}
        body = render_to_string("people/own_address/email/address_changed_message.txt", words)
    return Content(subject=_("Your sign-in address was changed"), body=body.strip(), to=changed.old_address)
