"""Removal of a lost second step by the clinic: one asks, another agrees, a day passes, and its owner can refuse."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import QuerySet

from aftercare.outbox.models import Message
from aftercare.outbox.nudge import nudge_after_commit
from aftercare.people.actions.events import record_event
from aftercare.people.factors.changes import reset_second_step
from aftercare.people.factors.notices import write_notice
from aftercare.people.models import Clinic, Event, FactorRemoval, Patient, StaffMember, User

ASKED, APPROVED, STOPPED = "removal_asked", "removal_approved", "removal_stopped"  # mails to the owner
TO_APPROVE = "removal_to_approve"  # mail to each colleague who can agree
APPROVERS = (StaffMember.Role.CLINICIAN, StaffMember.Role.MANAGER)
Outcome = FactorRemoval.Outcome


class NotRemovableError(ValueError):
    """The clinic cannot remove this person's second step, or there is none."""


class AlreadyAskedError(ValueError):
    """Somebody was first: a request for this person is open."""


class NobodyToApproveError(ValueError):
    """Nobody else at the clinic can agree."""


class WrongPersonError(ValueError):
    """Neither the owner nor the asker agrees; the owner asks for nothing and stops it by the mailed link alone."""


class RemovalEndedError(ValueError):
    """The request was carried out or stopped meanwhile."""


class NotWaitingError(ValueError):
    """Somebody else agreed meanwhile, or the request is too old."""


def may_remove_for(*, user: User, clinic: Clinic) -> bool:
    """Return True if the clinic can remove the second step of this person.

    Who works for clinics is helped by one of these; a patient by a clinic whose record they accepted, unless
    the account opens guidance or all.
    """
    works_for = set(StaffMember.objects.active().filter(user=user).values_list("clinic", flat=True))
    if works_for or user.is_staff or user.is_superuser or user.groups.exists():
        return clinic.pk in works_for
    return Patient.objects.opened_by_sign_in().filter(user=user, clinic=clinic).exists()


def approvers(*, user: User, clinic: Clinic, asked_by: User) -> QuerySet[StaffMember]:
    """Return the staff who can agree: managers and clinicians, neither the owner nor the asker."""
    others = StaffMember.objects.active().filter(clinic=clinic, role__in=APPROVERS)
    found: QuerySet[StaffMember] = others.exclude(user__in=(user, asked_by)).select_related("user")
    return found.order_by("user__first_name", "user__last_name", "pk")


