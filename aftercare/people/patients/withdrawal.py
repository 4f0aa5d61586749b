"""Taking a patient out of the portal, and back: no page is open to them, and nothing is written to them."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from aftercare.outbox.models import Message
from aftercare.outbox.registry import Content, Renderer, register_renderer
from aftercare.people.actions import record_event
from aftercare.people.models import Event, Patient, SignInLink, StaffMember, User

_kinds_to_patients: set[str] = set()


class AlreadyWithdrawnError(ValueError):
    """Somebody has withdrawn the patient before."""


class NotWithdrawnError(ValueError):
    """The patient takes part: nobody has withdrawn them, or somebody has taken them back."""


def register_for_patients(kind: str, renderer: Renderer) -> None:
    """Let `renderer` word the messages of `kind`, which go to patients: to none who has been withdrawn."""

    def unless_withdrawn(message: Message, now: datetime) -> Content | None:
        gone = Patient.objects.filter(user=message.recipient_id, clinic=message.sender, withdrawn_at__lte=now)
        return None if gone.exists() else renderer(message, now)

    register_renderer(kind, unless_withdrawn)
    _kinds_to_patients.add(kind)


def kinds_to_patients() -> frozenset[str]:
    """The kinds of message that go to patients."""
    return frozenset(_kinds_to_patients)


@transaction.atomic
def withdraw_patient(*, patient: Patient, reason: str, by: User, now: datetime) -> Patient:
    """Take the patient out: sessions and links end, what waits to be sent to them is withdrawn. All is kept.

    AlreadyWithdrawnError where somebody was first, ValidationError without a reason.
    """
    current = locked(patient)
    if current.is_withdrawn:
        raise AlreadyWithdrawnError
    if not reason.strip():
        raise ValidationError({"reason": "Say why the patient is withdrawn."})
    current.withdrawn_at, current.withdrawn_by = now, by
    current.save(update_fields=["withdrawn_at", "withdrawn_by"])
    end_sessions(current.user, now)
    current.invitations.live().update(stopped_at=now)
    waiting = Message.objects.waiting().filter(recipient=current.user, sender=current.clinic_id)
    waiting.filter(kind__in=_kinds_to_patients).update(state=Message.State.WITHDRAWN, finished_at=now)
    record_event(
        verb=Event.Verb.WITHDREW,
        actor=by,
        now=now,
        patient=current,
        subject=current.pk,
        data={"reason": reason},
    )
    return current


@transaction.atomic
def take_back_patient(*, patient: Patient, by: User, now: datetime) -> Patient:
    """Let the patient take part again. What was withdrawn unsent stays so. NotWithdrawnError where they do."""
    current = locked(patient)
    if not current.is_withdrawn:
        raise NotWithdrawnError
    current.withdrawn_at, current.withdrawn_by = None, None
    current.save(update_fields=["withdrawn_at", "withdrawn_by"])
    record_event(verb=Event.Verb.TOOK_BACK, actor=by, now=now, patient=current, subject=current.pk)
    return current


def locked(patient: Patient) -> Patient:
    """The patient as they are now, the row locked."""
    rows = Patient.objects.select_for_update(of=("self",)).select_related("user", "clinic")
    current: Patient = rows.get(pk=patient.pk)
    return current


def end_sessions(user: User, now: datetime) -> None:
    """Sign the user out everywhere: a session holds only as long as the password that it began with.

    Nobody signs in by password, so that this takes nothing from anybody.
    """
    user.set_unusable_password()
    user.save(update_fields=["password"])
    SignInLink.objects.filter(user=user, used_at=None).update(used_at=now)


def has_left(user: User) -> bool:
    """Whether the portal has nothing for this user any more: a patient, withdrawn, and nothing else."""
    own = Patient.objects.filter(user=user)
    works = StaffMember.objects.active().filter(user=user).exists() or user.is_staff or user.groups.exists()
    return own.exists() and not own.taking_part().exists() and not works
