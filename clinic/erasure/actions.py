"""Erasing a person: who they are goes, what was reported and done stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from aftercare.alerts.models import Alert
from aftercare.checkins.models import CheckIn
from aftercare.checkins.photos.consent import remove_all
from aftercare.guidance.actions.editors import forget_editor
from aftercare.outbox.actions import forget_recipient
from aftercare.people.actions.events import record_event
from aftercare.people.actions.patients import is_only_companion
from aftercare.people.erasing.account import (
    empty_account,
    empty_records,
    erase_details,
    erase_names_of_staff,
    forget_companions,
)
from aftercare.people.erasing.sessions import clear_sessions
from aftercare.people.erasing.traces import Traces
from aftercare.people.models import Clinic, Companion, Event, Patient, Shift, StaffMember, User
from clinic.administration.actions import LastManagerError, change_colleague
from clinic.erasure.refusals import NotErasableError, require_erasable
from clinic.erasure.words import erase_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What became of a person's rows. `person`: the row that stays."""

    person: User
    notes: int
    photos: int
    details: int
    withdrawn: int
    sessions: int


@transaction.atomic
def erase_person(*, user: User, now: datetime) -> Erased:
    """Erase who a person is, for an operator; leave an event at each clinic, by the system.

    Raise NotErasableError while an alert is open, and while a clinic would be left without a manager or without
    its technical contact.
    """
    patients = list(
        Patient.objects.select_for_update(of=("self",))
        .select_related("clinic")
        .filter(user=user)
        .order_by("pk")
    )
    user = User.objects.select_for_update().get(pk=user.pk)
    require_erasable(user, patients)
    members = list(user.staff_memberships.select_related("clinic"))
    leave_staff(members, now)
    traces = Traces.of(user, patients, ids_of(patients))
    notes, details = erase_words(patients), erase_details(patients)
    photos = sum(remove_all(patient, now) for patient in patients)
    erase_names_of_staff(user, traces)
    withdrawn = forget_recipient(recipient=user.pk, now=now)
    forget_editor(user)
    sessions = clear_sessions(user, traces)
    leave_companions(user, patients, now)
    person = empty_account(user, role_of(user, patients, members))
    empty_records(patients, User.objects.system(), now)
    leave_tombstones(person, patients, [member.clinic for member in members], now)
    return Erased(
        person=person, notes=notes, photos=photos, details=details, withdrawn=withdrawn, sessions=sessions
    )


def ids_of(patients: list[Patient]) -> list[object]:
    """Return the ids in whose addresses a form or a message about these patients can stand."""
    ids: list[object] = [patient.pk for patient in patients]
    for rows in (Alert.objects.filter(patient__in=patients), CheckIn.objects.filter(patient__in=patients)):
        ids += rows.values_list("pk", flat=True)
    return ids


def leave_staff(members: list[StaffMember], now: datetime) -> None:
    """End the work of a member of staff: memberships, contact steps, shifts to come; beat takes back their alerts."""
    for member in members:
        try:
            change_colleague(
                member=member, by=User.objects.system(), now=now, role=member.role, is_active=False
            )
        except LastManagerError as error:
            raise NotErasableError(
                f"Nobody else is a manager at {member.clinic}. Make somebody a manager there first."
            ) from error
        member.contact_steps.clear()
        Shift.objects.filter(member=member, ends_at__gt=now).update(member=None)
    StaffMember.objects.filter(pk__in=[member.pk for member in members]).update(
        away_from=None, away_until=None
    )


def leave_companions(user: User, patients: list[Patient], now: datetime) -> None:
    """Forget the companions of the person, and as whose companion the person looked.

    The accounts of companions that open nothing else are emptied too.
    """
    own = Companion.objects.filter(Q(patient__in=patients) | Q(user=user))
    users = User.objects.filter(companionships__patient__in=patients, erased_as="").exclude(pk=user.pk)
    companions = list(users.distinct())
    forget_companions(own, now)
    for companion in companions:
        others = companion.companionships.not_removed()
        if is_only_companion(companion) and not others.exists():
            forget_companions(companion.companionships.all(), now)
            clear_sessions(companion, Traces.of(companion, [], []))
            forget_recipient(recipient=companion.pk, now=now)
            empty_account(companion, User.ErasedAs.COMPANION)


def role_of(user: User, patients: list[Patient], members: list[StaffMember]) -> User.ErasedAs:
    """Return the words that stand for a person from now on."""
    if members:
        return User.ErasedAs.STAFF
    if patients:
        return User.ErasedAs.PATIENT
    return User.ErasedAs.COMPANION if user.companionships.exists() else User.ErasedAs.STAFF


def leave_tombstones(person: User, patients: list[Patient], clinics: list[Clinic], now: datetime) -> None:
    """Record at each clinic that an operator erased the person; without any, once."""
    system, verb, data = User.objects.system(), Event.Verb.ERASED, {"user": person.pk, "by": "operator"}
    for patient in patients:
        record_event(verb=verb, actor=system, now=now, patient=patient, subject=patient.pk, data=data)
    for clinic in clinics:
        record_event(verb=verb, actor=system, now=now, clinic=clinic, data=data)
    if not patients and not clinics:
        record_event(verb=verb, actor=system, now=now, data=data)