@transaction.atomic
def ask_removal(*, user: User, clinic: Clinic, by: User, now: datetime) -> FactorRemoval:
    """Ask to remove the second step of a person. The owner and everybody who can agree get a mail.

    Raise WrongPersonError, NotRemovableError, AlreadyAskedError or NobodyToApproveError.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.pk:
        raise WrongPersonError
    if not (may_remove_for(user=user, clinic=clinic) and Authenticator.objects.filter(user=user).exists()):
        raise NotRemovableError
    if FactorRemoval.objects.open().filter(user=user).exists():
        raise AlreadyAskedError
    colleagues = list(approvers(user=user, clinic=clinic, asked_by=by))
    if not colleagues:
        raise NobodyToApproveError
    made: FactorRemoval = FactorRemoval.objects.create(user=user, clinic=clinic, asked_by=by, asked_at=now)
    record(Event.Verb.ASKED_REMOVAL, made, by, now)
    write_notice(kind=ASKED, subject=made.pk, user=user, now=now)
    for colleague in colleagues:
        Message.objects.create(
            kind=TO_APPROVE,
            subject=made.pk,
            sender=clinic.pk,
            recipient=colleague.user,
            priority=Message.Priority.ROUTINE,
            created_at=now,
            next_attempt_at=now,
            expires_at=made.lapses_at,
        )
    nudge_after_commit()
    return made


@transaction.atomic
def approve_removal(*, removal: FactorRemoval, by: User, now: datetime) -> FactorRemoval:
    """Agree to a request: a day later the second step is removed. The owner gets a mail.

    Raise RemovalEndedError, WrongPersonError or NotWaitingError.
    """
    current = locked(removal)
    colleagues = approvers(user=current.user, clinic=current.clinic, asked_by=current.asked_by)
    if not colleagues.filter(user=by).exists():
        raise WrongPersonError
    if current.approved_at or now >= current.lapses_at:
        raise NotWaitingError
    current.approved_by, current.approved_at = by, now
    current.save(update_fields=["approved_by", "approved_at"])
    record(Event.Verb.APPROVED_REMOVAL, current, by, now)
    write_notice(kind=APPROVED, subject=current.pk, user=current.user, now=now)
    return current


@transaction.atomic
def cancel_removal(*, removal: FactorRemoval, by: User, now: datetime) -> FactorRemoval:
    """Stop a request, as its asker or as somebody who can agree to it. Raise RemovalEndedError or WrongPersonError."""
    current = locked(removal)
    colleagues = approvers(user=current.user, clinic=current.clinic, asked_by=current.asked_by)
    if by.pk != current.asked_by_id and not colleagues.filter(user=by).exists():
        raise WrongPersonError
    return stop(current, Outcome.CANCELLED, by, now)


@transaction.atomic
def refuse_removal(*, removal: FactorRemoval, now: datetime) -> FactorRemoval:
    """Stop a request, as the owner, who has the link that was mailed. Raise RemovalEndedError."""
    current = locked(removal)
    return stop(current, Outcome.REFUSED, current.user, now)


def end_removals(now: datetime) -> None:
    """Remove the second steps whose wait is over, and end requests to which nobody agreed in time."""
    system = User.objects.system()
    for removal in FactorRemoval.objects.due(now):
        remove(removal=removal, by=system, now=now)
    for removal in FactorRemoval.objects.lapsed(now):
        lapse(removal=removal, by=system, now=now)


@transaction.atomic
def remove(*, removal: FactorRemoval, by: User, now: datetime) -> None:
    """Remove the second step; do nothing if the request was stopped meanwhile."""
    current = FactorRemoval.objects.select_for_update(of=("self",)).due(now).filter(pk=removal.pk).first()
    if current is None:
        return
    reset_second_step(user=current.user, by=by, now=now)
    current.ended_at, current.outcome = now, Outcome.REMOVED
    current.save(update_fields=["ended_at", "outcome"])


@transaction.atomic
def lapse(*, removal: FactorRemoval, by: User, now: datetime) -> None:
    """End a request to which nobody agreed; do nothing if somebody did meanwhile."""
    current = FactorRemoval.objects.select_for_update(of=("self",)).lapsed(now).filter(pk=removal.pk).first()
    if current is not None:
        stop(current, Outcome.LAPSED, by, now)


def stop(current: FactorRemoval, outcome: FactorRemoval.Outcome, by: User, now: datetime) -> FactorRemoval:
    """End a locked request without removing anything; its owner gets a mail."""
    current.ended_at, current.outcome = now, outcome
    current.save(update_fields=["ended_at", "outcome"])
    record(Event.Verb.STOPPED_REMOVAL, current, by, now)
    write_notice(kind=STOPPED, subject=current.pk, user=current.user, now=now)
    return current


def locked(removal: FactorRemoval) -> FactorRemoval:
    """Lock and return an open request; raise RemovalEndedError if it ended meanwhile."""
    rows = FactorRemoval.objects.select_for_update(of=("self",))
    current: FactorRemoval = rows.select_related("user", "clinic", "asked_by").get(pk=removal.pk)
    if current.ended_at:
        raise RemovalEndedError
    return current


def record(verb: Event.Verb, removal: FactorRemoval, by: User, now: datetime) -> None:
    """Record an event about a request, on the record of the patient if its owner is one."""
    patient = Patient.objects.filter(user=removal.user_id, clinic=removal.clinic_id).first()
    data = {"user": removal.user_id} | ({"outcome": removal.outcome} if removal.outcome else {})
    record_event(
        verb=verb,
        actor=by,
        now=now,
        clinic=removal.clinic,
        patient=patient,
        subject=removal.pk,
        data=data,
    )
