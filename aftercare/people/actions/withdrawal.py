"""Withdrawal of a patient from the portal: no page opens and no message is sent; and taking back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.utils.translation import gettext as _

from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content, Renderer, register_given_up, register_renderer
from aftercare.people.actions.events import record_event
from aftercare.people.models import Companion, Event, Patient, SignInLink, StaffMember, User
from aftercare.people.patient_channels.messages import fall_back

_kinds_to_patients: set[str] = set()


class AlreadyWithdrawnError(ValueError):
    """The patient is withdrawn already."""


class NotWithdrawnError(ValueError):
    """The patient is not withdrawn."""


def register_for_patients(kind: str, renderer: Renderer) -> None:
    """Register the renderer of a message kind for patients; withdrawn patients get no message of it.

    Where an SMS or push of the kind is given up, its e-mail is sent.
    """

    def unless_withdrawn(message: Message, now: datetime) -> Content | None:
        gone = Patient.objects.filter(user=message.recipient_id, clinic=message.sender, withdrawn_at__lte=now)
        return None if gone.exists() else renderer(message, now)

    register_renderer(kind, unless_withdrawn)
    register_given_up(kind, fall_back)
    _kinds_to_patients.add(kind)


def kinds_to_patients() -> frozenset[str]:
    """Return the message kinds for patients."""
    return frozenset(_kinds_to_patients)


@transaction.atomic
def withdraw_patient(*, patient: Patient, reason: str, by: User, now: datetime) -> Patient:
    """Withdraw a patient: end sessions and links, withdraw unsent messages, remove companions. No record is deleted.

    Raise AlreadyWithdrawnError if withdrawn already, ValidationError without a reason.
    """
    current = locked(patient)
    if current.is_withdrawn:
        raise AlreadyWithdrawnError
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the patient is withdrawn.")})
    current.withdrawn_at, current.withdrawn_by = now, by
    current.save(update_fields=["withdrawn_at", "withdrawn_by"])
    if not current.is_pending:
        end_sessions(current.user, now)
    current.invitations.live().update(stopped_at=now)
    current.companions.all().end(now)
    waiting = Message.objects.waiting().filter(recipient=current.user, sender=current.clinic_id)
    waiting.filter(kind__in=_kinds_to_patients).update(state=Message.State.WITHDRAWN, finished_at=now)
    record_event(
        verb=Event.Verb.WITHDREW,
        actor=by,
        now=now,
        patient=current,
        subject=current.pk,
        details={"reason": reason},
    )
    return current


@transaction.atomic
def take_back_patient(*, patient: Patient, by: User, now: datetime) -> Patient:
    """Take a withdrawn patient back; withdrawn messages stay unsent. Raise NotWithdrawnError if not withdrawn."""
    current = locked(patient)
    if not current.is_withdrawn:
        raise NotWithdrawnError
    current.withdrawn_at, current.withdrawn_by = None, None
    current.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record_event(verb=Event.Verb.TOOK_BACK, actor=by, now=now, patient=current, subject=current.pk)
    return current


def locked(patient: Patient) -> Patient:
    """Lock and return the patient."""
    rows = Patient.objects.select_for_update(of=("self",)).select_related("user", "clinic")
    current: Patient = rows.get(pk=patient.pk)
    return current


def end_sessions(user: User, now: datetime) -> None:
    """End all sessions of a user, by setting a new unusable password.

    Nobody signs in by password, so this has no other effect.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])
    SignInLink.objects.filter(user=user, used_at=None).update(used_at=now)


def is_left() -> ExpressionWrapper[Any]:
    """Return the condition, on a user, of being a withdrawn patient without any other role, a companion's included."""
    own = Patient.objects.filter(user=OuterRef("pk"))
    works = StaffMember.objects.active().filter(user=OuterRef("pk"))
    others = Group.objects.filter(user=OuterRef("pk")), Companion.objects.active().filter(user=OuterRef("pk"))
    roles = Exists(own.taking_part()) | Exists(works) | Exists(others[0]) | Exists(others[1])
    condition = Exists(own) & ~roles & Q(is_staff=False)
    return ExpressionWrapper(condition, output_field=BooleanField())


def has_left(user: User) -> bool:
    """Return True if a user is a withdrawn patient without any other role."""
    return User.objects.annotate(left=is_left()).filter(pk=user.pk, left=True).exists()
